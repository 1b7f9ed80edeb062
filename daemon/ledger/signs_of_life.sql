-- When the agent of a job last gave a sign of life, if it gave one. The job's owner can write this evidence:
-- it charges nothing, but supports what is charged. A row is appended when the attempt is settled. (Until
-- schema 3, signs of life were in the column segments.last_seen_at, and rows of that time still have them
-- there.)
create table signs_of_life (
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,
  array_task    integer,                    -- the task of a job array, as in segments
  last_seen_at  integer not null
) strict;
create unique index signs_of_life_once on signs_of_life(cluster, job_id, submitted_at, coalesce(array_task, -1));
create trigger signs_of_life_stay before update on signs_of_life
  begin select raise(abort, 'signs of life are never changed'); end;
create trigger signs_of_life_remain before delete on signs_of_life
  begin select raise(abort, 'signs of life are never removed'); end;
