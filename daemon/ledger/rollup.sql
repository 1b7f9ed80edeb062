-- The rollup: usage by month and party, made of segments and kept with them in one transaction. Months are those of the
-- setting rollup_zone; without it there is no rollup. It can be made again from segments at any time.
create table usage_rollup (
  first_month  text    not null,            -- "2026-10": of runs of which something is booked from this month
  last_month   text    not null,            -- up to this one
  uid          integer not null,
  user         text    not null,
  account      text    not null,
  plan         text    not null,
  by_month     integer not null check (by_month in (0, 1)),   -- 0: in all months together, each run and job counts once
  month        text    not null check (by_month = 1 or month = ''),
  by_gpu       integer not null check (by_gpu in (0, 1)),   -- 0: on all GPUs together, each run and job counts once
  gpu          text    not null check (by_gpu = 1 or gpu = ''),   -- as in reports: the type, "gpu" where untyped
  runs         integer not null,
  jobs         integer not null,
  gpu_seconds            integer not null,
  suspended_gpu_seconds  integer not null,
  late_gpu_seconds       integer not null,
  primary key (first_month, last_month, uid, user, account, plan, by_month, month, by_gpu, gpu)
) strict, without rowid;

-- Segments of runs that cannot be told by one month: those with a longer span, those with something that is booked late.
-- Of a run that is in no row of usage_rollup both months are null.
create table spanning_segments (
  segment_id   integer primary key references segments(segment_id),
  first_month  text,
  last_month   text
) strict;

-- By which segments are found to keep the rollup, and to read what crosses the edges of a period.
create index segments_of_run on segments(run_id);
create index segments_of_job on segments(cluster, job_id, submitted_at);
create index segments_by_end on segments(ended_at, started_at);
create index segments_of_user on segments(uid, ended_at, started_at);
create index segments_by_length on segments(ended_at - started_at);
