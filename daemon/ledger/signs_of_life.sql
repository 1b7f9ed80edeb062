-- When the agent of a job last gave a sign of life, where it left one. The word of the job's owner: it charges nothing,
-- and bears out what is charged. Appended when the attempt is settled. (Until schema 3 it was a column of segments,
-- which rows of that time still have.)
create table signs_of_life (
  cluster       text    not null,
  job_id        integer not null,
  submitted_at  integer not null,
  array_task    integer,                    -- of a job array, as in segments
  last_seen_at  integer not null
) strict;
create unique index signs_of_life_once on signs_of_life(cluster, job_id, submitted_at, coalesce(array_task, -1));
create trigger signs_of_life_stay before update on signs_of_life
  begin select raise(abort, 'signs of life are never changed'); end;
create trigger signs_of_life_remain before delete on signs_of_life
  begin select raise(abort, 'signs of life are never removed'); end;
