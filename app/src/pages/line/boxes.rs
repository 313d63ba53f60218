//! The boxes of a line of the register, in the form that changes one and in the form that begins one.

use leptos::prelude::*;
use shared::census;

use crate::{
    components::form::{Chosen, Typed},
    view::line::{Fault, Line, Somebody},
};

/// Of a form for a child who has fewer needs.
const NEEDS_SHOWN: usize = 4;

#[component]
pub fn LineBoxes(line: Line, adults: Vec<Somebody>, faults: Vec<Fault>) -> impl IntoView {
    let wrong = |field: &str| Fault::with(&faults, field);
    let provisions = census::PROVISION
        .iter()
        .map(|code| (code.code.to_owned(), format!("{} ({})", code.label, code.code)))
        .collect();
    let mut years = vec![String::new(), "Nursery".to_owned(), "Reception".to_owned()];
    years.extend((1..=14).map(|year| format!("Year {year}")));
    if !years.contains(&line.year_group) {
        years.push(line.year_group.clone());
    }
    let nobody = [(String::new(), "Nobody yet".to_owned())];
    let adults = nobody.into_iter().chain(adults.into_iter().map(|adult| (adult.person.to_string(), adult.name)));
    let years = years.into_iter().map(|year| {
        let words = if year.is_empty() { "Not written down".to_owned() } else { year.clone() };
        (year, words)
    });
    let wrong_needs = wrong("need");
    let needs = (0..NEEDS_SHOWN.max(line.needs.len())).map(|at| {
        let chosen = line.needs.get(at).cloned().unwrap_or_default();
        view! { <Need at chosen wrong=wrong_needs.clone().filter(|_| at == 0) /> }
    });
    let needs = needs.collect_view();
    view! {
            <Chosen
                id="provision"
                label="Extra help"
                options=provisions
                chosen=line.provision
                wrong=wrong("provision")
            />
            <Typed
                id="since"
                label="Since"
                kind="date"
                hint="The day the extra help was decided. Nothing without extra help."
                value=line.since
                wrong=wrong("since")
            />
            <fieldset>
                <legend>"Types of need, main one first"</legend>
                {needs}
            </fieldset>
            <label class="choice">
                <input type="checkbox" name="looked_after" value="yes" checked=line.looked_after />
                <span>"Looked after by the council"</span>
            </label>
            <Chosen
                id="key_adult"
                label="Key adult"
                options=adults.collect()
                chosen=line.key_adult
                wrong=wrong("key_adult")
            />
            <Chosen
                id="year_group"
                label="Year group"
                options=years.collect()
                chosen=line.year_group
                wrong=wrong("year_group")
            />
            <Typed id="class_name" label="Class" value=line.class_name wrong=wrong("class_name") />
            <Typed id="upn" label="Unique pupil number (UPN)" value=line.upn wrong=wrong("upn") />
            <Typed id="born_on" label="Born" kind="date" value=line.born_on wrong=wrong("born_on") />
            <Typed
                id="home_language"
                label="Language at home"
                value=line.home_language
                wrong=wrong("home_language")
            />
    }
}

#[component]
fn Need(at: usize, chosen: String, wrong: Option<String>) -> impl IntoView {
    let label = match at {
        0 => "Main need".to_owned(),
        _ => format!("Need {}", at + 1),
    };
    let none = [(String::new(), "None".to_owned())];
    let known = census::NEEDS.iter().map(|need| (need.code.to_owned(), format!("{} ({})", need.label, need.code)));
    let options = none.into_iter().chain(known).collect();
    view! { <Chosen id=format!("need-{}", at + 1) name="need" label options chosen wrong /> }
}
