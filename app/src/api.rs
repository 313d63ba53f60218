//! The server functions: what a page may ask for and what a person may command.

pub mod doors;
pub mod meetings;
pub mod pupils;
pub mod records;
pub mod school;
