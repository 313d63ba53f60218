-- A link that ends all that opened an account ends its school account too. Had it only been forgotten, whoever it was
-- would be taken for its owner again by the address that both have: an alias, a shared mailbox.
alter table accounts add column ended_subjects text[] not null default '{}';
