//! What the school calls its plans and its tiers of help.

use leptos::prelude::*;
use shared::schema::plan::TIERS;

use super::parts::Signed;
use crate::{
    components::{form::Typed, icon::Icon},
    view::{
        Here,
        words::{PLAN_LIMIT, SchoolWords, TIER_LIMIT},
    },
};

#[derive(Clone, Debug)]
pub struct Words {
    pub here: Here,
    /// As they are, or as they were typed.
    pub words: SchoolWords,
    /// Boxes with something wrong in them, and what.
    pub wrong: Vec<(String, String)>,
    pub was_set: bool,
}

pub fn page(page: Words) -> impl IntoView {
    let Words { here, words, wrong: all_wrong, was_set } = page;
    let wrong = |field: &str| all_wrong.iter().find(|(name, _)| name == field).map(|(_, words)| words.clone());
    let wrong_plan = wrong("plan");
    let tiers = TIERS.iter().map(|tier| {
        let label = format!("In place of “{}”", tier.label);
        view! {
            <Typed id=tier.code label value=words.tier(tier.code) wrong=wrong(tier.code) maxlength=TIER_LIMIT />
        }
    });
    let tiers = tiers.collect_view();
    view! {
        <Signed here>
            <header class="welcome">
                <h1>"What we call things"</h1>
                <p class="lead">
                    "The name of your plans, and of the tiers of help in them: on every page and print, and in every file. "
                    <a href="/staff">"Staff accounts"</a>
                </p>
            </header>
            {was_set
                .then(|| {
                    view! {
                        <p class="finding" role="status">
                            <Icon name="tick" />
                            <strong>"They are called so from now on."</strong>
                        </p>
                    }
                })}
            {(!all_wrong.is_empty())
                .then(|| {
                    view! {
                        <p class="error" role="alert">
                            <Icon name="stop" />
                            "Nothing has changed yet: look at the boxes below."
                        </p>
                    }
                })}
            <section class="sheet" aria-labelledby="h-words">
                <h2 id="h-words">"Your own words"</h2>
                <p>
                    "Nothing else changes with them: who gets what, and what was counted, stays as it is. A plan that is agreed keeps the name it was agreed under. Leave a box empty for the usual word."
                </p>
                <form class="line-form gap-top" method="post" action="/school">
                    <Typed
                        id="plan"
                        label="The plan"
                        hint="As it stands after a name: Individual Support Plan, IEP, One Plan"
                        value=words.plan.clone()
                        wrong=wrong_plan
                        maxlength=PLAN_LIMIT
                    />
                    <fieldset>
                        <legend>"Tiers of help, from what everybody has to what is for one child"</legend>
                        {tiers}
                    </fieldset>
                    <button class="button primary" type="submit">
                        "Call them so"
                    </button>
                </form>
            </section>
        </Signed>
    }
}
