-- What a school calls the plan that its meetings agree, and its tiers of help. The tiers themselves are those that
-- documents and records hold; where a school says nothing it is called as `shared::schema` calls it.
alter table schools add column plan_name text not null default '';
alter table schools add constraint schools_plan_name_short check (char_length(plan_name) <= 60);

create table school_tiers (
  school_id uuid not null references schools,
  -- A code of `shared::schema::plan::TIERS`.
  code text not null,
  name text not null,
  primary key (school_id, code),
  constraint school_tiers_name_said check (name <> '' and char_length(name) <= 40)
);
select keep_within_school('school_tiers');
