-- Segments, what jobs occupied, and the months that are accounted for. Rows are appended, never changed: what was wrong
-- is reversed and entered again.

-- Nothing is booked in a closed month any more. They are closed in order.
create table closed_months (
  month      text    not null primary key,  -- "2026-10"
  zone       text    not null,              -- whose midnights it begins and ends at
  since      integer not null,              -- [since, until)
  until      integer not null unique check (until > since),
  closed_at  integer not null check (closed_at >= until),
  closed_by  text    not null
) strict;

create table segments (
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
create unique index segments_once on segments(cluster, job_id, submitted_at, coalesce(array_task, -1), restart)
  where kind = 'entry';
create unique index segments_corrected_once on segments(corrects, kind) where corrects is not null;
create index segments_booked_later on segments(written_at) where started_at < closed_until;

-- When the job of a segment was suspended. Its GPUs stayed its own.
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
