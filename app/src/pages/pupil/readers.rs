//! Who of the staff has read the newest passport: one button on the passport, a list on the child’s page.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;
use shared::PupilId;

use crate::{
    api::forms::ConfirmPassport,
    components::{dates, icon::Icon},
    pages::NotDone,
    view::pupils::{PassportReader, Reading},
};

/// Under the passport, for staff, and never on paper.
#[component]
pub fn IHaveRead(id: PupilId, reading: Reading) -> impl IntoView {
    let is_newer = use_query_map().read_untracked().get("newer").is_some();
    reading.version.map(|(version, number)| {
        let inside = match reading.mine {
            Some(day) => view! {
                <p role="status">
                    <Icon name="tick" />
                    " You have read this version, " {dates::long(&day)} "."
                </p>
            }
            .into_any(),
            None => view! {
                {is_newer
                    .then(|| {
                        view! {
                            <p role="alert">
                                "There is a newer version since you opened it: this one. Read it, then press again."
                            </p>
                        }
                    })}
                <form method="post" action=ConfirmPassport::url()>
                    <input type="hidden" name="pupil" value=id.to_string() />
                    <input type="hidden" name="version" value=version.to_string() />
                    <input type="hidden" name="number" value=number.to_string() />
                    <button class="button primary" type="submit">
                        <Icon name="tick" />
                        "I have read this"
                    </button>
                </form>
                <p class="hint">"The SENCO sees that you have, and when. A new version asks again."</p>
            }
            .into_any(),
        };
        view! {
            <section class="page next-cycle" aria-labelledby="h-read" id="read">
                <div>
                    <h2 id="h-read">"For you who work here"</h2>
                    <NotDone />
                    {inside}
                </div>
            </section>
        }
    })
}

/// On the child’s page, for those who answer for the child.
#[component]
pub fn WhoHasRead(readers: Vec<PassportReader>) -> impl IntoView {
    let (read, not_yet): (Vec<_>, Vec<_>) = readers.into_iter().partition(|reader| reader.read_on.is_some());
    let words = match (read.len(), not_yet.len()) {
        (_, 0) => "Everybody of the staff at the table has read the newest version.".to_owned(),
        (0, _) => "Nobody of the staff at the table has read the newest version yet.".to_owned(),
        (read, not_yet) => format!("{read} of {} have read the newest version.", read + not_yet),
    };
    let read_lines = read.iter().cloned().map(|reader| {
        let day = dates::short(&reader.read_on.unwrap_or_default());
        view! {
            <li class="is-met">
                <strong class="check-word">"Read"</strong>
                <p>{reader.name} ", " {day}</p>
            </li>
        }
    });
    let not_yet_lines = not_yet.iter().cloned().map(|reader| {
        view! {
            <li class="is-unmet">
                <strong class="check-word">"Not yet"</strong>
                <p>{reader.name}</p>
            </li>
        }
    });
    (!read.is_empty() || !not_yet.is_empty()).then(|| {
        view! {
            <section class="sheet span-5" aria-labelledby="h-readers">
                <header class="sheet-head">
                    <h2 id="h-readers">"Who has read the passport"</h2>
                    <p>{words.clone()}</p>
                </header>
                <ul class="checks">{not_yet_lines.collect_view()} {read_lines.collect_view()}</ul>
            </section>
        }
    })
}
