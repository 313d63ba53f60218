//! Everything with a socket, a database or a clock.

pub mod audit;
pub mod backend;
pub mod clock;
pub mod cluster;
pub mod config;
mod connection;
pub mod db;
pub mod demo;
pub mod door;
mod error;
pub mod http;
pub mod invitations;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod postgres;
pub mod retention;
pub mod room;
pub mod rooms;
pub mod secret;
pub mod seed;
pub mod sessions;
pub mod startup;
pub mod state;
pub mod update_log;
pub mod upkeep;
pub mod ws;
