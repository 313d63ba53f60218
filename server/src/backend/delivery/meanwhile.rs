//! Two people telling of one session: what the second is told, who had not seen what the first said.

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
    Err(NotTold::Meanwhile(view::delivery::NotTold { item, nth: stands.nth, words, away, note }))
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
