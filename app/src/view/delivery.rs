//! Which sessions of help happened: what one person gives to whom, on one day.

use serde::{Deserialize, Serialize};
use shared::{
    ItemId, MeetingId,
    delivery::{CHILD_AWAY, SESSIONS_A_DAY},
};

use super::{Here, Paging};

/// What the address asks to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryQuery {
    /// `YYYY-MM-DD`; empty for today.
    pub on: String,
    /// Whose help; empty for one’s own, [`EVERYBODY`] for all of it.
    pub who: String,
    /// From 1.
    pub page: u32,
}

pub const EVERYBODY: &str = "everybody";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryPage {
    pub here: Here,
    pub query: DeliveryQuery,
    /// `YYYY-MM-DD`.
    pub on: String,
    pub today: String,
    /// Days that may still be told, newest first.
    pub days: Vec<String>,
    /// Whoever gives any help to these children.
    pub staff: Vec<String>,
    pub sessions: Vec<Session>,
    /// Help of theirs of which no session is planned, and whose it is.
    pub always_there: Vec<(String, Vec<String>)>,
    pub paging: Paging,
    /// How many of all pages’ sessions were told of this day.
    pub told: u32,
    /// What was sent and not written down: somebody else had told otherwise meanwhile, or it is one more than the week has.
    pub not_told: Option<NotTold>,
}

/// What somebody told of a session that somebody else had told of otherwise since they saw it, or that is one too many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTold {
    /// The first of its helps, and which session of the day.
    pub item: ItemId,
    pub nth: i16,
    /// Who told what, and what was sent, in words.
    pub words: String,
    pub away: Vec<ItemId>,
    pub note: String,
    /// They are asked whether there was one more: sent again, it is written down.
    pub one_more: bool,
}

/// One help, with every child who has it of the same person: a group is told together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Which of the day, from 1, and whether no later one was told.
    pub nth: i16,
    pub is_last: bool,
    pub name: String,
    pub who: String,
    pub when: String,
    pub place: String,
    pub minutes: Option<i64>,
    pub per_week: i64,
    pub told_this_week: i64,
    pub children: Vec<Child>,
    pub note: String,
    pub told_by: String,
    /// Since the plan was agreed, of all children together.
    pub told: i64,
    pub happened: i64,
    /// Why not all of it did, in words.
    pub missed: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Child {
    pub meeting: MeetingId,
    pub item: ItemId,
    pub name: String,
    /// Of this day.
    pub told: Option<Told>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    Happened,
    /// A code of [`shared::delivery::WHY`].
    Not(String),
}

impl Child {
    pub fn was_away(&self) -> bool {
        matches!(&self.told, Some(Told::Not(why)) if why == CHILD_AWAY)
    }
}

/// Where a session stands on the page.
pub fn session_id(first: ItemId, nth: i16) -> String {
    if nth > 1 { format!("s-{first}-{nth}") } else { format!("s-{first}") }
}

impl Session {
    /// The same help once more on that day, of which nothing is told yet.
    pub fn another(&self) -> Option<Self> {
        let mut next = self.clone();
        next.nth += 1;
        next.note.clear();
        next.children.iter_mut().for_each(|child| child.told = None);
        (self.is_told() && self.is_last && self.nth < SESSIONS_A_DAY).then_some(next)
    }

    /// All that was told of it, in short. The form sends it along, so that nobody overwrites what they did not see.
    pub fn seen(&self) -> String {
        let of = |child: &Child| match &child.told {
            None => String::new(),
            Some(Told::Happened) => "happened".to_owned(),
            Some(Told::Not(why)) => why.clone(),
        };
        let all: Vec<_> = self.children.iter().map(of).chain([self.note.clone()]).collect();
        all.join("|")
    }

    pub fn is_told(&self) -> bool {
        self.children.iter().any(|child| child.told.is_some())
    }

    /// As many as the plan says for a week: nothing is waiting to be told.
    pub fn week_is_full(&self) -> bool {
        !self.is_told() && self.per_week > 0 && self.told_this_week >= self.per_week
    }
}

/// What is known before a meeting looks back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub told: Vec<ToldHelp>,
    /// Last targets in whose area of need the last review found little progress too. For staff alone.
    pub little: Vec<LittleProgress>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LittleProgress {
    pub target: ItemId,
    /// A code of [`shared::schema::AREAS`].
    pub area: String,
}

/// What was told of one help since the plan that promised it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldHelp {
    pub item: ItemId,
    pub name: String,
    /// The plan that promised it is of today: replaced today, it holds no day, and counts in no sum.
    pub is_new_today: bool,
    pub told: i64,
    pub happened: i64,
    /// Why not all of it did, in words.
    pub missed: String,
}

impl ToldHelp {
    pub fn words(&self) -> String {
        told_words(self.told, self.happened, &self.missed)
    }
}

/// “9 of 12 sessions happened; not: the room was taken (2), the child was away”.
pub fn told_words(told: i64, happened: i64, missed: &str) -> String {
    let not = if told == happened { String::new() } else { format!("; not: {missed}") };
    format!("{happened} of {told} sessions happened{not}")
}
