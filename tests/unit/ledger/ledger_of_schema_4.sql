-- A ledger of schema 4, written by that release; see upgrade_test.cc. Tables come in the order of their names.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE closed_months (
  month      text    not null primary key,  -- "2026-10"
  zone       text    not null,              -- whose midnights it begins and ends at
  since      integer not null,              -- [since, until)
  until      integer not null unique check (until > since),
  closed_at  integer not null check (closed_at >= until),
  closed_by  text    not null
) strict;
INSERT INTO "closed_months" VALUES('2026-10','Europe/Berlin',1790805600,1793487600,1796001122,'root');
CREATE TABLE data_set_events (
  seq     integer primary key,
  digest  text    not null references data_sets(digest),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
INSERT INTO "data_set_events" VALUES(1,'d1',1795420000,'wanted','{"data":{"format":"","label_source":"","options":{},"scale":1.0,"seed":1,"source":"","test_fraction":0.0,"test_label_source":"","test_source":""},"object_count":1,"owner":{"gid":100,"name":"ada","uid":1001},"scratch":{"base":"/scratch","path":"/scratch/ada/t"},"source_bytes":4711}');
INSERT INTO "data_set_events" VALUES(2,'d1',1795420001,'staging','{"attempt":1,"job":{"cluster":"yard","job_id":5,"submitted_at":1795420005}}');
INSERT INTO "data_set_events" VALUES(3,'d1',1795420002,'used','{"reason":"","role":"stage","segment":{"account":"","ended_at":1795423700,"gpu_type":"","gpus":0,"job":{"cluster":"yard","job_id":5,"submitted_at":1795420005},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[]}}');
INSERT INTO "data_set_events" VALUES(4,'d1',1795420002,'ready','{"samples":60,"size_bytes":4711,"test_samples":0}');
CREATE TABLE data_sets (
  digest  text    not null primary key,
  state   text    not null
) strict;
INSERT INTO "data_sets" VALUES('d1','ready');
CREATE TABLE run_events (
  seq     integer primary key,
  run_id  integer not null references runs(run_id),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
INSERT INTO "run_events" VALUES(1,1,1795420000,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"physics","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":1,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{}},"owner":{"gid":100,"name":"ada","uid":1001},"plan":"free","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(2,1,1795420001,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(3,1,1795420002,'submitted','{"train":{"cluster":"yard","job_id":10,"submitted_at":1795420010}}');
INSERT INTO "run_events" VALUES(4,1,1795420003,'released','{"store":{"cluster":"yard","job_id":11,"submitted_at":1795420011}}');
INSERT INTO "run_events" VALUES(5,1,1795420101,'started','{"gpus":0,"nodes":"n1","started_at":1795420100}');
INSERT INTO "run_events" VALUES(6,1,1795423701,'ended','{"job":{"account":"","ended_at":1795423700,"exit_code":0,"gpu_type":"k40","gpus":1,"gpus_on_record":true,"key":{"cluster":"yard","job_id":10,"submitted_at":1795420010},"nodes":"n1","outcome":"completed","partition":"","phase":"ended","qos":"","reason":"","restarts":0,"signal":0,"started_at":1795420100,"state":"COMPLETED","suspended":0,"suspension_turn_at":null},"role":"train"}');
INSERT INTO "run_events" VALUES(7,1,1795423701,'used','{"reason":"","role":"train","segment":{"account":"","ended_at":1795423700,"gpu_type":"k40","gpus":1,"job":{"cluster":"yard","job_id":10,"submitted_at":1795420010},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[]}}');
INSERT INTO "run_events" VALUES(8,1,1795423702,'settled','{"cause":"completed","exit_code":0,"last_lines":[],"reason":"","result":"completed","signal":null}');
INSERT INTO "run_events" VALUES(9,1,1795423801,'ended','{"job":{"account":"","ended_at":1795423700,"exit_code":0,"gpu_type":"","gpus":0,"gpus_on_record":true,"key":{"cluster":"yard","job_id":11,"submitted_at":1795420011},"nodes":"n1","outcome":"completed","partition":"","phase":"ended","qos":"","reason":"","restarts":0,"signal":0,"started_at":1795420100,"state":"COMPLETED","suspended":0,"suspension_turn_at":null},"role":"store"}');
INSERT INTO "run_events" VALUES(10,1,1795423701,'used','{"reason":"","role":"store","segment":{"account":"","ended_at":1795423700,"gpu_type":"","gpus":0,"job":{"cluster":"yard","job_id":11,"submitted_at":1795420011},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[]}}');
INSERT INTO "run_events" VALUES(11,1,1795423802,'stored','{"objects":3,"size_bytes":4096}');
INSERT INTO "run_events" VALUES(12,2,1795420000,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":2,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{}},"owner":{"gid":100,"name":"bob","uid":1002},"plan":"lab","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(13,2,1795420001,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(14,2,1795420002,'submitted','{"train":{"cluster":"yard","job_id":20,"submitted_at":1795420020}}');
INSERT INTO "run_events" VALUES(15,2,1795420003,'released','{"store":{"cluster":"yard","job_id":21,"submitted_at":1795420021}}');
INSERT INTO "run_events" VALUES(16,2,1795420101,'started','{"gpus":0,"nodes":"n1","started_at":1795420100}');
INSERT INTO "run_events" VALUES(17,2,1795423701,'ended','{"job":{"account":"","ended_at":1795423700,"exit_code":0,"gpu_type":"k40","gpus":2,"gpus_on_record":true,"key":{"cluster":"yard","job_id":20,"submitted_at":1795420020},"nodes":"n1","outcome":"completed","partition":"","phase":"ended","qos":"","reason":"","restarts":0,"signal":0,"started_at":1795420100,"state":"COMPLETED","suspended":0,"suspension_turn_at":null},"role":"train"}');
INSERT INTO "run_events" VALUES(18,2,1795423701,'used','{"reason":"","role":"train","segment":{"account":"","ended_at":1795423700,"gpu_type":"k40","gpus":2,"job":{"cluster":"yard","job_id":20,"submitted_at":1795420020},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[{"since":1795421000,"until":1795421600}]}}');
INSERT INTO "run_events" VALUES(19,2,1795423702,'settled','{"cause":"completed","exit_code":0,"last_lines":[],"reason":"","result":"completed","signal":null}');
INSERT INTO "run_events" VALUES(20,2,1795423802,'stored','{"objects":3,"size_bytes":4096}');
INSERT INTO "run_events" VALUES(21,2,1795429000,'corrected','{"is":{"account":"","ended_at":1795421900,"gpu_type":"k40","gpus":2,"job":{"cluster":"yard","job_id":20,"submitted_at":1795420020},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[{"since":1795421000,"until":1795421600}]},"reason":"late record","was":{"account":"","ended_at":1795423700,"gpu_type":"k40","gpus":2,"job":{"cluster":"yard","job_id":20,"submitted_at":1795420020},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1795420100,"suspended":[{"since":1795421000,"until":1795421600}]}}');
INSERT INTO "run_events" VALUES(22,3,1795420000,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"physics","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":1,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{}},"owner":{"gid":100,"name":"ada","uid":1001},"plan":"free","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(23,3,1795420001,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(24,3,1795420002,'submitted','{"train":{"cluster":"yard","job_id":30,"submitted_at":1793000000}}');
INSERT INTO "run_events" VALUES(25,3,1795420003,'released','{"store":{"cluster":"yard","job_id":31,"submitted_at":1795420031}}');
INSERT INTO "run_events" VALUES(26,3,1795423701,'used','{"reason":"slurmdbd told late","role":"train","segment":{"account":"","ended_at":1793001600,"gpu_type":"k40","gpus":1,"job":{"cluster":"yard","job_id":30,"submitted_at":1793000000},"last_seen_at":null,"restart":0,"source":"slurm","started_at":1793001000,"suspended":[]}}');
INSERT INTO "run_events" VALUES(27,4,1795420000,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":1,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{}},"owner":{"gid":100,"name":"ada","uid":1001},"plan":"","scratch":{"base":"","path":""}}');
INSERT INTO "run_events" VALUES(28,4,1795420001,'admitted','{"attempt":1}');
INSERT INTO "run_events" VALUES(29,4,1795420002,'submitted','{"train":{"cluster":"yard","job_id":40,"submitted_at":1795420040}}');
INSERT INTO "run_events" VALUES(30,4,1795420003,'released','{"store":{"cluster":"yard","job_id":11,"submitted_at":1795420011}}');
INSERT INTO "run_events" VALUES(31,4,1795420101,'started','{"gpus":0,"nodes":"n1","started_at":1795420100}');
INSERT INTO "run_events" VALUES(32,5,1795420000,'accepted','{"account":"","code":"","dataset":"","manifest":{"command":{"code":"","environment":{},"launcher":"single","run":"true","setup":""},"name":"digits","resources":{"account":"","cpus_per_rank":1,"gpu":"","gpus_in_all":0,"gpus_per_node":1,"memory_bytes":0,"nodes":1,"partition":"","plan":"","qos":"","ranks_per_node":1,"time_limit_seconds":3600},"results_target":"file:///srv/results/","retry":{"attempts":1,"on":["node_failure","preempted","lost","try_again"],"warning_seconds":60},"sweep":{}},"owner":{"gid":100,"name":"ada","uid":1001},"plan":"","scratch":{"base":"","path":""}}');
CREATE TABLE runs (
  run_id         integer primary key autoincrement,
  submission_id  integer not null references submissions(submission_id),
  uid            integer not null,
  user           text    not null,          -- as named then
  name           text    not null,
  plan           text    not null,
  state          text    not null,
  over           integer not null check (over in (0, 1)),
  removed        integer not null default 0 check (removed in (0, 1)),   -- its directory is gone
  accepted_at    integer not null,
  ended_at       integer
) strict;
INSERT INTO "runs" VALUES(1,1,1001,'ada','digits','free','completed',1,0,1795420000,1795423802);
INSERT INTO "runs" VALUES(2,2,1002,'bob','digits','lab','completed',1,0,1795420000,1795423802);
INSERT INTO "runs" VALUES(3,3,1001,'ada','digits','free','pending',0,0,1795420000,NULL);
INSERT INTO "runs" VALUES(4,4,1001,'ada','digits','','running',0,0,1795420000,NULL);
INSERT INTO "runs" VALUES(5,5,1001,'ada','digits','','queued',0,0,1795420000,NULL);
CREATE TABLE segments (
  segment_id    integer primary key,
  kind          text    not null check (kind in ('entry', 'reversal', 'correction')),
  corrects      integer references segments(segment_id),   -- what a reversal takes back, a correction replaces
  reason        text    not null,           -- why; empty of an entry by the scheduler's word at the job's end
  written_at    integer not null,
  closed_until  integer not null,           -- closed then; what lies before it is booked at written_at
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,           -- with job_id: ids are reused
  array_task    integer,                    -- of a job array, job_id is the array's; else null
  restart       integer not null,           -- Slurm's restart count
  role          text    not null check (role in ('stage', 'train', 'store')),
  run_id        integer references runs(run_id),   -- null: a data set's
  run_name      text    not null,
  uid           integer not null,
  user          text    not null,           -- whom it is charged to, as named then
  account       text    not null,
  plan          text    not null,
  gpu_type      text    not null,
  gpus          integer not null check (gpus >= 0),   -- allocated, not requested
  started_at    integer not null,           -- [started_at, ended_at)
  ended_at      integer not null check (ended_at >= started_at),
  source        text    not null check (source in ('slurm', 'evidence')),   -- whose word the times are
  last_seen_at  integer,                    -- the agent's last sign of life; null: it left none
  check ((kind = 'entry') = (corrects is null))
) strict;
INSERT INTO "segments" VALUES(1,'entry',NULL,'',1796001122,0,'yard',10,1795420010,NULL,0,'train',1,'digits',1001,'ada','physics','free','k40',1,1795420100,1795423700,'slurm',NULL);
INSERT INTO "segments" VALUES(2,'entry',NULL,'',1796001122,0,'yard',11,1795420011,NULL,0,'store',1,'digits',1001,'ada','physics','free','',0,1795420100,1795423700,'slurm',NULL);
INSERT INTO "segments" VALUES(3,'entry',NULL,'',1796001122,0,'yard',20,1795420020,NULL,0,'train',2,'digits',1002,'bob','','lab','k40',2,1795420100,1795423700,'slurm',NULL);
INSERT INTO "segments" VALUES(4,'reversal',3,'late record',1796001122,0,'yard',20,1795420020,NULL,0,'train',2,'digits',1002,'bob','','lab','k40',2,1795420100,1795423700,'slurm',NULL);
INSERT INTO "segments" VALUES(5,'correction',3,'late record',1796001122,0,'yard',20,1795420020,NULL,0,'train',2,'digits',1002,'bob','','lab','k40',2,1795420100,1795421900,'slurm',NULL);
INSERT INTO "segments" VALUES(6,'entry',NULL,'slurmdbd told late',1796001122,1793487600,'yard',30,1793000000,NULL,0,'train',3,'digits',1001,'ada','physics','free','k40',1,1793001000,1793001600,'slurm',NULL);
INSERT INTO "segments" VALUES(7,'entry',NULL,'',1796001122,1793487600,'yard',5,1795420005,NULL,0,'stage',NULL,'',1001,'ada','','','',0,1795420100,1795423700,'slurm',NULL);
CREATE TABLE settings (
  name   text not null primary key,         -- ledger_id, drained
  value  text not null
) strict;
INSERT INTO "settings" VALUES('ledger_id','55658b65');
CREATE TABLE signs_of_life (
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,
  array_task    integer,                    -- of a job array, as in segments
  last_seen_at  integer not null
) strict;
CREATE TABLE submissions (
  submission_id  integer primary key,
  uid            integer not null,
  client_id      text    not null,          -- the client's own: the same one twice is one submission
  file           text    not null,
  text           text    not null,          -- the manifest as it came
  submitted_at   integer not null,
  contents       text    not null default '',   -- digest of all that came: the same id with other contents is refused
  unique (uid, client_id)
) strict;
INSERT INTO "submissions" VALUES(1,1001,'c1','digits.toml','name = "digits"',1796001122,'0123');
INSERT INTO "submissions" VALUES(2,1002,'c2','digits.toml','name = "digits"',1796001122,'0123');
INSERT INTO "submissions" VALUES(3,1001,'c3','digits.toml','name = "digits"',1796001122,'0123');
INSERT INTO "submissions" VALUES(4,1001,'c4','digits.toml','name = "digits"',1796001122,'0123');
INSERT INTO "submissions" VALUES(5,1001,'c5','','',1796001122,'');
CREATE TABLE suspensions (
  segment_id  integer not null references segments(segment_id),
  since       integer not null,             -- [since, until)
  until       integer not null check (until > since),
  primary key (segment_id, since)
) strict;
INSERT INTO "suspensions" VALUES(3,1795421000,1795421600);
INSERT INTO "suspensions" VALUES(4,1795421000,1795421600);
INSERT INTO "suspensions" VALUES(5,1795421000,1795421600);
CREATE INDEX runs_live on runs(run_id) where over = 0;
CREATE INDEX runs_of_user on runs(uid, run_id);
CREATE INDEX runs_live_of_user on runs(uid) where over = 0;
CREATE INDEX runs_of_submission on runs(submission_id);
CREATE INDEX runs_to_remove on runs(ended_at) where over = 1 and removed = 0;
CREATE INDEX run_events_of_run on run_events(run_id, seq);
CREATE INDEX data_set_events_of_set on data_set_events(digest, seq);
CREATE UNIQUE INDEX segments_once on segments(cluster, job_id, submitted_at, coalesce(array_task, -1), restart)
  where kind = 'entry';
CREATE UNIQUE INDEX segments_corrected_once on segments(corrects, kind) where corrects is not null;
CREATE INDEX segments_by_end on segments(ended_at);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',5);
COMMIT;
