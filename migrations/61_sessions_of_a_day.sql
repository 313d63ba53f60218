-- A child may have the same help twice on one day, before school and after lunch: each of them is told by itself.
alter table help_sessions
  add column nth smallint not null default 1,
  add constraint help_sessions_nth_of_a_day check (nth between 1 and 9),
  drop constraint help_sessions_pkey,
  add primary key (meeting_id, item_id, held_on, nth);
