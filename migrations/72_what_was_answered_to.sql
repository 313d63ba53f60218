-- How far each section had come when somebody answered, so that a record can say whose answer was given before its
-- last words. By numbers of the log and not by clocks: the log’s is the database’s, an answer’s is the server’s.

alter table agreements add column heads jsonb not null default '{}';
