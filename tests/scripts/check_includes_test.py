"""Tests that scripts/check_includes finds forbidden includes and changes of files past base/disk.h."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[2] / "scripts" / "check_includes"


class CheckIncludes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for header in ("daemon/base/error.h", "daemon/run/run.h", "plugins/scheduler.h", "plugins/slurm/tres.h"):
            self.plant(header, "#pragma once")

    def plant(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def violations(self):
        check = subprocess.run([sys.executable, CHECK, self.root], capture_output=True, text=True)
        self.assertEqual(check.returncode, 1 if check.stdout else 0, check.stderr)
        return check.stdout.splitlines()

    def test_is_content_with_includes_that_go_downward(self):
        self.plant("daemon/run/run.cc", '#include "daemon/run/run.h"\n#include "plugins/scheduler.h"\n#include <vector>')
        self.assertEqual(self.violations(), [])

    def test_names_the_line_of_an_include_that_goes_upward(self):
        self.plant("daemon/base/error.cc", '#include "daemon/base/error.h"\n#include "daemon/run/run.h"')
        self.assertEqual(self.violations(), ['daemon/base/error.cc:2: daemon/base/ may not see "daemon/run/run.h"'])

    def test_keeps_a_module_out_of_its_neighbour(self):
        self.plant("plugins/slurm/poll.cc", '#include "plugins/slurm/tres.h"')
        self.plant("plugins/s3/store.cc", '#include "plugins/slurm/tres.h"')
        self.plant("daemon/steps/steps.cc", '#include "plugins/slurm/tres.h"')
        self.assertEqual([v.split(":")[0] for v in self.violations()], ["daemon/steps/steps.cc", "plugins/s3/store.cc"])

    def test_sends_a_library_home(self):
        self.plant("daemon/base/sqlite.cc", "#include <sqlite3.h>")
        self.plant("daemon/ledger/ledger.cc", "#include <sqlite3.h>")
        self.assertEqual(self.violations(), ["daemon/ledger/ledger.cc:1: <sqlite3.h> belongs to daemon/base/sqlite"])

    def test_wants_includes_from_the_root(self):
        self.plant("daemon/run/run.cc", '#include "run.h"')
        self.assertEqual(self.violations(), ['daemon/run/run.cc:1: "run.h" is not written from the root, or is not there'])

    def test_lets_a_test_see_everything(self):
        self.plant("tests/unit/run/run_test.cc", '#include "plugins/slurm/tres.h"\n#include <sqlite3.h>')
        self.assertEqual(self.violations(), [])

    def test_finds_files_that_are_changed_past_the_disk(self):
        self.plant("daemon/base/disk.cc", "  return ::rename(from, to);")
        self.plant("daemon/deputy/files.cc", "  files.link(digest);\n  if (::rename(from, to) != 0) throw;\n  fs::remove_all(path);")
        self.assertEqual([v.split("…")[0] for v in self.violations()],
                         ["daemon/deputy/files.cc:2: ::rename(", "daemon/deputy/files.cc:3: fs::remove_all("])


if __name__ == "__main__":
    unittest.main()
