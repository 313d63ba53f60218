-- What the pupil asked not to share is read by who typed for them when they began to write it, and by nobody who is
-- named later.
alter table participants add column scribe_from_the_start boolean not null default false;

update participants set scribe_from_the_start = scribe;
