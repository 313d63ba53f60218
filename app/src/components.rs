//! The pieces pages are made of: one file for each small family.

pub mod dates;
pub mod icon;
pub mod my_view;
pub mod people;
