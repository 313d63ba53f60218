//! What is said aloud by screen readers while the page changes: one polite region, at most one
//! message in ten seconds, so that nobody’s own work is talked over. Only “cannot save” interrupts.

use std::time::Duration;

use leptos::prelude::*;
use shared::{Stage, sync::SaveState};

use crate::{collab::use_meeting, components::people::People, pages::meeting::parts::Part};

const QUIET: Duration = Duration::from_secs(10);
/// What waits longer than this many messages is no news.
const WAITING: usize = 4;

#[derive(Clone, Copy)]
struct Announcer {
    said: RwSignal<String>,
    waiting: StoredValue<Vec<String>>,
    resting: StoredValue<bool>,
}

impl Announcer {
    fn say(self, words: String) {
        self.waiting.update_value(|waiting| {
            waiting.push(words);
            if waiting.len() > WAITING {
                waiting.remove(0);
            }
        });
        if !self.resting.get_value() {
            self.speak();
        }
    }

    fn speak(self) {
        let words = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        self.resting.set_value(!words.is_empty());
        if words.is_empty() {
            return;
        }
        self.said.set(words.join(". "));
        set_timeout(move || self.speak(), QUIET);
    }
}

#[component]
pub fn LiveRegion() -> impl IntoView {
    let meeting = use_meeting();
    let people = People::here();
    let announcer = Announcer {
        said: RwSignal::new(String::new()),
        waiting: StoredValue::new(vec![]),
        resting: StoredValue::new(false),
    };

    let here = meeting.here();
    Effect::watch(
        move || here.get(),
        move |now, before, _| {
            let before = before.cloned().unwrap_or_default();
            let names = |ids: Vec<_>| -> Vec<String> {
                people.all.with_untracked(|all| {
                    all.iter().filter(|p| p.id != people.me && ids.contains(&p.id)).map(|p| p.name.clone()).collect()
                })
            };
            let came = names(now.iter().filter(|id| !before.contains(id)).copied().collect());
            let went = names(before.iter().filter(|id| !now.contains(id)).copied().collect());
            for (who, what) in [(came, "joined"), (went, "left")] {
                if let Some(who) = together(&who) {
                    announcer.say(format!("{who} {what}"));
                }
            }
        },
        false,
    );

    let stage = meeting.stage();
    Effect::watch(
        move || stage.get(),
        move |now, before, _| {
            if (before, *now) == (Some(&Stage::Preparing), Stage::Meeting) {
                announcer.say("The meeting has begun".to_owned());
            }
        },
        false,
    );

    Effect::watch(
        move || people.scribe.get(),
        move |now, before, _| {
            let name = |id| people.all.with_untracked(|all| all.iter().find(|p| p.id == id).map(|p| p.name.clone()));
            if let Some(name) = now.filter(|_| Some(now) != before).and_then(name) {
                announcer.say(format!("{name} types for {} now", people.pupil_name()));
            }
        },
        false,
    );

    let runs_it = Memo::new(move |_| {
        people.all.with(|all| all.iter().find(|person| person.role.can_facilitate()).map(|person| person.name.clone()))
    });
    Effect::watch(
        move || runs_it.get(),
        move |now, _, _| {
            if let Some(name) = now {
                announcer.say(format!("{name} runs the meeting now"));
            }
        },
        false,
    );

    let spotlight = meeting.spotlight();
    Effect::watch(
        move || spotlight.get(),
        move |now, before, _| {
            let is_news =
                |call: &&(String, String)| !call.1.is_empty() && before.and_then(Option::as_ref) != Some(*call);
            let call = now.as_ref().filter(is_news);
            if let Some((part, by)) = call.and_then(|(key, by)| Some((Part::from_key(key)?, by))) {
                announcer.say(format!("{by} has moved on to {}", part.title()));
            }
        },
        false,
    );

    let recorded = meeting.recorded();
    Effect::watch(
        move || recorded.get(),
        move |now, before, _| {
            if now.is_some() && Some(now) != before {
                announcer.say("The plan is agreed and saved".to_owned());
            }
        },
        false,
    );

    let save_state = meeting.save_state();
    view! {
        <p class="visually-hidden" role="status">
            {move || announcer.said.get()}
        </p>
        <p class="visually-hidden" role="alert">
            {move || {
                let state = save_state.get()?;
                (state == SaveState::CannotSave).then(|| state.words())
            }}
        </p>
    }
}

/// “Sam and 2 others”.
fn together(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [one, other] => Some(format!("{one} and {other}")),
        [one, rest @ ..] => Some(format!("{one} and {} others", rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::together;

    #[test]
    fn many_people_are_one_message() {
        let names = ["Sam", "Ewa", "Marek"].map(str::to_owned);
        assert_eq!(together(&names).as_deref(), Some("Sam and 2 others"));
        assert_eq!(together(&names[..2]).as_deref(), Some("Sam and Ewa"));
        assert_eq!(together(&[]), None);
    }
}
