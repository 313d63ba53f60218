//! Everything with a socket, a database or a clock.

pub mod clock;
mod connection;
pub mod db;
pub mod postgres;
pub mod room;
pub mod rooms;
pub mod secret;
pub mod update_log;
