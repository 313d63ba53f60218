//! The SEN register, what the census would say of it, and what became of a file that was sent.

use serde::{Deserialize, Serialize};
use shared::PupilId;

use super::{
    Here, Paging,
    file::{Preview, Refused},
};

/// What the address asks to see; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterQuery {
    pub name: String,
    pub class: String,
    /// `K`, `E` or `N`; `all` is every child of the school, and empty is `K` and `E`.
    pub provision: String,
    pub need: String,
    pub late: bool,
    pub looked_after: bool,
    /// Those who have left the school, and nobody else.
    pub left: bool,
    /// From 1.
    pub page: u32,
    /// How many children the last file brought in, and how many lines it changed.
    pub brought: u32,
    pub changed: u32,
    /// Somebody was taken out just now.
    pub taken_out: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterPage {
    pub here: Here,
    pub query: RegisterQuery,
    pub whole_school: bool,
    pub may_import: bool,
    pub classes: Vec<String>,
    pub rows: Vec<RegisterRow>,
    pub paging: Paging,
    pub support: u32,
    pub plans: u32,
    /// Of how many the same was so when they left.
    pub left: u32,
    pub checks: Vec<CensusCheck>,
    /// What there is to say of a file that was just sent.
    pub sent: Option<Sent>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterRow {
    pub pupil: PupilId,
    pub full_name: String,
    pub class_name: String,
    pub provision: String,
    pub needs: Vec<String>,
    pub looked_after: bool,
    pub key_adult: String,
    pub held_this_year: u32,
    pub review_on: String,
    /// Days since the review was due.
    pub late_by: u32,
    /// Empty while they are here.
    pub left_on: String,
}

/// One rule of the census, and the children it would send back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CensusCheck {
    /// What the rule asks.
    pub rule: String,
    pub broken_by: Vec<(PupilId, String)>,
}

/// A file that changed nothing: not yet, or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sent {
    Look(Preview),
    Refused(Refused),
}
