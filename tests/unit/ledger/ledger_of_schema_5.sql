-- A ledger of schema 5, written by that release; see upgrade_test.cc. Tables come in the order of their names.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE closed_months (
  month      text    not null primary key,  -- "2026-10"
  zone       text    not null,              -- time zone of the midnights at which the month begins and ends
  since      integer not null,              -- [since, until)
  until      integer not null unique check (until > since),
  closed_at  integer not null check (closed_at >= until),
  closed_by  text    not null
) strict;
CREATE TABLE data_set_events (
  seq     integer primary key,
  digest  text    not null references data_sets(digest),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
INSERT INTO "data_set_events" VALUES(1,'data0',1796052918,'wanted','{"data":{"format":"","label_source":"","options":{},"scale":1.0,"seed":1,"source":"","test_fraction":0.0,"test_label_source":"","test_source":""},"object_count":1000,"owner":{"gid":0,"name":"root","uid":0},"scratch":{"base":"/scratch","path":"/scratch/trainyard"},"source_bytes":1000000000}');
INSERT INTO "data_set_events" VALUES(2,'data0',1796052918,'staging','{"attempt":1,"job":{"cluster":"yard","job_id":1,"submitted_at":1796052918}}');
INSERT INTO "data_set_events" VALUES(3,'data0',1796052918,'ready','{"samples":60000,"size_bytes":1000000000,"test_samples":10000}');
INSERT INTO "data_set_events" VALUES(4,'data1',1796052918,'wanted','{"data":{"format":"","label_source":"","options":{},"scale":1.0,"seed":1,"source":"","test_fraction":0.0,"test_label_source":"","test_source":""},"object_count":1000,"owner":{"gid":0,"name":"root","uid":0},"scratch":{"base":"/scratch","path":"/scratch/trainyard"},"source_bytes":1000000000}');
INSERT INTO "data_set_events" VALUES(5,'data1',1796052918,'staging','{"attempt":1,"job":{"cluster":"yard","job_id":1,"submitted_at":1796052918}}');
INSERT INTO "data_set_events" VALUES(6,'data1',1796052918,'ready','{"samples":60000,"size_bytes":1000000000,"test_samples":10000}');
CREATE TABLE data_sets (
  digest  text    not null primary key,
  state   text    not null
) strict;
INSERT INTO "data_sets" VALUES('data0','ready');
INSERT INTO "data_sets" VALUES('data1','ready');
CREATE TABLE run_events (
  seq     integer primary key,
  run_id  integer not null references runs(run_id),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
INSERT INTO "run_events" VALUES(1,1,1796052918,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":0,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{},"umask":18},"owner":{"gid":0,"name":"root","uid":0},"plan":"","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(2,2,1796052918,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":0,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{},"umask":18},"owner":{"gid":0,"name":"root","uid":0},"plan":"","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(3,3,1796052918,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":0,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{},"umask":18},"owner":{"gid":0,"name":"root","uid":0},"plan":"","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(4,1,1796052918,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(5,1,1796052918,'submitted','{"train":{"cluster":"yard","job_id":2,"submitted_at":1796052918}}');
INSERT INTO "run_events" VALUES(6,1,1796052918,'released','{"store":{"cluster":"yard","job_id":3,"submitted_at":1796052918}}');
INSERT INTO "run_events" VALUES(7,1,1796052918,'waiting','{"for":"Resources","words":"waiting for free nodes or GPUs (Resources)"}');
INSERT INTO "run_events" VALUES(8,2,1796052918,'waiting','{"for":"plan","words":"waiting for GPUs of the plan wide: 1000000 of 1000000 are in use"}');
INSERT INTO "run_events" VALUES(9,3,1796052918,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(10,3,1796052918,'submitted','{"train":{"cluster":"yard","job_id":6,"submitted_at":1796052918}}');
INSERT INTO "run_events" VALUES(11,3,1796052918,'released','{"store":{"cluster":"yard","job_id":7,"submitted_at":1796052918}}');
INSERT INTO "run_events" VALUES(12,3,1796052918,'started','{"gpus":1,"nodes":"n1","started_at":1796052918}');
INSERT INTO "run_events" VALUES(13,3,1796052918,'ended','{"job":{"account":"","ended_at":1796052978,"exit_code":0,"gpu_type":"","gpus":0,"gpus_on_record":true,"key":{"cluster":"yard","job_id":6,"submitted_at":1796052918},"nodes":"","outcome":"unknown","partition":"","phase":"ended","qos":"","reason":"","restarts":0,"signal":0,"started_at":1796052918,"state":"","suspended":0,"suspension_turn_at":null},"role":"train"}');
INSERT INTO "run_events" VALUES(14,3,1796052918,'used','{"reason":"","role":"train","segment":{"account":"","ended_at":1796052978,"gpu_type":"","gpus":1,"job":{"cluster":"yard","job_id":6,"submitted_at":1796052918},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1796052918,"suspended":[]}}');
INSERT INTO "run_events" VALUES(15,3,1796052918,'settled','{"cause":"lost","exit_code":null,"last_lines":[],"reason":"","result":"completed","signal":null}');
INSERT INTO "run_events" VALUES(16,3,1796052918,'stored','{"objects":1,"size_bytes":1000}');
CREATE TABLE runs (
  run_id         integer primary key autoincrement,
  submission_id  integer not null references submissions(submission_id),
  uid            integer not null,
  user           text    not null,          -- the user's name at that time
  name           text    not null,
  plan           text    not null,
  state          text    not null,
  over           integer not null check (over in (0, 1)),
  removed        integer not null default 0 check (removed in (0, 1)),   -- 1: the run's directory is gone
  accepted_at    integer not null,
  ended_at       integer
) strict;
INSERT INTO "runs" VALUES(1,1,0,'root','digits','','pending',0,0,1796052918,NULL);
INSERT INTO "runs" VALUES(2,2,0,'root','digits','','queued',0,0,1796052918,NULL);
INSERT INTO "runs" VALUES(3,3,0,'root','digits','','completed',1,0,1796052918,1796052918);
CREATE TABLE segments (
  segment_id    integer primary key,
  kind          text    not null check (kind in ('entry', 'reversal', 'correction')),
  corrects      integer references segments(segment_id),   -- the row that is reversed or replaced
  reason        text    not null,           -- why; empty: the scheduler's record at the job's end
  written_at    integer not null,
  -- The end of the months that were closed at written_at. Usage before it is booked at written_at.
  closed_until  integer not null,
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,           -- identifies the job together with job_id: ids are reused
  array_task    integer,                    -- the task of a job array, whose id is job_id; else null
  restart       integer not null,           -- Slurm's restart count
  role          text    not null check (role in ('stage', 'train', 'store')),
  run_id        integer references runs(run_id),   -- null: a data set's stage job
  run_name      text    not null,
  uid           integer not null,
  user          text    not null,           -- who is charged, by the name at that time
  account       text    not null,
  plan          text    not null,
  gpu_type      text    not null,
  gpus          integer not null check (gpus >= 0),   -- allocated, not requested
  started_at    integer not null,           -- [started_at, ended_at)
  ended_at      integer not null check (ended_at >= started_at),
  source        text    not null check (source in ('slurm', 'evidence')),   -- the source of the times
  last_seen_at  integer,                    -- when the agent or a poll last saw the job live; null: unknown
  check ((kind = 'entry') = (corrects is null))
) strict;
INSERT INTO "segments" VALUES(1,'entry',NULL,'',1796052918,0,'yard',6,1796052918,NULL,0,'train',3,'digits',0,'root','','','',1,1796052918,1796052978,'slurm',NULL);
CREATE TABLE settings (
  name   text not null primary key,         -- such as ledger_id, drained, rollup_zone
  value  text not null
) strict;
INSERT INTO "settings" VALUES('ledger_id','08e7c1d1');
CREATE TABLE signs_of_life (
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,
  array_task    integer,                    -- the task of a job array, as in segments
  last_seen_at  integer not null
) strict;
CREATE TABLE spanning_segments (
  segment_id   integer primary key references segments(segment_id),
  first_month  text,
  last_month   text
) strict;
CREATE TABLE submissions (
  submission_id  integer primary key,
  uid            integer not null,
  client_id      text    not null,          -- chosen by the client: the same id twice is one submission
  file           text    not null,
  text           text    not null,          -- the manifest as the client sent it
  submitted_at   integer not null,
  -- The digest of all that the client sent. The same client_id with other contents is refused.
  contents       text    not null default '',
  -- 0: the submission's runs are still being written, and users do not see them yet.
  accepted       integer not null default 1 check (accepted in (0, 1)),
  unique (uid, client_id)
) strict;
INSERT INTO "submissions" VALUES(1,0,'0','sweep.toml','name = "digits"
[results]
target = "file:///srv/results/"
[command]
run = "true"
',1796052918,'',1);
INSERT INTO "submissions" VALUES(2,0,'1','sweep.toml','name = "digits"
[results]
target = "file:///srv/results/"
[command]
run = "true"
',1796052918,'',1);
INSERT INTO "submissions" VALUES(3,0,'2','sweep.toml','name = "digits"
[results]
target = "file:///srv/results/"
[command]
run = "true"
',1796052918,'',1);
INSERT INTO "submissions" VALUES(4,0,'data0','','',1796052918,'',1);
INSERT INTO "submissions" VALUES(5,0,'data1','','',1796052918,'',1);
CREATE TABLE suspensions (
  segment_id  integer not null references segments(segment_id),
  since       integer not null,             -- [since, until)
  until       integer not null check (until > since),
  primary key (segment_id, since)
) strict;
CREATE TABLE usage_rollup (
  first_month  text    not null,            -- "2026-10": the first month in which the runs' usage is booked
  last_month   text    not null,            -- the last month in which the runs' usage is booked
  uid          integer not null,
  user         text    not null,
  account      text    not null,
  plan         text    not null,
  by_month     integer not null check (by_month in (0, 1)),   -- 0: usage in all months together
  month        text    not null check (by_month = 1 or month = ''),
  by_gpu       integer not null check (by_gpu in (0, 1)),   -- 0: usage on all GPUs together
  gpu          text    not null check (by_gpu = 1 or gpu = ''),   -- as in reports: the type, or "gpu"
  runs         integer not null,
  jobs         integer not null,
  gpu_seconds            integer not null,
  suspended_gpu_seconds  integer not null,
  late_gpu_seconds       integer not null,
  primary key (first_month, last_month, uid, user, account, plan, by_month, month, by_gpu, gpu)
) strict, without rowid;
CREATE INDEX submissions_being_written on submissions(submission_id) where accepted = 0;
CREATE INDEX runs_live on runs(run_id) where over = 0;
CREATE INDEX runs_of_user on runs(uid, run_id);
CREATE INDEX runs_live_of_user on runs(uid) where over = 0;
CREATE INDEX runs_of_submission on runs(submission_id);
CREATE INDEX runs_by_user_name on runs(user, run_id);
CREATE INDEX runs_by_name on runs(name, run_id);
CREATE INDEX runs_of_plan on runs(plan, run_id);
CREATE INDEX runs_by_acceptance on runs(accepted_at, run_id);
CREATE INDEX runs_live_by_user_name on runs(user, run_id) where over = 0;
CREATE INDEX runs_live_of_plan on runs(plan, run_id) where over = 0;
CREATE INDEX runs_to_remove on runs(ended_at) where over = 1 and removed = 0;
CREATE INDEX run_events_of_run on run_events(run_id, seq);
CREATE INDEX data_set_events_of_set on data_set_events(digest, seq);
CREATE UNIQUE INDEX segments_once on segments(cluster, job_id, submitted_at, coalesce(array_task, -1), restart)
  where kind = 'entry';
CREATE UNIQUE INDEX segments_corrected_once on segments(corrects, kind) where corrects is not null;
CREATE INDEX segments_booked_later on segments(written_at) where started_at < closed_until;
CREATE TRIGGER segments_stay before update on segments
  begin select raise(abort, 'segments are never changed: reverse, and enter again'); end;
CREATE TRIGGER segments_remain before delete on segments
  begin select raise(abort, 'segments are never removed: reverse them'); end;
CREATE TRIGGER suspensions_stay before update on suspensions
  begin select raise(abort, 'suspensions are never changed'); end;
CREATE TRIGGER suspensions_remain before delete on suspensions
  begin select raise(abort, 'suspensions are never removed'); end;
CREATE TRIGGER closed_months_stay before update on closed_months
  begin select raise(abort, 'a closed month stays closed'); end;
CREATE TRIGGER closed_months_remain before delete on closed_months
  begin select raise(abort, 'a closed month stays closed'); end;
CREATE TRIGGER segments_spare_closed_months before insert on segments
  when new.closed_until <> (select coalesce(max(until), 0) from closed_months)
  begin select raise(abort, 'a closed month takes no more entries'); end;
CREATE TRIGGER closed_months_in_order before insert on closed_months
  when new.since < (select coalesce(max(until), 0) from closed_months)
  begin select raise(abort, 'months are closed in order'); end;
CREATE UNIQUE INDEX signs_of_life_once on signs_of_life(cluster, job_id, submitted_at, coalesce(array_task, -1));
CREATE TRIGGER signs_of_life_stay before update on signs_of_life
  begin select raise(abort, 'signs of life are never changed'); end;
CREATE TRIGGER signs_of_life_remain before delete on signs_of_life
  begin select raise(abort, 'signs of life are never removed'); end;
CREATE INDEX segments_of_run on segments(run_id);
CREATE INDEX segments_of_job on segments(cluster, job_id, submitted_at);
CREATE INDEX segments_by_end on segments(ended_at, started_at);
CREATE INDEX segments_of_user on segments(uid, ended_at, started_at);
CREATE INDEX segments_by_length on segments(ended_at - started_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',3);
COMMIT;
