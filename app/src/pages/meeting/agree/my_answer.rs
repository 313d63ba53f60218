//! My own answer: agree, agree with a comment, disagree with a part, views only.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn, web_sys};
use shared::{Role, record::Response};

use super::Failed;
use crate::{
    api::meetings::Answer,
    collab::use_meeting,
    components::{
        focus,
        icon::{Icon, Picture},
        people::People,
    },
    error::AppError,
    view,
};

/// The pupil’s own: three at most, each a picture and words.
const PUPILS: [(Response, &str, &str); 3] = [
    (Response::Agree, "face-good", "Yes, I agree"),
    (Response::PartlyDisagree, "face-ok", "Some of it, not all"),
    (Response::Disagree, "face-hard", "No, I don’t agree"),
];

/// My own answer. A plain form, so that it works before any script has arrived.
#[component]
pub(super) fn MyAnswer() -> impl IntoView {
    let meeting = use_meeting();
    // It outlives the form.
    let unsent = meeting.unsent_answer();
    let people = People::here();
    let me = untrack(|| people.myself());
    let is_pupil = me.as_ref().is_some_and(|me| me.role == Role::Pupil);
    let given = me.as_ref().and_then(|me| me.answer.clone());
    // As it was sent last: the table’s news of it takes its time.
    let sent = StoredValue::new(given.clone());
    let chosen = RwSignal::new(given.as_ref().map(|answer| answer.response));
    let (id, name) = me.map(|me| (me.id.to_string(), me.name)).unzip();
    let name = name.unwrap_or_default();
    let answer = answering();
    let comment = NodeRef::<leptos::html::Textarea>::new();
    // An uncontrolled box: a textarea’s children are never the server’s to write.
    Effect::new(move || {
        let Some(box_) = comment.get() else { return };
        let there = box_.value();
        // What the browser, or our own script, has kept over a reload stays.
        match &given {
            Some(given) if there.is_empty() => box_.set_value(&given.comment),
            _ => unsent.set(there),
        }
    });
    // What was said beside one answer is not said beside another.
    let choose = move |response: Response| {
        chosen.set(Some(response));
        if let (Some(box_), Some(given)) = (comment.get_untracked(), sent.get_value()) {
            let said = [given.comment, String::new()];
            let (there, instead) = if given.response == response { (&said[1], &said[0]) } else { (&said[0], &said[1]) };
            if box_.value() == *there {
                box_.set_value(instead);
            }
        }
    };
    let first = chosen.get_untracked();
    let radio = move |response: Response| {
        view! {
            <input
                type="radio"
                name="response"
                value=response.name()
                checked=first == Some(response)
                required=true
                on:change=move |_| choose(response)
            />
        }
    };
    let choices = if is_pupil {
        let face = move |(response, picture, words): (Response, &'static str, &'static str)| {
            view! {
                <label class="face">
                    {radio(response)}
                    <Picture name=picture />
                    <span>{words}</span>
                </label>
            }
        };
        view! { <div class="faces">{PUPILS.map(face).into_iter().collect_view()}</div> }.into_any()
    } else {
        let choice = move |response: Response| {
            view! {
                <label class="choice">
                    {radio(response)}
                    <span>{response.label()}</span>
                </label>
            }
        };
        view! { <div class="choices">{Response::ALL.map(choice).into_iter().collect_view()}</div> }.into_any()
    };

    // What the server would refuse is asked for here, in its place, before it is sent.
    let lacks_words = RwSignal::new(false);
    let send = move |event: SubmitEvent| {
        let Some(response) = picked(&event).or(chosen.get_untracked()) else { return };
        event.prevent_default();
        let comment = comment.get_untracked().map(|words| words.value()).unwrap_or_default();
        let lacks = !is_pupil && comment.trim().is_empty() && response.needs_words();
        lacks_words.set(lacks);
        if lacks {
            focus::go_to("my-comment".to_owned());
        } else {
            sent.set_value(Some(view::Answer { response, comment: comment.clone() }));
            answer.dispatch(Answer { meeting: meeting.id, response, comment });
        }
    };
    let lacks_words = Memo::new(move |_| {
        lacks_words.get() || answer.value().with(|value| matches!(value, Some(Err(AppError::WordsMissing))))
    });
    let outcome = move || {
        answer.value().get().and_then(|outcome| match outcome {
            Ok(()) if lacks_words.get() => None,
            Ok(()) => Some(
                view! { <p role="status">"Thank you. Your answer is on the table; you can change it until the plan is saved."</p> }
                    .into_any(),
            ),
            Err(AppError::WordsMissing) => None,
            Err(error) => Some(view! { <Failed error /> }.into_any()),
        })
    };
    Effect::new(move || match answer.value().get() {
        Some(Ok(())) => unsent.set(String::new()),
        Some(Err(_)) => {
            sent.set_value(untrack(|| people.myself()).and_then(|me| me.answer));
            // An answer without words is lost no less.
            if unsent.with_untracked(String::is_empty) {
                unsent.set(chosen.get_untracked().map(|response| response.label().to_owned()).unwrap_or_default());
            }
        }
        None => {}
    });
    let described_by = move || lacks_words.get().then_some("my-comment-error");
    view! {
        <form class="my-answer" method="post" action=Answer::url() on:submit=send>
            <input type="hidden" name="meeting" value=meeting.id.to_string() />
            <fieldset>
                <legend>
                    {if is_pupil { "What do you think of the plan?".to_owned() } else { format!("Your answer, {name}") }}
                </legend>
                {choices}
            </fieldset>
            <div class=move || if lacks_words.get() { "field has-error" } else { "field" }>
                <label for="my-comment">
                    {if is_pupil { "Do you want to say more? You don’t have to." } else { "Your comment" }}
                </label>
                {move || {
                    lacks_words
                        .get()
                        .then(|| {
                            view! {
                                <p class="error" id="my-comment-error">
                                    <Icon name="stop" />
                                    {what_is_asked(chosen.get())}
                                </p>
                            }
                        })
                }}
                <textarea
                    id="my-comment"
                    name="comment"
                    rows="2"
                    maxlength="2000"
                    dir="auto"
                    node_ref=comment
                    data-beside=id
                    data-unsent=move || unsent.with(|words| !words.is_empty()).then_some("")
                    on:input=move |event| unsent.set(event_target_value(&event))
                    aria-invalid=move || lacks_words.get().then_some("true")
                    aria-describedby=described_by
                ></textarea>
            </div>
            {outcome}
            <button class="button primary" type="submit">
                <Icon name="tick" />
                "Give my answer"
            </button>
        </form>
    }
}

/// On the server, with what came of a form that was sent before any script had arrived.
#[cfg(feature = "ssr")]
fn answering() -> Action<Answer, Result<(), AppError>> {
    *ServerAction::<Answer>::new()
}

#[cfg(not(feature = "ssr"))]
fn answering() -> Action<Answer, Result<(), AppError>> {
    Action::new(|answer: &Answer| answer.clone().run_on_client())
}

/// Chosen in the form that is sent, also if that was before any script could see it.
fn picked(event: &SubmitEvent) -> Option<Response> {
    let form = event_target::<web_sys::Element>(event);
    let radio = form.query_selector("input[name=response]:checked").ok().flatten()?;
    Response::from_name(&radio.get_attribute("value")?)
}

fn what_is_asked(response: Option<Response>) -> &'static str {
    match response {
        Some(Response::PartlyDisagree) => "Say which part you disagree with",
        _ => "Write what you want to add",
    }
}
