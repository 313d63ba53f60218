-- A link makes a session of somebody, and that opened every table of theirs, whatever the doors there said. Now it is
-- kept through which doors a session came: by the meeting’s own link, or let in by whoever runs it. Sessions from
-- before came through none that is known: their link is opened once more.
alter table login_sessions add column let_in uuid[] not null default '{}';
