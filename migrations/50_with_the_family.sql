-- Three times a year the school meets the family (6.65 of the Code): a meeting that nobody of the family came to is a
-- meeting, and none of the three. It is said once, when the record is made, and lists need not look for who was there.
alter table meetings add column with_family boolean not null default false;

-- The owner keeps within one school like everybody, and this is of all.
alter table meetings no force row level security;
alter table records no force row level security;
alter table record_attendance no force row level security;
update meetings m set with_family = true
where exists (
  select from records r join record_attendance there on there.record_id = r.id
  where r.meeting_id = m.id and there.role = 'parent'
    and there.attendance in ('in_person', 'remote', 'part_of_meeting')
);
alter table meetings force row level security;
alter table records force row level security;
alter table record_attendance force row level security;
