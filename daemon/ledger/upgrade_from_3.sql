-- From schema 3: adds the digest of a submission's contents, which is compared when a client id comes again,
-- and an index to count each user's live runs.
alter table submissions add column contents text not null default '';
create index runs_live_of_user on runs(uid) where over = 0;
