//! Everything with a socket, a database or a clock.

pub mod clock;
pub mod db;
pub mod postgres;
pub mod secret;
