//! A page that cannot be shown: what happened, and what to do next, with the right status.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::icon::{BrandMark, Icon},
    error::AppError,
    pages::SkipLink,
};

#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    answer_with_status(&error);
    let (title, icon, next) = words(&error);
    view! {
        <Title text=title />
        <div class="join-page">
            <SkipLink to="#main" words="Skip to the message" />
            <header class="join-bar">
                <a class="brand" href="/" rel="external">
                    <BrandMark />
                    <span>"Roundtable"</span>
                </a>
            </header>
            <div class="table is-plain">
                <main class="join-main" id="main" tabindex="-1">
                    <article class="sheet letter">
                        <h1>{title}</h1>
                        <p class="lead">{error.to_string()}</p>
                        <p class="help-line">
                            <Icon name=icon />
                            <span>{next}</span>
                        </p>
                        {retry(&error)}
                    </article>
                </main>
            </div>
        </div>
    }
}

/// What the page is called, its mark, and what to do next.
fn words(error: &AppError) -> (&'static str, &'static str, &'static str) {
    const RING: &str = "Something in the way? Ring the school office: they can put you through to whoever invited you.";
    match error {
        AppError::NotSignedIn => (
            "Open your own link",
            "letter",
            "Your link is in the message that invited you. Each person has their own: nobody needs an account or a password.",
        ),
        AppError::NotFound => ("We could not find that", "help", RING),
        AppError::LinkEnded => ("This link does not work", "clock", RING),
        AppError::NotAllowed => ("That is not yours to open", "lock", RING),
        AppError::Agreed => ("The plan is agreed", "lock", "Everybody has the same copy. You can read it any time."),
        AppError::Missing(_) | AppError::WordsMissing => {
            ("Something is still missing", "help", "Go back to the meeting to see what.")
        }
        AppError::Outdated => ("There is a newer version", "saving", RING),
        AppError::Unavailable | AppError::Elsewhere | AppError::Unreachable => (
            "We are not there just now",
            "saving",
            "Wait a moment, then try again. If it stays like this, ring the school office.",
        ),
    }
}

fn retry(error: &AppError) -> Option<impl IntoView + use<>> {
    let again =
        matches!(error, AppError::Unavailable | AppError::Elsewhere | AppError::Unreachable | AppError::Outdated);
    again.then(|| {
        view! {
            <a class="button primary is-big" href="" rel="external">
                "Try again"
            </a>
        }
    })
}

/// Says it in the response’s status too, for whatever asks without reading.
fn answer_with_status(error: &AppError) {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(match error {
            AppError::NotSignedIn => http::StatusCode::UNAUTHORIZED,
            AppError::NotFound => http::StatusCode::NOT_FOUND,
            AppError::LinkEnded | AppError::Outdated => http::StatusCode::GONE,
            AppError::NotAllowed => http::StatusCode::FORBIDDEN,
            AppError::Agreed | AppError::Missing(_) | AppError::WordsMissing => http::StatusCode::CONFLICT,
            AppError::Unavailable | AppError::Elsewhere | AppError::Unreachable => {
                http::StatusCode::SERVICE_UNAVAILABLE
            }
        });
    }
    #[cfg(not(feature = "ssr"))]
    let _ = error;
}
