//! One child’s page. What is not for somebody is not in it: `None` says so, and the page has no such part.

use serde::{Deserialize, Serialize};
use shared::{
    ItemId, MeetingId, PupilId, Role,
    record::{Arrangement, Scores, Statement, Statements},
};
use uuid::Uuid;

use super::{Here, Participant, Pupil, line::Fault};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PupilPage {
    pub id: PupilId,
    pub here: Here,
    pub pupil: Pupil,
    pub full_name: String,
    pub pronouns: String,
    pub year_group: String,
    pub class_name: String,
    pub class_teachers: Vec<String>,
    /// From this day on they are not at the school any more; it may be to come.
    pub left_on: Option<LeftOn>,
    pub key_adult: Option<String>,
    pub home_language: String,
    /// How to ask this child something.
    pub communication: Vec<String>,
    pub identity: Option<Identity>,
    pub needs: Option<Needs>,
    pub looked_after: Option<bool>,
    /// They are looked after, and the education plan is for these eyes.
    pub may_open_pep: bool,
    /// Oldest first.
    pub cycles: Vec<Cycle>,
    /// They are told what holds now, and nothing of earlier cycles, meetings and promises.
    pub only_now: bool,
    pub passport: Option<Passport>,
    pub reading: Reading,
    pub change_passport: Option<ChangePassport>,
    pub access: Vec<Arrangement>,
    pub meetings: Vec<Met>,
    /// Meetings that somebody of the family came to.
    pub held_this_year: u32,
    pub actions: Vec<ActionRow>,
    /// At some meeting that was agreed somebody promised to do something.
    pub was_promised: bool,
    pub may_tick_actions: bool,
    /// Nobody has met about them yet, and who asks may begin it.
    pub may_begin_first: bool,
    /// Whether they may change what the register says, and who is kept from the child.
    pub may_change_line: bool,
    /// Whether they may take everything that is held away as one archive.
    pub may_take_away: bool,
    /// Who sat at the last table, with how often they came.
    pub people: Vec<Around>,
    /// The rows of the provision map that are this child’s, of the plan that holds now.
    pub help: Vec<HelpRow>,
    /// Two cycles of little progress: the Code says, think about asking a specialist.
    pub little_progress: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOn {
    pub day: String,
    pub has_come: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    pub born_on: Option<String>,
    pub upn: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// A code of [`shared::census::PROVISION`].
    pub provision: String,
    pub since: Option<String>,
    /// Codes of [`shared::census::NEEDS`], main one first.
    pub types: Vec<String>,
}

/// One pass of assess, plan, do, review: what one meeting planned, and what the next one found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cycle {
    /// Agreed in this meeting…
    pub planned_in: MeetingId,
    /// `YYYY-MM-DD`
    pub planned_on: String,
    /// …and looked back on in this one.
    pub reviewed_in: Option<(MeetingId, String)>,
    pub review_on: String,
    /// Another plan was agreed on the same day: this one held no day, and takes no place among the last three.
    pub of_no_days: bool,
    /// “Autumn 2026”.
    pub term: String,
    pub targets: Vec<CycleTarget>,
    /// Sessions: until it is looked back on all that are planned, then those that were counted or told.
    pub planned: i64,
    /// Help of which no session is planned, until it is looked back on.
    pub always_there: Vec<String>,
    /// None where nobody counted or told any.
    pub delivered: Option<i64>,
    /// Beyond what was planned: in no other sum.
    pub extra: i64,
    /// Planned, and neither counted nor told by the time it was looked back on.
    pub uncounted: i64,
    /// Something was said of at least one of its targets, or it had none.
    pub looked_back: bool,
    pub why_not: Vec<String>,
    /// What the pupil said when it was reviewed.
    pub pupil_said: Vec<Statement>,
    pub others_said: Vec<Statement>,
    /// A code of [`shared::schema::plan::DECISIONS`], by who looked back on it; or empty.
    pub decided: String,
    /// Who did not agree to the plan, and why.
    pub disagreed: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CycleTarget {
    pub id: ItemId,
    pub pupil_words: String,
    pub title: String,
    pub baseline: String,
    /// Where it got to, once reviewed; before that, how we’ll know.
    pub reached: String,
    /// A code of [`shared::schema::review::RATINGS`], or empty.
    pub rating: String,
    pub before: Scores,
    pub after: Scores,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passport {
    /// Which version this is.
    pub this: Uuid,
    pub lists: Vec<Statements>,
    /// Help in tests, with how far each has come.
    pub access: Vec<Arrangement>,
    /// All there are, newest first.
    pub versions: Vec<PassportVersion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassportVersion {
    pub id: Uuid,
    /// `YYYY-MM-DD`
    pub on: String,
    /// Who kept it, outside a meeting.
    pub saved_by: Option<String>,
    /// The meeting that agreed it.
    pub agreed_in: Option<MeetingId>,
}

/// The way to change it, for whoever may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePassport {
    /// Somebody opened it, or a meeting is being prepared.
    pub is_open: bool,
    /// The day of that meeting, `YYYY-MM-DD`.
    pub review_on: Option<String>,
}

/// The passport on a page of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassportPage {
    pub id: PupilId,
    pub pupil: Pupil,
    pub class_name: String,
    pub key_adult: Option<String>,
    /// None, before there is any.
    pub passport: Option<Passport>,
    pub change: Option<ChangePassport>,
    /// Empty too where this is not the newest.
    pub reading: Reading,
    pub not_taken: PictureNotTaken,
}

/// A picture that was sent and not taken: nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureNotTaken {
    /// What was said to be on it.
    pub words: String,
    pub faults: Vec<Fault>,
}

/// So many letters say what is on a picture.
pub const PICTURE_WORDS: usize = 200;

/// Who of the staff has read the newest passport. Empty for who is not of the staff.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Its id, and where a meeting agreed it which version of the record it is: for whoever may say to have read it.
    pub version: Option<(Uuid, u32)>,
    /// The day this person said so.
    pub mine: Option<String>,
    /// For those who answer for the child.
    pub readers: Vec<PassportReader>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassportReader {
    pub name: String,
    pub read_on: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    pub id: MeetingId,
    pub held_on: String,
    pub agreed: bool,
    /// “8 came. Ruth sent views.”
    pub who_came: String,
    /// Whether this person has a place at it, so that its page opens to them.
    pub mine: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionRow {
    pub meeting: MeetingId,
    pub id: ItemId,
    pub pupil: PupilId,
    pub pupil_name: String,
    pub what: String,
    pub who: String,
    pub due_on: String,
    pub overdue: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Around {
    pub person: Participant,
    pub role: Role,
    pub came: u32,
    pub of: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HelpRow {
    pub name: String,
    pub who: String,
    pub tier: String,
    /// Minutes of one session, and how many were planned.
    pub minutes: Option<i64>,
    pub sessions: Option<i64>,
    /// Of the sessions that were told since: how many there were, and how many happened.
    pub told: Option<(i64, i64)>,
    /// Why the others did not, in words.
    pub missed: String,
    /// Pence; only for those who answer for the money.
    pub pence: Option<i64>,
}
