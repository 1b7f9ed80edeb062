-- From schema 4: a submission of thousands of runs is written piece by piece, and seen when it is whole. Runs are listed
-- by plan, name, user and time; rollup.sql, which follows, has another index of the name segments_by_end.
alter table submissions add column accepted integer not null default 1 check (accepted in (0, 1));
create index submissions_being_written on submissions(submission_id) where accepted = 0;
create index runs_by_user_name on runs(user, run_id);
create index runs_by_name on runs(name, run_id);
create index runs_of_plan on runs(plan, run_id);
create index runs_by_acceptance on runs(accepted_at, run_id);
create index runs_live_by_user_name on runs(user, run_id) where over = 0;
create index runs_live_of_plan on runs(plan, run_id) where over = 0;
drop index if exists segments_by_end;
