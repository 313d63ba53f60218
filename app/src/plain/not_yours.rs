//! A page of the school that is not for whoever asked: what happened, and the way back.

use leptos::prelude::*;

use super::parts::Letters;
use crate::{
    components::{frame::HelpLine, icon::Icon},
    error::NOT_YOUR_PAGE,
};

/// In the words of every other page that is not theirs.
pub fn page() -> impl IntoView {
    view! {
        <Letters>
            <section class="sheet letter">
                <h1>"That is not yours to open"</h1>
                <p class="lead">{NOT_YOUR_PAGE}</p>
                <HelpLine icon="lock">"The head or the SENCO sets who opens it."</HelpLine>
                <a class="button primary" href="/">
                    "To your meetings"
                    <Icon name="right" />
                </a>
            </section>
        </Letters>
    }
}
