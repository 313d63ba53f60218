//! One session: what was told of it, or two large buttons.

use leptos::prelude::*;
use shared::{
    ItemId,
    delivery::{NOTE_LIMIT, WHY},
    schema::label_of,
};

use crate::{
    components::icon::Icon,
    view::delivery::{Child, NotTold, Session, Told, session_id},
};

#[component]
pub fn OneSession(session: Session, on: String, who: String, not_told: Option<NotTold>) -> impl IntoView {
    let id = session.children.first().map(|child| session_id(child.item, session.nth)).unwrap_or_default();
    let heading = format!("h-{id}");
    let name = match session.nth {
        1 => session.name.clone(),
        nth => format!("{}, number {nth} of this day", session.name),
    };
    let (another_one, not_told) = match not_told {
        Some(not) if not.nth > session.nth => (Some(not), None),
        not => (None, not.filter(|not| not.nth == session.nth)),
    };
    let another = session.another().map(|next| {
        let is_open = another_one.is_some();
        let id = next.children.first().map(|child| session_id(child.item, next.nth));
        view! {
            <details class="more-help" open=is_open id=id>
                <summary>"There was another one this day"</summary>
                <Tell session=next on=on.clone() who=who.clone() not_told=another_one />
            </details>
        }
    });
    let is_told = session.is_told();
    let when = (!session.when.is_empty()).then(|| view! { <span class="at">{session.when.clone()}</span> " " });
    let told = is_told.then(|| view! { <WasTold session=session.clone() /> });
    let is_open = not_told.is_some();
    let form = view! { <Tell session=session.clone() on who not_told /> };
    let form = if is_told {
        view! {
            <details class="more-help" open=is_open>
                <summary>"Change"</summary>
                {form}
            </details>
        }
        .into_any()
    } else if session.week_is_full() {
        view! {
            <details class="more-help" open=is_open>
                <summary>"One more this week"</summary>
                {form}
            </details>
        }
        .into_any()
    } else {
        form.into_any()
    };
    view! {
        <section class="session" id=id aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{when} {name}</h2>
            <p class="with">{with(&session)}</p>
            {told}
            {form} {another}
        </section>
    }
}

/// “Tomek, Maisie. 20 minutes, group room. 2 of 3 this week.”
fn with(session: &Session) -> String {
    let names: Vec<&str> = session.children.iter().map(|child| child.name.as_str()).collect();
    let mut words = format!("{}.", names.join(", "));
    let minutes = session.minutes.map(|minutes| format!("{minutes} minutes"));
    let how: Vec<String> =
        minutes.into_iter().chain((!session.place.is_empty()).then(|| session.place.clone())).collect();
    if !how.is_empty() {
        words += &format!(" {}.", how.join(", "));
    }
    words
        + &match (session.per_week, session.told_this_week) {
            (0, told) => format!(" {told} told this week."),
            (week, told) => format!(" {told} of {week} told this week."),
        }
}

#[component]
fn WasTold(session: Session) -> impl IntoView {
    let did: Vec<&Child> = session.children.iter().filter(|child| child.told == Some(Told::Happened)).collect();
    let outcome = if did.is_empty() {
        let why = session.children.iter().find_map(|child| match &child.told {
            Some(Told::Not(why)) => Some(label_of(WHY, why)),
            Some(Told::Happened) | None => None,
        });
        view! {
            <span class="did-not">
                <Icon name="remove" />
                "It didn’t happen"
            </span>
            " "
            <span>{why}</span>
        }
        .into_any()
    } else {
        let away: Vec<&str> = session
            .children
            .iter()
            .filter(|child| matches!(&child.told, Some(Told::Not(_))))
            .map(|child| child.name.as_str())
            .collect();
        let away = (!away.is_empty()).then(|| format!("without {}", away.join(", ")));
        view! {
            <span class="did-happen">
                <Icon name="tick" />
                "It happened"
            </span>
            " "
            <span>{away}</span>
        }
        .into_any()
    };
    let note = (!session.note.is_empty()).then(|| {
        view! {
            <p class="staff-line">
                <Icon name="lock" />
                <span>
                    <span dir="auto">{session.note.clone()}</span>
                    <span class="small">"For staff. " {session.told_by.clone()}</span>
                </span>
            </p>
        }
    });
    view! {
        <p class="was-told">{outcome}</p>
        {note}
    }
}

#[component]
fn Tell(session: Session, on: String, who: String, not_told: Option<NotTold>) -> impl IntoView {
    let id = session.children.first().map(|child| session_id(child.item, session.nth)).unwrap_or_default();
    let helps = session
        .children
        .iter()
        .map(|child| view! { <input type="hidden" name="help" value=format!("{}.{}", child.meeting, child.item) /> })
        .collect_view();
    let why = WHY.iter().map(|why| {
        view! {
            <button type="submit" name="told" value=why.code>
                {why.label}
            </button>
        }
    });
    let take_back = session.is_told().then(|| {
        view! {
            <button class="tool" type="submit" name="told" value="taken-back">
                <Icon name="undo" />
                "Take it back: nothing to tell"
            </button>
        }
    });
    let label = format!("note-{id}");
    let seen = session.seen();
    let one_more = not_told.as_ref().is_some_and(|not| not.one_more);
    let one_more = one_more.then(|| view! { <input type="hidden" name="one-more" value="yes" /> });
    // What was sent and not written down stands in the boxes again.
    let note = not_told.as_ref().map_or_else(|| session.note.clone(), |not| not.note.clone());
    let away = match not_told {
        Some(not) => not.away,
        None => session.children.iter().filter(|child| child.was_away()).map(|child| child.item).collect(),
    };
    view! {
        <form method="post" action="/delivery" class="tell" aria-label=format!("{}: tell", session.name)>
            {helps} {one_more} <input type="hidden" name="on" value=on /> <input type="hidden" name="who" value=who />
            <input type="hidden" name="nth" value=session.nth.to_string() /> <input type="hidden" name="seen" value=seen /> <Away children=session.children.clone() away />
            <details class="more-help add-line" open=!note.is_empty()>
                <summary>"Add a line" <span>" for staff only"</span></summary>
                <label for=label.clone()>"What colleagues should know"</label>
                <input type="text" id=label name="note" maxlength=NOTE_LIMIT.to_string() value=note.clone() autocomplete="off" />
            </details> <div class="yes-no">
                <button class="button primary" type="submit" name="told" value="happened">
                    <Icon name="tick" />
                    "It happened"
                </button>
                <details class="didnt">
                    <summary class="button">"It didn’t"</summary>
                    <fieldset class="why">
                        <legend>"Why? One tap is enough."</legend>
                        <div>{why.collect_view()}</div>
                    </fieldset>
                </details>
            </div> {take_back}
        </form>
    }
}

/// In a group: who missed it while the others had it.
#[component]
fn Away(children: Vec<Child>, away: Vec<ItemId>) -> impl IntoView {
    (children.len() > 1).then(|| {
        let boxes = children.into_iter().map(|child| {
            let was_away = away.contains(&child.item);
            view! {
                <label class="choice">
                    <input type="checkbox" name="away" value=child.item.to_string() checked=was_away />
                    <span>{child.name}</span>
                </label>
            }
        });
        view! {
            <details class="more-help">
                <summary>"Somebody was away"</summary>
                <fieldset class="who-away">
                    <legend class="visually-hidden">"Who was away"</legend>
                    {boxes.collect_view()}
                </fieldset>
            </details>
        }
    })
}
