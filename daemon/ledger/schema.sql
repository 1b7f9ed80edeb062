-- The ledger's schema 6 (pragma user_version), together with segments.sql, signs_of_life.sql, rollup.sql and
-- data_uses.sql.
-- Times are Unix seconds, UTC. Events and segments are facts: they are appended and never changed. The tables
-- runs and data_sets repeat the newest events for lists, and can be made again from the events.

create table settings (
  name   text not null primary key,         -- such as ledger_id, drained, rollup_zone
  value  text not null
) strict;

create table submissions (
  submission_id  integer primary key,
  uid            integer not null,
  client_id      text    not null,          -- chosen by the client: the same id twice is one submission
  file           text    not null,
  text           text    not null,          -- the manifest as the client sent it
  submitted_at   integer not null,
  -- The digest of all that the client sent. The same client_id with other contents is refused.
  contents       text    not null default '',
  -- 0: the submission's runs are still being written, and users do not see them yet.
  accepted       integer not null default 1 check (accepted in (0, 1)),
  unique (uid, client_id)
) strict;
create index submissions_being_written on submissions(submission_id) where accepted = 0;

create table runs (
  run_id         integer primary key autoincrement,
  submission_id  integer not null references submissions(submission_id),
  uid            integer not null,
  user           text    not null,          -- the user's name at that time
  name           text    not null,
  plan           text    not null,
  state          text    not null,
  over           integer not null check (over in (0, 1)),
  removed        integer not null default 0 check (removed in (0, 1)),   -- 1: the run's directory is gone
  accepted_at    integer not null,
  ended_at       integer
) strict;
create index runs_live on runs(run_id) where over = 0;
create index runs_of_user on runs(uid, run_id);
create index runs_live_of_user on runs(uid) where over = 0;
create index runs_of_submission on runs(submission_id);
create index runs_by_user_name on runs(user, run_id);
create index runs_by_name on runs(name, run_id);
create index runs_of_plan on runs(plan, run_id);
create index runs_by_acceptance on runs(accepted_at, run_id);
create index runs_live_by_user_name on runs(user, run_id) where over = 0;
create index runs_live_of_plan on runs(plan, run_id) where over = 0;
create index runs_to_remove on runs(ended_at) where over = 1 and removed = 0;

create table run_events (
  seq     integer primary key,
  run_id  integer not null references runs(run_id),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
create index run_events_of_run on run_events(run_id, seq);

create table data_sets (
  digest        text    not null primary key,
  state         text    not null,
  last_used_at  integer not null default 0   -- when a run that names it was last accepted, or ended
) strict;

create table data_set_events (
  seq     integer primary key,
  digest  text    not null references data_sets(digest),
  at      integer not null,
  event   text    not null,
  body    text    not null                  -- JSON
) strict;
create index data_set_events_of_set on data_set_events(digest, seq);
