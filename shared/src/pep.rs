//! Whether a looked-after child’s education plan has all its parts: the list a Virtual School checks, counted from what
//! was agreed.
//!
//! What must stay true: it speaks of the plan, never of the child; the rating itself is the Virtual School’s to give,
//! and this only says what is there. What was taken over from the last plan word for word was asked by nobody since: it is
//! there only where it may stay for years, as a hope, or who the child is.

use serde::{Deserialize, Serialize};

use crate::{
    Attendance, Role,
    record::{AgreedRecord, Provision, Target},
    role::Side,
};

/// What the agreed record does not hold: the parts of the PEP section, and the money.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Words the child said.
    pub wishes: Lines,
    /// Subjects, and how many of them say where the child is now.
    pub subjects: usize,
    pub subjects_now: Lines,
    pub spends: Vec<Spend>,
    pub moving_on: Lines,
    /// Lines about the child.
    pub about: usize,
    /// What they hope to do or be, and how many of these say what leads there.
    pub hopes: usize,
    pub hopes_led_to: usize,
    /// There was a plan before this one.
    pub is_first: bool,
}

/// How many were written for this plan, and how many stand as they did in the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub new: usize,
    pub from_last: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Spend {
    pub purpose: String,
    pub is_costed: bool,
    /// More is spent than was set aside.
    pub is_overspent: bool,
    /// It names a next step of this plan.
    pub has_step: bool,
    pub what_it_changed: Lines,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    There,
    Partly,
    /// Taken over from the last plan, and nobody has said since whether it is still so.
    FromLast,
    Missing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub what: String,
    pub state: State,
    /// What to add, in plain words; empty where it is all there.
    pub add: String,
}

/// How a Virtual School would see it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rating {
    Green,
    Amber,
    /// No words of the child, no date to review it, or no spending shown.
    Red,
}

impl Rating {
    /// The best first.
    pub const ALL: [Self; 3] = [Self::Green, Self::Amber, Self::Red];

    /// The name used in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.name() == name)
    }

    /// What a Virtual School gives it for.
    pub fn criteria(self) -> &'static str {
        match self {
            Self::Green => {
                "The child’s voice is strong and changed the plan. Last targets were looked back on, the new ones are \
                 SMART, the help says what, when, where, by whom and how often. Carers had their say. The money is \
                 costed and for a target, moving on is planned, and it says who came and when the next one is."
            }
            Self::Amber => "Voice, money and next date are there. Something else of it is not good enough yet.",
            Self::Red => "No voice of the child, no date for the next one, or nothing to show for the money.",
        }
    }
}

pub fn rating(checks: &[Check]) -> Rating {
    let is_missing = |at: usize| checks.get(at).is_none_or(|check| check.state == State::Missing);
    // What a child said last term is no voice in this plan.
    let is_unasked = checks.get(VOICE).is_some_and(|check| check.state == State::FromLast);
    if is_unasked || [VOICE, PREMIUM, NEXT].into_iter().any(is_missing) {
        Rating::Red
    } else if checks.iter().all(|check| check.state == State::There) {
        Rating::Green
    } else {
        Rating::Amber
    }
}

const VOICE: usize = 0;
const PREMIUM: usize = 6;
const NEXT: usize = 8;

/// Eleven parts, in the order of the page.
pub fn checks(name: &str, record: &AgreedRecord, parts: &Parts) -> Vec<Check> {
    vec![
        check(format!("{name}’s own words"), said(parts.wishes), "Ask, and write down what was said."),
        last_targets(record, parts),
        attainment(parts),
        next_steps(&record.targets),
        help(&record.provision),
        carers(record),
        premium(parts),
        check(
            "What happens when something changes".to_owned(),
            said(parts.moving_on),
            "Write how the next move is prepared, or that it is as it was.",
        ),
        who_and_when(record),
        check(
            format!("About {name}, as {name} would be known"),
            from(parts.about > 0, true),
            "Write who they are, with them: nothing of where they live or why.",
        ),
        check(
            format!("What {name} hopes to do or be, and what leads there"),
            from(parts.hopes > 0, parts.hopes_led_to == parts.hopes),
            "Ask what they hope for one day, and write what leads there.",
        ),
    ]
}

fn from(is_there: bool, is_whole: bool) -> State {
    match (is_there, is_whole) {
        (false, _) => State::Missing,
        (true, false) => State::Partly,
        (true, true) => State::There,
    }
}

fn said(lines: Lines) -> State {
    match lines {
        Lines { new: 1.., .. } => State::There,
        Lines { from_last: 1.., .. } => State::FromLast,
        Lines { .. } => State::Missing,
    }
}

fn check(what: String, state: State, add: &str) -> Check {
    let add = if state == State::There { String::new() } else { add.to_owned() };
    Check { what, state, add }
}

fn last_targets(record: &AgreedRecord, parts: &Parts) -> Check {
    let rated = record.reviews.iter().filter(|target| !target.rating.is_empty()).count();
    let state = from(parts.is_first || rated > 0, rated == record.reviews.len());
    check("The last next steps, looked back on".to_owned(), state, "Say of each how it went.")
}

fn attainment(parts: &Parts) -> Check {
    // Whoever wrote one anew has looked at the others: a subject may stand where it stood.
    let Lines { new, from_last } = parts.subjects_now;
    let is_whole = new + from_last == parts.subjects && parts.subjects >= 3;
    let state = match said(parts.subjects_now) {
        State::There if !is_whole => State::Partly,
        state => state,
    };
    check(
        "Where learning is now, in three subjects".to_owned(),
        state,
        "Reading, writing and maths, each with where it is this term.",
    )
}

fn next_steps(targets: &[Target]) -> Check {
    let vague = targets.iter().find(|target| {
        target.baseline.is_empty() || (target.success.is_empty() && target.impact.is_empty()) || target.by.is_empty()
    });
    let add = match vague {
        Some(target) => format!("“{}” needs where it starts, how we’ll know, and a date.", target.title),
        None => "Agree at least one next step.".to_owned(),
    };
    check("Clear next steps".to_owned(), from(!targets.is_empty(), vague.is_none()), &add)
}

/// What, when, where, by whom, how often.
fn help(provision: &[Provision]) -> Check {
    let lacks = |help: &Provision| {
        let often = !help.often.is_empty() || help.sessions_per_week.is_some_and(|week| week > 0);
        let parts = [
            (help.when.is_empty(), "a time"),
            (help.place.is_empty(), "a place"),
            (help.who.is_empty(), "a name"),
            (!often, "how often"),
        ];
        parts.into_iter().filter(|(is_lacking, _)| *is_lacking).map(|(_, what)| what).collect::<Vec<_>>()
    };
    let vague: Vec<_> = provision.iter().filter(|help| !lacks(help).is_empty()).collect();
    let add = match vague[..] {
        [] => "Say what help there is.".to_owned(),
        [one] => format!("“{}” needs {}.", one.name, lacks(one).join(", ")),
        [one, ..] => format!("“{}” needs {}. So do others: {} in all.", one.name, lacks(one).join(", "), vague.len()),
    };
    check("What help, when, where, by whom, how often".to_owned(), from(!provision.is_empty(), vague.is_empty()), &add)
}

fn came(attendance: Attendance) -> bool {
    matches!(attendance, Attendance::InPerson | Attendance::Remote | Attendance::PartOfMeeting)
}

fn carers(record: &AgreedRecord) -> Check {
    let family = |seat: &&crate::record::Attendee| seat.role == Role::Parent;
    let were_heard = record
        .attendance
        .iter()
        .filter(family)
        .any(|seat| came(seat.attendance) || seat.attendance == Attendance::SentViews);
    let state = from(were_heard || !record.by_home.is_empty(), !record.by_home.is_empty());
    check("The carers’ part".to_owned(), state, "Write what home will do.")
}

fn premium(parts: &Parts) -> Check {
    let words = "Pupil premium plus: what it costs, for which next step, what it changed".to_owned();
    let is_vague = |spend: &&Spend| {
        !(spend.is_costed && !spend.is_overspent && spend.has_step && said(spend.what_it_changed) != State::Missing)
    };
    let is_old = |spend: &&Spend| said(spend.what_it_changed) == State::FromLast;
    let (vague, old) = (parts.spends.iter().find(is_vague), parts.spends.iter().find(is_old));
    let (state, add) = match (vague, old) {
        (Some(spend), _) if !spend.is_costed => (State::Partly, format!("“{}” has no sum.", spend.purpose)),
        (Some(spend), _) if spend.is_overspent => {
            (State::Partly, format!("More is spent on “{}” than was set aside.", spend.purpose))
        }
        (Some(spend), _) if !spend.has_step => {
            (State::Partly, format!("Choose the next step that “{}” is for.", spend.purpose))
        }
        (Some(spend), _) => (State::Partly, format!("Say what “{}” changed.", spend.purpose)),
        (None, Some(spend)) => (State::FromLast, format!("Say what “{}” changed this term.", spend.purpose)),
        (None, None) if parts.spends.is_empty() => (State::Missing, "Show what the money is spent on.".to_owned()),
        (None, None) => (State::There, String::new()),
    };
    check(words, state, &add)
}

/// A school alone is no meeting of a looked-after child.
fn who_and_when(record: &AgreedRecord) -> Check {
    let here: Vec<Role> = record.attendance.iter().filter(|seat| came(seat.attendance)).map(|seat| seat.role).collect();
    let school = here.iter().any(|role| role.side() == Side::School);
    let others = here.iter().any(|role| matches!(role, Role::Pupil | Role::Parent | Role::SocialCare));
    let state = from(!record.review_on.is_empty(), school && others);
    let add = match (record.review_on.is_empty(), school && !others) {
        (true, _) => "Choose when you meet again.",
        (false, true) => "Nobody is noted but the school: who of the child, the carers and social care came?",
        (false, false) => "Note who came.",
    };
    check("Who came, and when we meet again".to_owned(), state, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(state: State) -> Vec<Check> {
        (0..11).map(|_| Check { what: String::new(), state, add: String::new() }).collect()
    }

    #[test]
    fn without_a_voice_a_date_or_a_spend_it_is_red_and_with_everything_green() {
        assert_eq!(rating(&all(State::There)), Rating::Green);
        for at in 0..11 {
            let mut checks = all(State::There);
            checks[at].state = State::Missing;
            let expected = if [VOICE, PREMIUM, NEXT].contains(&at) { Rating::Red } else { Rating::Amber };
            assert_eq!(rating(&checks), expected, "{at}");
            checks[at].state = State::Partly;
            assert_eq!(rating(&checks), Rating::Amber, "{at}");
        }
        assert_eq!(rating(&[]), Rating::Red);
        let mut checks = all(State::There);
        checks[VOICE].state = State::FromLast;
        assert_eq!(rating(&checks), Rating::Red, "last term’s words are no voice in this plan");
    }

    #[test]
    fn a_spend_without_a_sum_or_a_next_step_is_not_enough() {
        let spend = Spend {
            purpose: "Tutor".to_owned(),
            is_costed: true,
            is_overspent: false,
            has_step: true,
            what_it_changed: Lines { new: 1, from_last: 0 },
        };
        let parts = |spend: &Spend| Parts { spends: vec![spend.clone()], ..Parts::default() };
        assert_eq!(premium(&parts(&spend)).state, State::There);
        let aimless = premium(&parts(&Spend { has_step: false, ..spend.clone() }));
        assert_eq!((aimless.state, aimless.add.as_str()), (State::Partly, "Choose the next step that “Tutor” is for."));
        let old = premium(&parts(&Spend { what_it_changed: Lines { new: 0, from_last: 1 }, ..spend.clone() }));
        assert_eq!((old.state, old.add.as_str()), (State::FromLast, "Say what “Tutor” changed this term."));
        let over = premium(&parts(&Spend { is_overspent: true, ..spend.clone() }));
        assert_eq!(over.add, "More is spent on “Tutor” than was set aside.");
        let free = Spend { is_costed: false, ..spend };
        assert_eq!(premium(&parts(&free)).add, "“Tutor” has no sum.");
        assert_eq!(premium(&Parts::default()).state, State::Missing);
    }
}
