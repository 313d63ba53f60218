//! The SEN register, what the census would say of it, and what became of a file that was brought in.

use serde::{Deserialize, Serialize};
use shared::PupilId;

use super::{Here, Paging};

/// What the address asks to see; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterQuery {
    pub name: String,
    pub class: String,
    /// `K`, `E` or `N`; empty is `K` and `E`.
    pub provision: String,
    pub need: String,
    pub late: bool,
    pub looked_after: bool,
    /// From 1.
    pub page: u32,
    /// How many children the last file brought in.
    pub brought: u32,
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
    pub checks: Vec<CensusCheck>,
    /// A file that was not brought in.
    pub refused: Option<Refused>,
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
}

/// One rule of the census, and the children it would send back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CensusCheck {
    /// What the rule asks.
    pub rule: String,
    pub broken_by: Vec<(PupilId, String)>,
}

/// A file that was not brought in: nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    pub file: String,
    pub rows: u32,
    /// Why not even its rows could be read.
    pub whole: Option<String>,
    pub faults: Vec<RowFault>,
    /// The row that was looked at last, where there was too much to mend to go on.
    pub up_to: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// As a spreadsheet counts them: the headings are row 1.
    pub row: u32,
    pub column: String,
    pub found: String,
    pub what_to_do: String,
}
