-- What a large school needs: its pages ask of hundreds of children with years of records at once.

-- Whose rows these are is asked of the setting once for a query, and not once for a row; and it is one school, so that
-- the planner knows how much of a table that is and takes the index. What names more than one school, or none that is
-- one, is refused.
create or replace function keep_within_school(made regclass) returns void
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', made);
  execute format('alter table %s force row level security', made);
  execute format(
    'create policy within_school on %s using (
       school_id = (select nullif(current_setting(''app.schools'', true), '''')::uuid)
     )', made);
  execute format('grant select, insert, update, delete on %s to roundtable_app', made);
end
$$;

do $$
declare
  made regclass;
begin
  for made in select polrelid::regclass from pg_policy where polname = 'within_school' loop
    if made::text in ('doc_checkpoints', 'doc_heads', 'doc_updates', 'section_authors') then
      -- The writer of the log commits what several schools wrote in one batch, to these tables alone.
      execute format(
        'alter policy within_school on %s using (
           school_id = any ((select string_to_array(current_setting(''app.schools'', true), '','')::uuid[])::uuid[])
         )', made);
    else
      execute format(
        'alter policy within_school on %s using (
           school_id = (select nullif(current_setting(''app.schools'', true), '''')::uuid)
         )', made);
    end if;
  end loop;
end
$$;

-- The same terms as before, in words that the planner can put in place of the call: `to_char` hangs on settings.
create or replace function term_of(day date) returns text language sql immutable as $$
  select extract(year from day)::integer::text || '-' ||
    case when extract(month from day) <= 3 then '1' when extract(month from day) <= 8 then '2' else '3' end
$$;

-- Of a plan: as `help_given` says it, for who asks only which terms there are.
create function term_of_plan(held_on date, review_on date) returns text language sql immutable as $$
  select term_of(held_on + (coalesce(review_on, held_on + 84) - held_on) / 2)
$$;

-- Of whom somebody is kept from.
create index withheld_person_id on withheld (person_id);
-- One help of a plan, as the next meeting counted it, and as it was paid for.
create index deliveries_provision_id on deliveries (record_id, provision_id);
create index provision_costs_provision_id on provision_costs (record_id, provision_id);
-- Whoever knocks again with the same link.
create index knocks_participant_id on knocks (participant_id);
