-- From schema 2: adds the task index, because jobs can now be tasks of job arrays.
alter table segments add column array_task integer;
drop index segments_once;
create unique index segments_once on segments(cluster, job_id, submitted_at, coalesce(array_task, -1), restart)
  where kind = 'entry';
