//! The pieces pages are made of: one file for each small family. What only the server’s own pages use is left out of the
//! module that browsers download.

pub mod address;
pub mod also_here;
pub mod authors;
#[cfg(feature = "ssr")]
pub mod choose;
#[cfg(feature = "ssr")]
pub mod code;
pub mod dates;
pub mod device;
pub mod field;
pub mod finish;
pub mod focus;
#[cfg(feature = "ssr")]
pub mod form;
pub mod frame;
pub mod hide;
pub mod icon;
pub mod item;
pub mod list;
pub mod live;
pub mod money;
pub mod my_view;
pub mod notices;
pub mod people;
pub mod plate;
pub mod scale;
pub mod still;
#[cfg(feature = "ssr")]
pub mod thirds;
pub mod tools;
#[cfg(feature = "ssr")]
pub mod turn;
pub mod words;
