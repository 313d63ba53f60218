-- Whoever was let in by the spoken code was invited to the next meeting like everybody else, with a link good for two
-- months, and nobody had asked for that. So it is kept of a place that it was come to by the code: it is one at that
-- meeting and no further, until whoever runs it makes a link for that person by name.
alter table participants add column by_code boolean not null default false;
