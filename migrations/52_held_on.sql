-- One day for a meeting: the one its record says it was held on, whatever day it had been planned for.
-- The owner keeps within one school like everybody, and this is of all.
alter table meetings no force row level security;
alter table records no force row level security;
update meetings m set held_on = (r.canonical_json::jsonb -> 'meeting' ->> 'held_on')::date
from records r
where r.meeting_id = m.id and r.version = 1
  and m.held_on <> (r.canonical_json::jsonb -> 'meeting' ->> 'held_on')::date;
alter table meetings force row level security;
alter table records force row level security;
