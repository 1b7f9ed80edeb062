-- From schema 4: adds the column accepted, because a submission of thousands of runs is written piece by
-- piece and users see it only when it is complete. Adds indexes to list runs by plan, name, user and time.
-- Drops segments_by_end, because rollup.sql, which follows, creates another index of this name.
alter table submissions add column accepted integer not null default 1 check (accepted in (0, 1));
create index submissions_being_written on submissions(submission_id) where accepted = 0;
create index runs_by_user_name on runs(user, run_id);
create index runs_by_name on runs(name, run_id);
create index runs_of_plan on runs(plan, run_id);
create index runs_by_acceptance on runs(accepted_at, run_id);
create index runs_live_by_user_name on runs(user, run_id) where over = 0;
create index runs_live_of_plan on runs(plan, run_id) where over = 0;
drop index if exists segments_by_end;
