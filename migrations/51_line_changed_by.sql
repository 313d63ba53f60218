-- Two people with one line of the register open: the second is told who changed it meanwhile.
create index audit_register_changed on audit (subject, at) where verb = 'register-changed';
