-- Two keys that hung on a section by its meeting and name alone: nothing but the policies kept a row of one school from
-- hanging on a section of another. Foreign keys are checked with the eyes of the tables’ owner, so they say it themselves.

alter table doc_checkpoints add constraint doc_checkpoints_in_school unique (school_id, meeting_id, section);

alter table doc_heads
  drop constraint doc_heads_section_exists,
  add constraint doc_heads_section_in_school
    foreign key (school_id, meeting_id, section) references doc_checkpoints (school_id, meeting_id, section)
    on delete cascade;

alter table section_authors
  drop constraint section_authors_section_exists,
  add constraint section_authors_section_in_school
    foreign key (school_id, meeting_id, section) references doc_checkpoints (school_id, meeting_id, section)
    on delete cascade;
