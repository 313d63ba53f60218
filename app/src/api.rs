//! What a page may ask of the server, and what a person may command.

// What pages are made from, read while the server renders them, and what plain forms send. No browser runs these.
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod reading;

// What a live page asks and commands while it is open: server functions, one file per aggregate.
mod command;
pub mod doors;
pub mod meetings;
pub mod records;
