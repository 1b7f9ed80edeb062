"""Kills the daemon with -9 at random system calls and after random events, and sometimes deputies and broker.

No run may be lost or executed twice, and no GPU-second charged too many."""
import collections
import concurrent.futures
import json

import chaos
from counted import Counted

# A plan large enough for all runs: a run whose submission is in doubt keeps its GPUs in the plan, and the
# other runs must go on.
SETTINGS = {"slurm": {"poll_interval_ms": 200}, "plans.wide": {"gpus": 1000, "default": True}}

EVENT = "an event's record"

# System call → (first, last): the daemon is killed at the n-th call of one thread, with n in this range. A
# life of a few seconds makes about `last` calls. Calls before `first` are the dynamic linker's, before the
# daemon's own code. With EVENT, the daemon is killed after it recorded n events.
CALLS = {"pwrite64": (1, 120), "fdatasync": (1, 16), "fsync": (1, 4), "connect": (1, 50), "sendto": (1, 80),
         "recvfrom": (1, 100), "sendmsg": (1, 6), "openat": (60, 250), "close": (60, 300), "write": (1, 30),
         "epoll_wait": (1, 60), EVENT: (1, 6)}
LIFE_SECONDS = 1.5  # the longest wait for the daemon's death after a manifest was submitted
POINTS_IN_A_BATCH = 20
WISHES_IN_A_BATCH = 10

Death = collections.namedtuple("Death", "call number")


class ADaemonKilledAtRandomSystemCalls(Counted):
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.dice = chaos.dice(self._testMethodName)
        self.manifests = {}  # client id → manifest
        self.people = concurrent.futures.ThreadPoolExecutor()
        self.asking = []
        self.addCleanup(self.people.shutdown)
        self.addCleanup(self.live)

    def live(self):
        if self.yard.daemon is not None:
            self.yard.kill_daemon()
        self.yard.start_daemon(SETTINGS)

    def test_loses_no_run_executes_none_twice_and_charges_no_second_too_many(self):
        points = chaos.wanted(200)
        for first in range(0, points, POINTS_IN_A_BATCH):
            self.die_often(min(POINTS_IN_A_BATCH, points - first))
            self.live()
            self.assert_all_is_well()

    # ---- starting and killing the daemon

    def die_often(self, times):
        lives = 0
        while times:
            lives += 1
            self.assertLess(lives, 400, "the daemon hardly ever gets to the call at which it is to die")
            times -= self.lead_a_life()

    def lead_a_life(self):
        """Starts a daemon that is to be killed at a random point. Returns true if it was."""
        if self.yard.daemon is not None:
            self.yard.kill_daemon()
        death = self.throw_death()
        wish = self.new_wish() if self.dice.random() < 0.4 else None
        if not self.start_doomed(death) or self.yard.daemon_ends_within(self.dice.random()):
            return True
        if wish:
            # In a thread, because the command waits for the next daemon if this one dies.
            self.asking.append(self.people.submit(self.ask, wish))
        self.kill_others()
        return self.yard.daemon_ends_within(LIFE_SECONDS)

    def kill_others(self):
        """Restarts the broker with probability 0.1, and kills some deputies with probability 0.2."""
        if self.dice.random() < 0.1:
            self.yard.restart_broker()
        if self.dice.random() < 0.2:
            self.yard.kill_deputies(lambda _: self.dice.random() < 0.5)

    def throw_death(self):
        call = self.dice.choice(sorted(CALLS))
        first, last = CALLS[call]
        return Death(call, round(first * (last / first) ** self.dice.random()))

    def start_doomed(self, death):
        """Starts a daemon that is killed at `death`. Returns false if it was killed before it was ready."""
        if death.call == EVENT:
            return self.yard.start_daemon(SETTINGS, environment={"TRAINYARD_DIE_AFTER_EVENTS": str(death.number)},
                                          may_die=True)
        strace = ["strace", "-D", "-f", "-qqq", "-o", "/dev/null", f"--trace={death.call}",
                  f"--inject={death.call}:signal=KILL:when={death.number}", "--"]
        return self.yard.start_daemon(SETTINGS, under=strace, may_die=True)

    # ---- submissions meanwhile

    def new_wish(self):
        """Makes another manifest (one run or a sweep of ten; some with data) and returns its client id."""
        number = len(self.manifests)
        client_id = f"{chaos.SEED}-{int(self.begun)}-{number}"
        self.manifests[client_id] = self.counted(
            f"wish-{number}", f"sleep {self.dice.choice((0, 1))}",
            sweep=10 if number % WISHES_IN_A_BATCH == 1 else 0,
            data=self.data_of_its_own(number) if self.dice.random() < 0.3 else None)
        return client_id

    def data_of_its_own(self, number):
        folder = self.folder / f"data-{number}"
        folder.mkdir()
        (folder / "object").write_text(f"{number}")
        folder.chmod(0o755)
        return f"file://{folder}/"

    def ask(self, client_id, expect=None):
        """Submits a manifest and returns the numbers of its runs.

        Returns none if the daemon died meanwhile: then it is unknown whether it accepted the submission."""
        told = self.yard.trainyard("submit", "--json", "--client-id", client_id, self.manifests[client_id],
                                   user="yard_ada", expect=expect)
        self.assertIn(told.code, (0, 5), told.stderr)
        return json.loads(told.stdout.splitlines()[0])["runs"] if told.code == 0 else []

    def assert_all_is_well(self):
        for asked in self.asking:
            asked.result()
        runs = self.all_over([number for client_id in self.manifests for number in self.ask(client_id, expect=0)], 300)
        self.assert_each_ran_once(runs)
        self.assertEqual(sum(run["gpu_seconds"] for run in runs), self.gpu_seconds_by_slurm())
