//! For somebody who is late and has no link: nine digits that were said on the telephone, and a name. They
//! lead to the door. Works without a script.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::components::{
    frame::{HelpLine, LetterFrame},
    icon::Icon,
};

#[component]
pub fn CodePage() -> impl IntoView {
    let query = use_query_map();
    let code = query.read_untracked().get("code").unwrap_or_default();
    let why = query.read_untracked().get("why").unwrap_or_default();
    let (name_error, code_error, other) = match why.as_str() {
        "name" => (Some("Type your name, so that they know who is at the door."), None, None),
        "unknown" => (
            None,
            Some("No meeting that you can come to now has this code. Ask for it again: it is nine numbers."),
            None,
        ),
        "often" => (None, None, Some("Too many tries just now. Wait a minute, then try again.")),
        "later" => (None, None, Some("We are not there just now. Wait a moment, then try again.")),
        _ => (None, None, None),
    };
    view! {
        <Title text="Meeting code" />
        <LetterFrame leads_home=true>
            <h1>"Come to the door"</h1>
            <p class="lead">
                "Did somebody in the meeting tell you a code? Type it here with your name. They see that you are at the door, and let you in."
            </p>
            <form method="post" action="/code">
                {other.map(|words| view! { <Wrong words id="form-error" /> })}
                <div class=if code_error.is_some() { "field has-error" } else { "field" }>
                    <label for="code">"Meeting code"</label>
                    <span class="hint" id="code-hint">
                        "Nine numbers, such as 123 456 789"
                    </span>
                    {code_error.map(|words| view! { <Wrong words id="code-error" /> })}
                    <input
                        id="code"
                        name="code"
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        required
                        maxlength="20"
                        value=code
                        aria-describedby=if code_error.is_some() { "code-error code-hint" } else { "code-hint" }
                        aria-invalid=code_error.is_some().then_some("true")
                    />
                </div>
                <div class=if name_error.is_some() { "field has-error" } else { "field" }>
                    <label for="name">"Your name"</label>
                    {name_error.map(|words| view! { <Wrong words id="name-error" /> })}
                    <input
                        id="name"
                        name="name"
                        type="text"
                        autocomplete="name"
                        required
                        maxlength="60"
                        aria-describedby=name_error.map(|_| "name-error")
                        aria-invalid=name_error.is_some().then_some("true")
                    />
                </div>
                <button class="button primary is-big" type="submit">
                    <Icon name="door" />
                    "Knock"
                </button>
            </form>
            <HelpLine icon="letter">
                "Do you have a letter or message with a link of your own? Open that instead."
            </HelpLine>
        </LetterFrame>
    }
}

#[component]
fn Wrong(words: &'static str, id: &'static str) -> impl IntoView {
    view! {
        <p class="error" id=id role="alert">
            <Icon name="stop" />
            {words}
        </p>
    }
}
