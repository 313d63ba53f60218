//! Somebody’s own link: shown, made anew, taken back.

use leptos::prelude::*;
use shared::ParticipantId;

use super::{Door, ways_in::ShowQr};
use crate::{
    api::doors::{make_link, show_link, take_back_link},
    components::icon::Icon,
    view::doors::{Link, LinkState},
};

#[component]
pub(super) fn LinkOf(id: ParticipantId, name: String, link: LinkState) -> impl IntoView {
    let door: Door = expect_context();
    let shown = RwSignal::new(None::<Link>);
    let name = StoredValue::new(name);
    let doing = Action::new(move |what: &What| {
        let (what, meeting) = (*what, door.meeting.id);
        async move {
            match what {
                What::Show => match show_link(meeting, id).await {
                    Ok(link) => shown.set(Some(link)),
                    Err(error) => door.heard(Err(error)),
                },
                What::Make => door.heard(make_link(meeting, id).await),
                What::TakeBack => door.heard(take_back_link(meeting, id).await),
            }
        }
    });
    let button = move |what: What, words: &'static str, class: &'static str| {
        view! {
            <button
                class=class
                type="button"
                disabled=move || doing.pending().get()
                on:click=move |_| {
                    doing.dispatch(what);
                }
            >
                {words}
                <span class="visually-hidden">" for " {name.get_value()}</span>
            </button>
        }
    };
    let is_good = matches!(link, LinkState::Good(_));
    let words = match link {
        LinkState::None => {
            "No link was made for them. Who came by the code is invited to the next meeting only with one.".to_owned()
        }
        LinkState::Good(until) => format!("Their link works until {until}."),
        LinkState::Expired => "Their link has expired.".to_owned(),
        LinkState::TakenBack => "Their link was taken back: it opens nothing.".to_owned(),
    };
    view! {
        <div class="link-of">
            <p class="hint">
                <Icon name="letter" />
                {words}
            </p>
            <div class="tools">
                {is_good.then(|| button(What::Show, "Show the link", "tool"))}
                {button(What::Make, if is_good { "Make a new link" } else { "Make a link" }, "tool")}
                {is_good.then(|| button(What::TakeBack, "Take back the link", "tool is-stop"))}
            </div>
            <div role="status">
                {move || {
                    shown
                        .get()
                        .map(|link| {
                            let field = format!("link-{id}");
                            view! {
                                <div class="code-qr">
                                    <ShowQr qr=link.qr label=format!("QR code: the link of {}", name.get_value()) />
                                    <div class="field">
                                        <label for=field.clone()>"Only for " {name.get_value()}</label>
                                        <input id=field type="text" readonly value=link.url />
                                        <button class="tool" type="button" on:click=move |_| shown.set(None)>
                                            "Put it away"
                                        </button>
                                    </div>
                                </div>
                            }
                        })
                }}
            </div>
        </div>
    }
}

#[derive(Clone, Copy)]
enum What {
    Show,
    Make,
    TakeBack,
}
