//! A looked-after child’s education plan, for those who answer for it. Where they live, why and with whom is kept
//! nowhere here.

use serde::{Deserialize, Serialize};
use shared::{
    MeetingId, PupilId,
    pep::{Check, Rating},
};

use super::{Here, Pupil, line::Fault, map::Sessions, pupils::CycleTarget};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PepPage {
    pub here: Here,
    pub id: PupilId,
    pub pupil: Pupil,
    /// None before the first meeting has agreed one.
    pub plan: Option<Pep>,
    pub unfinished: Option<Unfinished>,
    /// By the Virtual School, the newest first.
    pub ratings: Vec<Rated>,
    pub may_rate: bool,
    /// What was sent and not done.
    pub refused: RatingSent,
    /// It was just written down.
    pub was_rated: bool,
}

/// The plan that is being written, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unfinished {
    pub meeting: MeetingId,
    pub meets_on: String,
    pub rating: Rating,
    pub checks: Vec<Check>,
}

/// The Virtual School’s own word on a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    pub rating: Rating,
    pub words: String,
    pub name: String,
    pub title: String,
    pub on: String,
    /// When the plan was made that was rated.
    pub met_on: String,
    pub is_of_newest: bool,
}

/// A rating as the form sends it, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSent {
    /// The meeting whose plan was on the page.
    pub plan: String,
    pub rating: String,
    pub words: String,
    pub faults: Vec<Fault>,
}

/// So many letters of why.
pub const RATING_LIMIT: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pep {
    pub agreed_in: MeetingId,
    pub met_on: String,
    /// “Summer 2026”.
    pub term: String,
    pub due: Due,
    pub rating: Rating,
    pub checks: Vec<Check>,
    pub wishes: Vec<Wish>,
    /// About the child, with the child.
    pub about: Vec<String>,
    pub hopes: Vec<Hope>,
    pub who_came: String,
    /// The support plan’s own.
    pub targets: Vec<CycleTarget>,
    pub subjects: Vec<Subject>,
    pub spends: Vec<Spend>,
    /// Help of the plan that pupil premium plus pays for.
    pub paid_help: Vec<PaidHelp>,
    pub moving_on: Vec<String>,
    /// As the support plan measured it.
    pub attendance: Vec<Measured>,
    /// Nobody measured it for this plan: what stands there is from one before.
    pub attendance_is_old: bool,
    /// Each with who answered, the newest last.
    pub sdq: Vec<Measured>,
    /// Who sat at the table from outside.
    pub agencies: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub value: String,
    /// `YYYY-MM-DD`, or empty.
    pub on: String,
}

/// One is due in every school term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The term by whose end the next one is to be held.
    pub term: String,
    /// `YYYY-MM-DD`, as the last meeting chose it, or empty.
    pub planned_on: String,
    /// That term is over.
    pub is_late: bool,
    /// The day that was chosen is after that term.
    pub is_planned_late: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// What they were asked, if they were.
    pub question: String,
    pub words: String,
    pub captured: String,
    pub said_on: String,
}

/// What they hope to do or be, and what leads there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hope {
    pub words: String,
    pub next: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub name: String,
    pub on_entry: String,
    pub now: String,
    pub predicted: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    pub purpose: String,
    /// The next step it is for, as the child says it; empty where none was chosen.
    pub step: String,
    pub allocated: Option<i64>,
    pub spent: Option<i64>,
    pub impact: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidHelp {
    pub name: String,
    pub who: String,
    /// The next steps it is for, as the child says them.
    pub steps: Vec<String>,
    /// How many sessions were looked back on, and how many of them happened.
    pub counted: Option<Sessions>,
}
