-- Segments (what jobs occupied) and closed months. Rows are appended and never changed: a wrong segment is
-- reversed and entered again.

-- Months in which nothing is booked any more. Months are closed in order.
create table closed_months (
  month      text    not null primary key,  -- "2026-10"
  zone       text    not null,              -- time zone of the midnights at which the month begins and ends
  since      integer not null,              -- [since, until)
  until      integer not null unique check (until > since),
  closed_at  integer not null check (closed_at >= until),
  closed_by  text    not null
) strict;

create table segments (
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
create unique index segments_once on segments(cluster, job_id, submitted_at, coalesce(array_task, -1), restart)
  where kind = 'entry';
create unique index segments_corrected_once on segments(corrects, kind) where corrects is not null;
create index segments_booked_later on segments(written_at) where started_at < closed_until;

-- When the job of a segment was suspended. Its GPUs stayed allocated.
create table suspensions (
  segment_id  integer not null references segments(segment_id),
  since       integer not null,             -- [since, until)
  until       integer not null check (until > since),
  primary key (segment_id, since)
) strict;

create trigger segments_stay before update on segments
  begin select raise(abort, 'segments are never changed: reverse, and enter again'); end;
create trigger segments_remain before delete on segments
  begin select raise(abort, 'segments are never removed: reverse them'); end;
create trigger suspensions_stay before update on suspensions
  begin select raise(abort, 'suspensions are never changed'); end;
create trigger suspensions_remain before delete on suspensions
  begin select raise(abort, 'suspensions are never removed'); end;
create trigger closed_months_stay before update on closed_months
  begin select raise(abort, 'a closed month stays closed'); end;
create trigger closed_months_remain before delete on closed_months
  begin select raise(abort, 'a closed month stays closed'); end;
create trigger segments_spare_closed_months before insert on segments
  when new.closed_until <> (select coalesce(max(until), 0) from closed_months)
  begin select raise(abort, 'a closed month takes no more entries'); end;
create trigger closed_months_in_order before insert on closed_months
  when new.since < (select coalesce(max(until), 0) from closed_months)
  begin select raise(abort, 'months are closed in order'); end;
