//! The photograph or drawing on the passport: shown with what is on it in words, chosen in a plain form, taken away.
//!
//! What must stay true: it is said in words to whoever does not see it; what was typed stays when a file is not taken.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::PupilId;

use crate::{
    components::{
        form::{Typed, WhatIsWrong, Wrong},
        icon::Icon,
        people::Portrait,
    },
    view::{
        Pupil,
        line::Fault,
        pupils::{PICTURE_WORDS, PictureNotTaken},
    },
};

/// The child’s picture where the page is about the child: in its sun, as everywhere, and said in words.
#[component]
pub(super) fn Picture(pupil: Pupil, #[prop(default = "")] class: &'static str) -> impl IntoView {
    let Some(src) = pupil.portrait.clone() else { return view! { <Portrait pupil class /> }.into_any() };
    view! {
        <span class=format!("portrait {class}")>
            <svg viewBox="0 0 48 48" aria-hidden="true">
                <use href="#t-pupil"></use>
            </svg>
            <img src=src alt=pupil.portrait_alt width="200" height="200" />
        </span>
    }
    .into_any()
}

/// Before everything else: that it was taken, or why it was not.
#[component]
pub(super) fn WhatBecameOfIt(not_taken: PictureNotTaken) -> impl IntoView {
    if not_taken.faults.is_empty() {
        let done = use_query_map().read_untracked().get("done").unwrap_or_default();
        let words = match done.as_str() {
            "picture" => "The picture is on the passport.",
            "no-picture" => "The picture was taken away. We do not have it any more.",
            _ => return ().into_any(),
        };
        return view! {
            <p class="finding" role="status">
                <Icon name="tick" />
                <strong>{words}</strong>
            </p>
        }
        .into_any();
    }
    view! { <WhatIsWrong title="The picture was not taken: nothing has changed" faults=not_taken.faults /> }.into_any()
}

#[component]
pub(super) fn ChoosePicture(id: PupilId, pupil: Pupil, not_taken: PictureNotTaken) -> impl IntoView {
    let wrong = |field: &str| Fault::with(&not_taken.faults, field);
    let is_there = pupil.portrait.is_some();
    let in_file = wrong("picture");
    let is_wrong = in_file.is_some();
    let described = if is_wrong { "picture-hint picture-error" } else { "picture-hint" };
    let take_away = is_there.then(|| {
        view! {
            <form method="post" action=format!("/pupils/{id}/picture/remove") class="gap-top">
                <button class="button" type="submit">
                    "Take the picture away"
                </button>
            </form>
        }
    });
    view! {
        <section class="page next-cycle" aria-labelledby="h-picture">
            <div>
                <h2 id="h-picture">"A photograph or drawing"</h2>
                <p>
                    {format!("Ask {} which one: it is their page. ", pupil.name)}
                    "Whoever may read the passport sees it. We keep a small copy; where and when it was made is not in it, and the one before is gone."
                </p>
                <form
                    class="line-form gap-top"
                    method="post"
                    action=format!("/pupils/{id}/picture")
                    enctype="multipart/form-data"
                >
                    <Typed
                        id="words"
                        label="What is on it, in words"
                        hint="For whoever does not see it, such as: a drawing of me driving a train."
                        value=not_taken.words.clone()
                        maxlength=PICTURE_WORDS
                        required=true
                        wrong=wrong("words")
                    />
                    <div class=if is_wrong { "field has-error" } else { "field" }>
                        <label for="picture">"The picture"</label>
                        <span class="hint" id="picture-hint">
                            "A JPEG or PNG file of at most 10 MB."
                        </span>
                        <Wrong id="picture".to_owned() words=in_file />
                        <input
                            id="picture"
                            type="file"
                            name="picture"
                            accept="image/jpeg,image/png"
                            required
                            aria-describedby=described
                            aria-invalid=is_wrong.then_some("true")
                        />
                    </div>
                    <button class="button primary" type="submit">
                        {if is_there { "Put this one in its place" } else { "Put it on the passport" }}
                    </button>
                </form>
                {take_away}
            </div>
        </section>
    }
}
