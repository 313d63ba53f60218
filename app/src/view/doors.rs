//! What whoever runs the meeting sees of its doors.

use serde::{Deserialize, Serialize};

use super::Participant;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorPage {
    pub people: Vec<AtTable>,
}

/// Somebody with a place at this table, open or closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtTable {
    pub person: Participant,
    /// Was asked to leave.
    pub removed: bool,
}
