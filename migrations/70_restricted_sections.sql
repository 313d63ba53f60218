-- What help costs, and what of an education plan is for those who answer for it, are sections of their own: a document
-- is sent whole or not at all.
alter table doc_checkpoints drop constraint doc_checkpoints_section_known;
alter table doc_checkpoints add constraint doc_checkpoints_section_known check (
  section in (
    'passport', 'pupil-views', 'pupil-private', 'family-views', 'school-views', 'specialist-views', 'assess', 'plan',
    'do', 'review', 'pep', 'pep-restricted', 'costs', 'staff-preparation'
  )
);
