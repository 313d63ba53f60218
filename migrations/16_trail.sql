-- Who answers for how what is held of people is used: they read what was written down about who did what.

alter table posts drop constraint posts_post_known;
alter table posts add constraint posts_post_known check (
  post in (
    'head', 'senco', 'designated-teacher', 'safeguarding-lead', 'data-protection-lead', 'teacher', 'assistant'
  )
);
