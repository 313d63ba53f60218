//! The meeting’s document and its rules: no IO, no clock, no runtime.
//!
//! Compiles for the server and for the browser, so that both sides read one definition of what a
//! meeting holds ([`schema`]), who may read and write it ([`policy`]), how it is edited ([`doc`]),
//! what an update may make ([`shape`]), what travels on the wire ([`protocol`], [`event`],
//! [`presence`]), how a browser keeps up ([`sync`]) and what is kept when everyone agrees
//! ([`record`]). Around the meetings stands the school: its [`census`] codes, who reads of which child
//! ([`rights`]), and what to do with the help that was given ([`advice`]).
//!
//! What must stay true: nothing here reads a clock, draws a random number or opens anything; time,
//! ids and randomness come in as parameters.

pub mod advice;
pub mod attendance;
pub mod census;
pub mod delivery;
pub mod doc;
pub mod event;
pub mod hand;
pub mod ids;
pub mod json;
pub mod order;
pub mod pep;
pub mod plain;
pub mod policy;
pub mod presence;
pub mod protocol;
pub mod record;
pub mod rights;
pub mod role;
pub mod schema;
pub mod section;
pub mod shape;
pub mod splice;
pub mod stage;
pub mod sync;

pub use attendance::Attendance;
pub use ids::{ItemId, KnockId, MeetingId, ParticipantId, PersonId, PupilId, RecordId, SchoolId};
pub use policy::{Access, access};
pub use role::Role;
pub use section::Section;
pub use stage::Stage;
