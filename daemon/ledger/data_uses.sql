-- How often runs found their data set on scratch, or on its way there, when they were accepted: sums by user
-- and quarter of an hour. In all time zones, days and months begin with a quarter. Rows of the present quarter
-- are added to in the transaction that accepts the runs.
create table data_uses (
  since          integer not null check (since % 900 = 0),   -- the beginning of the quarter
  uid            integer not null,
  user           text    not null,          -- the user's name at that time
  hits           integer not null,          -- runs that found their data set
  misses         integer not null,          -- runs for which their data set was fetched
  fetched_bytes  integer not null,          -- of the sources, by the misses
  saved_bytes    integer not null,          -- of the sources, by the hits
  primary key (since, uid, user)
) strict, without rowid;
