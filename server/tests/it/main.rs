//! The server from outside, against a real Postgres. One binary, because linking each file alone takes longer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "tests bring their own clock and tasks")]

mod asvs;
mod attacks;
mod attendance;
mod audit;
mod check;
mod cluster;
mod corrections;
mod delivery;
mod demo;
mod doors;
mod durability;
mod elsewhere;
mod erasure;
mod faults;
mod fuzz;
mod gate;
mod headers;
mod help_recount;
mod hide;
mod hostile;
mod join;
mod keeping;
mod limits;
mod live;
mod lobby;
mod map;
mod matrix;
mod memory;
mod metrics;
mod next_meeting;
mod panics;
mod passport_reads;
mod passports;
mod pep;
mod pictures;
mod postgres;
mod pupils;
mod records;
mod register;
mod register_line;
mod register_recount;
mod retention;
mod room;
mod scale;
mod school_words;
mod schools;
mod second_school;
mod sessions;
mod sharing;
mod sign_in;
mod subject;
mod support;
mod tenants;
