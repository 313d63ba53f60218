-- Two people with one colleague’s posts open: the second is told who set them meanwhile.
create index audit_posts_set on audit (subject, at) where verb = 'posts-set';
