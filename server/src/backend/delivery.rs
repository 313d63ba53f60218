//! Which sessions of help happened: the list of what somebody gives to whom, and telling it.
//!
//! What must stay true: what is planned is what the plans agreed, and is not written a second time; nobody tells of a
//! child whose page is not for them; a note is for staff; what somebody else told is not overwritten unseen.

mod meanwhile;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        self, Paging,
        delivery::{Before, Child, DeliveryPage, DeliveryQuery, EVERYBODY, LittleProgress, Session, Told, ToldHelp},
    },
};
use shared::{
    ItemId, MeetingId, Role,
    delivery::{CHILD_AWAY, DAYS_BACK, NOTE_LIMIT, SESSIONS_A_DAY, WHY, reasons},
    rights::{Matter, Page, may_see},
};
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use super::{
    Seated, ServerBackend,
    map::{Sight, key, sight},
    pupils::{cycles::little_at_last, here, tie},
};
use crate::{
    audit::{Deed, Verb},
    clock::school_day,
    db::{
        self, Db, SchoolTransaction,
        delivery::{NewTold, Running},
    },
    error::unavailable,
};

pub(super) async fn page(
    backend: &ServerBackend,
    viewer: Viewer,
    query: DeliveryQuery,
) -> Result<DeliveryPage, AppError> {
    let today = backend.clock.today();
    let on = day(&query.on, today).unwrap_or(today);
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Delivery).await?;
    let running = running(&mut txn, &sight, on).await?;
    let here = here(&mut txn, viewer).await?;
    let staff: BTreeSet<String> = running.iter().map(|help| help.who.clone()).filter(|who| !who.is_empty()).collect();
    let is_theirs = |who: &str| match query.who.as_str() {
        "" => names(who, &here.name),
        EVERYBODY => true,
        chosen => who == chosen,
    };
    let mut sessions = sessions(running.into_iter().filter(|help| is_theirs(&help.who)));
    let unplanned =
        db::delivery::unplanned(&mut txn, &sight.known.clone().here_on(on), on).await.map_err(unavailable)?;
    let mut always_there: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Everybody’s would be the school’s, and nobody looks for one of them there.
    for help in unplanned.into_iter().filter(|help| query.who != EVERYBODY && is_theirs(&help.who)) {
        always_there.entry(help.name).or_default().push(help.pupil_name);
    }
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let paging = Paging::of(number(sessions.len()), query.page);
    let told = number(sessions.iter().filter(|session| session.is_told()).count());
    sessions.drain(..paging.skipped() as usize);
    sessions.truncate(Paging::LINES as usize);
    Ok(DeliveryPage {
        here,
        paging,
        told,
        query,
        on: on.to_string(),
        today: today.to_string(),
        not_told: None,
        days: days(today).map(|day| day.to_string()).collect(),
        staff: staff.into_iter().collect(),
        sessions,
        always_there: always_there.into_iter().collect(),
    })
}

/// For whoever reads it on the child’s page too; the child’s own page of the meeting has no such part.
pub(super) async fn known_before(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<Before, AppError> {
    let Seated { mut txn, meeting, me } = Seated::find(&backend.db, viewer, id).await?;
    let Some(plan) = meeting.previous.filter(|_| me.role != Role::Pupil) else { return Ok(Before::default()) };
    let tie = tie(&mut txn, viewer, meeting.pupil).await?;
    if !may_see(Matter::Plan, tie) {
        return Ok(Before::default());
    }
    let told = db::delivery::told(&mut txn, plan).await.map_err(unavailable)?;
    let today = backend.clock.today();
    let told = told.into_iter().map(|help| ToldHelp {
        is_new_today: help.since >= today,
        item: help.item,
        name: help.name,
        told: help.told,
        happened: help.happened,
        missed: reasons(&help.missed),
    });
    let little = if may_see(Matter::Action, tie) {
        let rated = db::help::rated(&mut txn, meeting.pupil).await.map_err(unavailable)?;
        let steps = db::help::steps_of(&mut txn, plan).await.map_err(unavailable)?;
        let again =
            |step: &db::help::Step| Some(LittleProgress { target: step.target, area: little_at_last(&rated, step)? });
        steps.iter().filter_map(again).collect()
    } else {
        vec![]
    };
    Ok(Before { told: told.collect(), little })
}

async fn running(txn: &mut SchoolTransaction, sight: &Sight, on: Date) -> Result<Vec<Running>, AppError> {
    db::delivery::running(txn, &sight.known.clone().here_on(on), on).await.map_err(unavailable)
}

/// Those of which somebody may still tell, newest first.
fn days(today: Date) -> impl Iterator<Item = Date> {
    (0..=i64::from(DAYS_BACK)).filter_map(move |back| today.checked_sub(Duration::days(back)))
}

fn day(words: &str, today: Date) -> Option<Date> {
    let day = Date::parse(words, format_description!("[year]-[month]-[day]")).ok()?;
    days(today).any(|one| one == day).then_some(day)
}

/// Whether a plan’s “who gives it” names this person: “Mr Adeyemi”, “Mr Adeyemi and Miss Fenn”. It only chooses what
/// is shown first; who may tell is decided by the child.
fn names(who: &str, name: &str) -> bool {
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect::<Vec<_>>();
    let (who, name) = (words(who), words(name));
    who.windows(name.len().max(1)).any(|part| part == name)
}

/// What is waiting to be told first, then what was told, then what is enough for this week.
fn sessions(running: impl Iterator<Item = Running>) -> Vec<Session> {
    let mut groups: BTreeMap<(String, String, i16), Vec<Running>> = BTreeMap::new();
    for help in running {
        groups.entry((key(&help.name), help.who.clone(), help.nth)).or_default().push(help);
    }
    let mut last: BTreeMap<(String, String), i16> = BTreeMap::new();
    for (name, who, nth) in groups.keys() {
        last.insert((name.clone(), who.clone()), *nth);
    }
    let one = |((name, who, nth), group): ((String, String, i16), Vec<Running>)| {
        let is_last = last.get(&(name, who)) == Some(&nth);
        session(&group).map(|session| Session { is_last, ..session })
    };
    let mut sessions: Vec<Session> = groups.into_iter().filter_map(one).collect();
    sessions.sort_by_key(|session| (session.week_is_full(), session.is_told()));
    sessions
}

fn session(group: &[Running]) -> Option<Session> {
    let first = group.first()?;
    let missed: Vec<String> = group.iter().flat_map(|help| help.missed.clone()).collect();
    let told = group.iter().find_map(|help| help.today.as_ref());
    Some(Session {
        nth: first.nth,
        is_last: true,
        name: first.name.clone(),
        who: first.who.clone(),
        when: first.given_when.clone(),
        place: first.place.clone(),
        minutes: first.minutes.filter(|minutes| *minutes > 0),
        per_week: group.iter().filter_map(|help| help.sessions_per_week).max().unwrap_or(0),
        told_this_week: group.iter().map(|help| help.told_this_week).max().unwrap_or(0),
        children: group
            .iter()
            .map(|help| Child {
                meeting: help.meeting,
                item: help.item,
                name: help.pupil_name.clone(),
                told: help.today.as_ref().map(|told| told.why.clone().map_or(Told::Happened, Told::Not)),
            })
            .collect(),
        note: told.map(|told| told.note.clone()).unwrap_or_default(),
        told_by: told.map(|told| told.by.clone()).unwrap_or_default(),
        told: group.iter().map(|help| help.told).sum(),
        happened: group.iter().map(|help| help.happened).sum(),
        missed: reasons(&missed),
    })
}

/// What a form says.
#[derive(Clone, Debug)]
pub struct Telling {
    pub on: String,
    /// Which session of that day, from 1.
    pub nth: i16,
    /// Everybody whose session it was.
    pub helps: Vec<(MeetingId, ItemId)>,
    /// Those of them who were away while the others had it.
    pub away: Vec<ItemId>,
    pub what: What,
    pub note: String,
    /// They were asked whether there was one more than the week has, and say so.
    pub one_more: bool,
    /// What had been told when they saw it, as [`Session::seen`] says it.
    pub seen: Option<String>,
}

impl Telling {
    /// What it tells of this child.
    fn of(&self, item: ItemId) -> Option<Told> {
        match &self.what {
            What::TakenBack => None,
            What::Not(why) => Some(Told::Not(why.clone())),
            What::Happened if self.away.contains(&item) => Some(Told::Not(CHILD_AWAY.to_owned())),
            What::Happened => Some(Told::Happened),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Happened,
    /// A code of [`WHY`].
    Not(String),
    /// Told by mistake.
    TakenBack,
}

/// Why something that was told is not written down.
#[derive(Debug)]
pub enum NotTold {
    Refused(AppError),
    /// In words for whoever told it.
    Wrong(&'static str),
    /// Somebody else told otherwise since they saw it.
    Meanwhile(view::delivery::NotTold),
}

impl From<AppError> for NotTold {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}

/// Writes down what was told, of all these children or of none.
pub async fn tell(db: &Db, viewer: Viewer, telling: &Telling, now: OffsetDateTime) -> Result<(), NotTold> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Delivery).await?;
    let Some(on) = day(&telling.on, school_day(now)) else {
        return Err(NotTold::Wrong("Only today and the two weeks before can be told. Nothing was changed."));
    };
    if telling.note.chars().count() > NOTE_LIMIT {
        return Err(NotTold::Wrong("That line is too long: 300 letters are enough. Nothing was changed."));
    }
    if matches!(&telling.what, What::Not(why) if WHY.iter().all(|known| known.code != why)) {
        return Err(NotTold::Wrong("Choose one of the reasons. Nothing was changed."));
    }
    if !(1..=SESSIONS_A_DAY).contains(&telling.nth) {
        return Err(NotTold::Wrong(
            "Nine sessions of one help are the most that one day can have. Nothing was changed.",
        ));
    }
    // Nobody else tells of these plans until this is written down.
    let plans: Vec<_> = telling.helps.iter().map(|(meeting, _)| *meeting).collect();
    db::delivery::hold(&mut txn, &plans).await.map_err(unavailable)?;
    let running = running(&mut txn, &sight, on).await?;
    let one = |(meeting, item): &(MeetingId, ItemId)| {
        let of_day = || running.iter().filter(|help| help.meeting == *meeting && help.item == *item);
        // One more of that day begins with nothing told.
        let more = || of_day().next().map(|help| Running { nth: telling.nth, today: None, ..help.clone() });
        of_day().find(|help| help.nth == telling.nth).cloned().or_else(more)
    };
    let group: Option<Vec<_>> = telling.helps.iter().map(one).collect();
    let stands = group.and_then(|group| session(&group)).ok_or(AppError::NotFound)?;
    if telling.seen.as_ref().is_some_and(|seen| *seen != stands.seen()) {
        return meanwhile::answer(telling, &stands);
    }
    if meanwhile::is_one_too_many(telling, &stands) {
        return Err(meanwhile::one_more(telling, &stands));
    }
    for (meeting, item) in &telling.helps {
        let told = telling.of(*item);
        let why = match &told {
            None => {
                db::delivery::take_back(&mut txn, *meeting, *item, on, telling.nth).await.map_err(unavailable)?;
                note(&mut txn, viewer, *meeting, *item, now).await?;
                continue;
            }
            Some(Told::Not(why)) => Some(why.as_str()),
            Some(Told::Happened) => None,
        };
        let told = NewTold {
            meeting: *meeting,
            item: *item,
            day: on,
            nth: telling.nth,
            why,
            note: telling.note.trim(),
            by: viewer.person,
            at: now,
        };
        db::delivery::tell(&mut txn, told).await.map_err(unavailable)?;
        note(&mut txn, viewer, *meeting, *item, now).await?;
    }
    txn.commit().await.map_err(unavailable)?;
    Ok(())
}

async fn note(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    meeting: MeetingId,
    item: ItemId,
    now: OffsetDateTime,
) -> Result<(), AppError> {
    let deed = Deed::new(viewer.person, Verb::SessionTold).in_meeting(meeting).about(item.0);
    db::audit::add(txn, deed, now).await.map_err(unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_somebody_among_others_and_no_half_of_a_name() {
        assert!(names("Mr Adeyemi and Miss Fenn", "Miss Fenn"));
        assert!(names("mr adeyemi", "Mr Adeyemi"));
        assert!(!names("Mr Fenner", "Mr Fenn") && !names("", "Mr Fenn"));
    }

    #[test]
    fn what_is_long_past_or_to_come_is_not_told() {
        let today = time::macros::date!(2026 - 11 - 24);
        assert!(day("2026-11-24", today).is_some() && day("2026-11-10", today).is_some());
        for not in ["2026-11-25", "2026-11-09", "2026-02-30", "yesterday", ""] {
            assert!(day(not, today).is_none(), "{not}");
        }
    }
}
