-- The rollup: sums of usage by month and party (user, account and plan). It is made from segments, and
-- updated in the transaction that writes a segment. Months are those of the time zone in the setting
-- rollup_zone; without this setting there is no rollup. The rollup can be made again from segments at any
-- time. In each row, each run and each job counts once.
create table usage_rollup (
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

-- Segments of runs whose span is longer than one month, or that have usage that is booked late. Both months
-- are null if the run is in no row of usage_rollup.
create table spanning_segments (
  segment_id   integer primary key references segments(segment_id),
  first_month  text,
  last_month   text
) strict;

-- Indexes to find segments when the rollup is updated, and when runs that cross the edges of a period are
-- read.
create index segments_of_run on segments(run_id);
create index segments_of_job on segments(cluster, job_id, submitted_at);
create index segments_by_end on segments(ended_at, started_at);
create index segments_of_user on segments(uid, ended_at, started_at);
create index segments_by_length on segments(ended_at - started_at);
