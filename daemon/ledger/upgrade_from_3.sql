-- From schema 3: a submission's client id stands for its contents; the live runs of each user are counted.
alter table submissions add column contents text not null default '';
create index runs_live_of_user on runs(uid) where over = 0;
