//! What is asked before it is written down: two people telling of one session, the second of whom had not seen what the
//! first said; and one session more than the plan has in a week.

use app::view::{
    self,
    delivery::{Child, Session, Told},
};
use shared::delivery::WHY;

use super::{NotTold, Telling};

/// Whoever says what stands there already has said it; whoever says otherwise is asked.
pub(super) fn answer(telling: &Telling, stands: &Session) -> Result<(), NotTold> {
    let note = telling.note.trim();
    let is_same = stands.children.iter().all(|child| child.told == telling.of(child.item));
    if is_same && (note.is_empty() || note == stands.note) {
        return Ok(());
    }
    let Some(item) = stands.children.first().map(|child| child.item) else { return Ok(()) };
    let yours = Session {
        children: stands.children.iter().map(|child| Child { told: telling.of(child.item), ..child.clone() }).collect(),
        note: note.to_owned(),
        ..stands.clone()
    };
    let who = match stands.told_by.as_str() {
        "" => "Somebody",
        who => who,
    };
    let words = format!(
        "{}: {who} had told of it while you had this page open. There stands: {} You said: {} Yours is not written down. \
         If it is what was, say so again at the session.",
        stands.name,
        said(stands),
        said(&yours)
    );
    let (away, note) = (telling.away.clone(), note.to_owned());
    Err(NotTold::Meanwhile(view::delivery::NotTold { item, nth: stands.nth, words, away, note, one_more: false }))
}

/// Beyond the week’s number, of a session of which nothing was told; who was asked already is believed.
pub(super) fn is_one_too_many(telling: &Telling, stands: &Session) -> bool {
    let tells = stands.children.iter().any(|child| telling.of(child.item).is_some());
    tells && !telling.one_more && !stands.is_told() && stands.per_week > 0 && stands.told_this_week >= stands.per_week
}

pub(super) fn one_more(telling: &Telling, stands: &Session) -> NotTold {
    let Some(item) = stands.children.first().map(|child| child.item) else {
        return NotTold::Wrong("That was of nobody. Nothing was changed.");
    };
    let words = format!(
        "{}: {} of {} told this week. Another one? If so, say it once more at the session. Nothing was written down.",
        stands.name, stands.told_this_week, stands.per_week
    );
    let (away, note) = (telling.away.clone(), telling.note.trim().to_owned());
    NotTold::Meanwhile(view::delivery::NotTold { item, nth: stands.nth, words, away, note, one_more: true })
}

/// “it happened without Maisie, “Choir practice”.”
fn said(session: &Session) -> String {
    let names = |is: fn(&Child) -> bool| {
        session
            .children
            .iter()
            .filter(|child| is(child))
            .map(|child| child.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let not = session.children.iter().find_map(|child| match &child.told {
        Some(Told::Not(why)) => WHY.iter().find(|known| known.code == why).map(|known| known.plain),
        Some(Told::Happened) | None => None,
    });
    let mut words = if !session.is_told() {
        "nothing is told".to_owned()
    } else if session.children.iter().any(|child| child.told == Some(Told::Happened)) {
        match names(|child| matches!(child.told, Some(Told::Not(_)))).as_str() {
            "" => "it happened".to_owned(),
            away => format!("it happened without {away}"),
        }
    } else {
        format!("it didn’t happen, {}", not.unwrap_or_default())
    };
    if !session.note.is_empty() {
        words += &format!(" (“{}”)", session.note);
    }
    words + "."
}
