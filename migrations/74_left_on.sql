-- From this day on a child is not at the school any more: on no list of the children who are, and met about no more.
-- What was written of them stays; none while they are here.
alter table pupils add column left_on date;
