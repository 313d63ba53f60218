-- Whoever holds a post that is kept is told on the first page who was given it and who lost it: those rows are found
-- without reading all that was written down.
create index audit_posts_told on audit (school_id, at) where verb like 'named-%' or verb like 'no-longer-%';
