//! The agreed record: what is kept when everyone has answered.
//!
//! [`project`] reads the sections and makes plain structs, or says in plain words what is missing.
//! The same sections always give the same record, and the same record the same bytes and hash.
//!
//! Who wrote a statement is read from the server’s knowledge of whose each letter is, never from what a
//! client may have written beside it.
//!
//! What must stay true: no cost, staff note or PEP detail is ever in it, because the family’s copy is
//! made from it; differences of view stay side by side; nothing of a removed item is kept.

mod canonical;
mod items;
mod known;
mod missing;
mod passport;
mod people;
mod project;
mod said;
mod steps;

use serde::{Deserialize, Serialize};

pub use self::{
    canonical::{canonical_json, hash},
    known::{Baseline, Need},
    missing::{Missing, missing, twice, worth_a_look},
    passport::{KeptPassport, PassportFacts, keep_passport},
    people::{Agreement, Attendee, Response},
    project::{Facts, draft, project},
    said::{Difference, Hand, Statement, Statements},
    steps::{Action, Arrangement, Delivery, Outcome, Provision, ReviewedTarget, Scores, Target},
};
use crate::MeetingId;

/// Everything that was agreed, in the order it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgreedRecord {
    pub schema: u32,
    /// 1 for the first; a later one says why in `reason`.
    pub version: u32,
    pub reason: Option<String>,
    /// RFC 3339, UTC.
    pub agreed_at: String,
    pub meeting: MeetingFacts,
    pub attendance: Vec<Attendee>,
    pub agreements: Vec<Agreement>,
    /// The passport and the boards: headings with their statements.
    pub passport: Vec<Statements>,
    /// The passport’s help in tests, with how far each has come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<Arrangement>,
    pub boards: Vec<Statements>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<Baseline>,
    pub differences: Vec<Difference>,
    pub reviews: Vec<ReviewedTarget>,
    pub remarks: Vec<Statement>,
    pub impact: String,
    pub outcomes: Vec<Outcome>,
    pub targets: Vec<Target>,
    pub provision: Vec<Provision>,
    pub by_school: Vec<Statement>,
    pub by_home: Vec<Statement>,
    pub by_pupil: Vec<Statement>,
    pub actions: Vec<Action>,
    pub delivery: Vec<Delivery>,
    pub expected_impact: String,
    /// `YYYY-MM-DD`.
    pub review_on: String,
    /// A code of [`plan::DECISIONS`], or empty.
    pub decision: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingFacts {
    pub id: MeetingId,
    pub pupil_name: String,
    pub pupil_full_name: String,
    pub school: String,
    /// “SEN Support review meeting”.
    pub kind: String,
    /// `YYYY-MM-DD`: the day people met, which need not be the day they had planned to, nor the day they
    /// agreed.
    pub held_on: String,
    pub place: String,
    pub facilitator: String,
    /// What the school called its plans when this one was agreed; empty for “plan”.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plan_name: String,
}
