//! Who did, read and took away what: for the school’s data protection lead.
//!
//! What must stay true: names and verbs, and nothing that anybody wrote.

use leptos::prelude::*;

use super::parts::Signed;
use crate::{
    components::{choose::address, dates, icon::Icon, stacked::Stacked},
    view::Here,
};

#[derive(Clone, Debug)]
pub struct Trail {
    pub here: Here,
    pub deeds: Vec<Deed>,
    /// The number below which the next page begins.
    pub older: Option<i64>,
    pub is_newest: bool,
    /// As it was asked for.
    pub who: String,
    pub child: String,
    pub verb: String,
    /// What there is to be asked for.
    pub verbs: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Deed {
    pub number: i64,
    pub on: String,
    pub at: String,
    /// Nobody, where the server did it by itself, or somebody who is not kept any more.
    pub who: Option<String>,
    pub verb: String,
    pub child: Option<String>,
    pub whom: Option<String>,
}

/// “link-taken-back” is read as “link taken back”.
fn in_words(verb: &str) -> String {
    verb.replace('-', " ")
}

pub fn page(trail: Trail) -> impl IntoView {
    let Trail { here, deeds, older, is_newest, who, child, verb, verbs } = trail;
    let to = |before: &str| {
        let chosen = [("who", who.as_str()), ("child", &child), ("what", &verb), ("before", before)];
        address("/trail", &chosen.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
    };
    let newest = (!is_newest).then(|| to(""));
    let older = older.map(|number| to(&number.to_string()));
    let options = verbs.into_iter().map(|name| {
        view! {
            <option value=name selected=name == verb>
                {in_words(name)}
            </option>
        }
    });
    let options = options.collect_view();
    let nothing = deeds.is_empty();
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"Who did what"</h1>
                <p class="lead">
                    "Who did, read and took away what, the newest first. Nothing that anybody wrote is in it, and nobody can change it."
                </p>
                <p class="hint">"Each time this page is read is written down too."</p>
            </header>
            <section class="sheet" aria-labelledby="h-trail">
                <h2 id="h-trail">"What was written down"</h2>
                <form class="filters" method="get" action="/trail" role="search" aria-label="What was written down">
                    <div class="field">
                        <label for="who">"Who: part of a name"</label>
                        <input id="who" name="who" type="text" autocomplete="off" maxlength="80" value=who.clone() />
                    </div>
                    <div class="field">
                        <label for="child">"Child: part of a name"</label>
                        <input id="child" name="child" type="text" autocomplete="off" maxlength="80" value=child.clone() />
                    </div>
                    <div class="field">
                        <label for="what">"What"</label>
                        <select id="what" name="what">
                            <option value="">"everything"</option>
                            {options}
                        </select>
                    </div>
                    <button class="button primary" type="submit">
                        "Show"
                    </button>
                </form>
                {nothing.then(|| view! { <p>"Nothing of this kind was written down."</p> })}
                {(!nothing).then(|| view! { <Table deeds /> })}
                <nav class="paging" aria-label="Pages">
                    {newest
                        .map(|href| {
                            view! {
                                <a class="button" href=href>
                                    <Icon name="left" />
                                    "The newest"
                                </a>
                            }
                        })}
                    {older
                        .map(|href| {
                            view! {
                                <a class="button" href=href>
                                    "Older"
                                    <Icon name="right" />
                                </a>
                            }
                        })}
                </nav>
            </section>
        </Signed>
    }
}

#[component]
fn Table(deeds: Vec<Deed>) -> impl IntoView {
    let row = |deed: Deed| {
        let Deed { number, on, at, who, verb, child, whom } = deed;
        let day = dates::short(&on);
        vec![
            number.into_any(),
            view! { <time datetime=on>{day} ", " {at}</time> }.into_any(),
            who.unwrap_or_else(|| "Nobody who is kept here".to_owned()).into_any(),
            in_words(&verb).into_any(),
            child.into_any(),
            whom.into_any(),
        ]
    };
    view! {
        <Stacked
            caption="What was written down"
            columns=vec!["No.", "When", "Who", "What", "Of which child", "To whom"]
            rows=deeds.into_iter().map(row).collect()
            names=2
        />
    }
}
