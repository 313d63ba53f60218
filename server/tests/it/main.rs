//! The server from outside, against a real Postgres. One binary, because linking each file alone takes longer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "tests bring their own clock and tasks")]

mod cluster;
mod demo;
mod durability;
mod elsewhere;
mod faults;
mod gate;
mod join;
mod live;
mod memory;
mod next_meeting;
mod postgres;
mod records;
mod retention;
mod room;
mod schools;
mod sessions;
mod support;
