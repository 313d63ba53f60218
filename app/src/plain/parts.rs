//! What these pages are made of: letters one under the other, the school’s bar, a box with what is wrong with it.

use leptos::prelude::*;

use crate::{
    components::{
        finish::FinishPlain,
        frame::{At, MENU},
        icon::{BrandMark, Icon},
    },
    pages::SkipLink,
    view::{Here, doors::Qr},
};

/// Letters under the brand, each its own sheet.
#[component]
pub fn Letters(children: Children) -> impl IntoView {
    view! {
        <div class="join-page signin-page">
            <SkipLink to="#main" words="Skip to the main part" />
            <header class="join-bar">
                <a class="brand" href="/">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </a>
            </header>
            <div class="table is-plain">
                <main class="join-main is-stack" id="main" tabindex="-1">
                    {children()}
                </main>
            </div>
        </div>
    }
}

/// A page for somebody with an account: the school’s menu, and the way out.
#[component]
pub fn Signed(here: Here, children: Children) -> impl IntoView {
    let link = |(_, href, words): (At, &'static str, &'static str)| view! { <li><a href=href>{words}</a></li> };
    view! {
        <div class="home-page school-page">
            <SkipLink to="#main" words="Skip to the main part" />
            <header class="topbar">
                <a class="brand" href="/" aria-label="Roundtable: all meetings">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </a>
                <nav class="school-nav" aria-label="School">
                    <ul>{MENU.map(link).into_iter().collect_view()}</ul>
                </nav>
                <p class="who-am-i">
                    <span>
                        <a href="/account">{here.name} <span class="visually-hidden">": your account"</span></a> ", "
                        {here.school}
                    </span>
                </p>
                <FinishPlain />
            </header>
            <div class="table">
                <main class="home" id="main" tabindex="-1">
                    {children()}
                </main>
            </div>
        </div>
    }
}

/// What opens the account now, asked for once more.
#[component]
pub fn Now(email: String) -> impl IntoView {
    view! {
        // For what keeps passwords.
        <input type="text" name="username" autocomplete="username" value=email hidden />
        <Line
            id="now"
            label="Your password now"
            kind="password"
            autocomplete="current-password"
            maxlength=128
        />
        <Line
            id="code"
            label="The six numbers your app shows now"
            autocomplete="one-time-code"
            hint="Or one of your recovery codes."
        />
    }
}

/// A page on which something of one’s own account is changed, by whoever can open it once more.
#[component]
pub fn OnceMore(
    here: Here,
    email: String,
    title: &'static str,
    lead: &'static str,
    #[prop(optional_no_strip)] wrong: Option<&'static str>,
    /// What the form is for, to who hears the page.
    label: &'static str,
    action: &'static str,
    button: &'static str,
    /// What is asked besides.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Signed here>
            <header class="welcome">
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                {wrong.map(|words| view! { <Wrong words id="why" /> })}
            </header>
            <section class="sheet" aria-label=label>
                <form class="signin-form" method="post" action=action>
                    <Now email />
                    {children.map(|children| children())}
                    <button class="button primary" type="submit">
                        {button}
                    </button>
                </form>
                <p class="hint">"Forgotten? Your SENCO or head makes you a new link."</p>
            </section>
            <p>
                <a class="button" href="/account">
                    "Back to your account"
                </a>
            </p>
        </Signed>
    }
}

/// A new password, twice.
#[component]
pub fn NewPassword(
    #[prop(optional_no_strip)] wrong: Option<&'static str>,
    /// With the second.
    #[prop(optional_no_strip)]
    again: Option<&'static str>,
) -> impl IntoView {
    view! {
        <Line
            id="password"
            label="A new password"
            kind="password"
            autocomplete="new-password"
            hint="At least 12 letters. A sentence is easy to remember: every letter counts, spaces too."
            wrong
            maxlength=128
        />
        <Line
            id="again"
            label="The same again"
            kind="password"
            autocomplete="new-password"
            wrong=again
            maxlength=128
        />
    }
}

/// A box for a line of text, with what is wrong with what was in it.
#[component]
pub fn Line(
    id: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional_no_strip)] wrong: Option<&'static str>,
    #[prop(optional, into)] value: String,
    #[prop(default = 200)] maxlength: u32,
) -> impl IntoView {
    let described = [hint.map(|_| "hint"), wrong.map(|_| "error")].into_iter().flatten();
    let described = described.map(|what| format!("{id}-{what}")).collect::<Vec<_>>().join(" ");
    view! {
        <div class=if wrong.is_some() { "field has-error" } else { "field" }>
            <label for=id>{label}</label>
            {hint.map(|words| view! { <span class="hint" id=format!("{id}-hint")>{words}</span> })}
            {wrong.map(|words| view! { <Wrong words id=format!("{id}-error") /> })}
            <input
                id=id
                name=id
                type=kind
                inputmode=inputmode
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                maxlength=maxlength
                value=(!value.is_empty()).then_some(value)
                aria-describedby=(!described.is_empty()).then_some(described)
                aria-invalid=wrong.is_some().then_some("true")
            />
        </div>
    }
}

#[component]
pub fn Wrong(words: &'static str, #[prop(into)] id: String) -> impl IntoView {
    view! {
        <p class="error" id=id role="alert">
            <Icon name="stop" />
            {words}
        </p>
    }
}

/// For a camera.
#[component]
pub fn Dots(qr: Qr, label: &'static str) -> impl IntoView {
    view! {
        <svg class="qr" viewBox=format!("0 0 {0} {0}", qr.size) role="img" aria-label=label>
            <path d=qr.path></path>
        </svg>
    }
}

/// Codes to be kept on paper: shown this once.
#[component]
pub fn Codes(codes: Vec<String>) -> impl IntoView {
    view! {
        <p>
            "Each of these opens your account once, in place of the six numbers, when your phone is not with you. Print them, or write them down, and keep them where you keep your passport. We do not show them again."
        </p>
        <ul class="recovery-codes">
            {codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}
        </ul>
    }
}
