//! Children from a file: all of them or none, after a look at what it would change.

use leptos::prelude::*;

use crate::{components::sent_file::FileForm, view::register::RegisterQuery};

#[component]
pub fn BringIn() -> impl IntoView {
    view! {
        <section class="sheet span-7" aria-labelledby="h-bring-in" id="bring-in">
            <header class="sheet-head">
                <h2 id="h-bring-in">"Bring in a file"</h2>
                <p>"A CSV file with one child in each row, as your school’s system or a spreadsheet saves it: new children, or a new year for those who are here."</p>
            </header>
            <FileForm action="/register/import" />
            <details class="more">
                <summary>"Which columns"</summary>
                <p>
                    "The first row names them, in any order: UPN, Full name, Called, Year group, Class, Born, Extra help, Since, Needs, Looked after, Home language, Left on. Only Full name must be there, and Extra help for children who are new."
                </p>
                <p>
                    "Extra help is K, E or N. Needs are the census’s codes, main one first, with spaces between them. The file from “Download as a spreadsheet” has the same columns."
                </p>
                <p>
                    "A child who is here already is known by their UPN; without one, by full name and birthday. What a row leaves empty stays as it is, and so does every child who is not in the file."
                </p>
            </details>
            <p class="hint gap-top">"You see first what would change. All rows come in together, or none do."</p>
            <p class="gap-top">
                <a class="button" href="/register/add" rel="external">
                    "Add one child by a form"
                </a>
            </p>
        </section>
    }
}

/// What was done to the register just now.
pub(super) fn done(query: &RegisterQuery) -> Option<String> {
    let brought = match query.brought {
        0 => None,
        1 => Some("One child was brought in.".to_owned()),
        brought => Some(format!("{brought} children were brought in.")),
    };
    let changed = match query.changed {
        0 => None,
        1 => Some("One line was changed.".to_owned()),
        changed => Some(format!("{changed} lines were changed.")),
    };
    let taken_out = query.taken_out.then(|| "The child was taken out of the register.".to_owned());
    // The list below is of those with extra help, where nobody chose others.
    let hidden = brought.is_some() && query.provision.is_empty();
    let hidden = hidden.then(|| "Who has no extra help is found by “Every child, with or without”.".to_owned());
    let words = brought.into_iter().chain(changed).chain(hidden).chain(taken_out).collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}
