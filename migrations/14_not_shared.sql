-- What a pupil asks not to share is a section of its own: it must not be in a document that others are sent.
alter table doc_checkpoints drop constraint doc_checkpoints_section_known;
alter table doc_checkpoints add constraint doc_checkpoints_section_known check (
  section in (
    'passport', 'pupil-views', 'pupil-private', 'family-views', 'school-views', 'specialist-views', 'assess', 'plan',
    'do', 'review', 'pep', 'staff-preparation'
  )
);
