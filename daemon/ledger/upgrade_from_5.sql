-- From schema 5: adds when each data set was last used. Until then, data sets were evicted by the time of their
-- last event.
alter table data_sets add column last_used_at integer not null default 0;
update data_sets set last_used_at =
  (select coalesce(max(at), 0) from data_set_events e where e.digest = data_sets.digest);
