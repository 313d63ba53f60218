//! Which version of a record this is, why there are others, and the way to correct it.
//!
//! What must stay true: whoever reads one that is not the newest is told so before anything else; what is being
//! corrected says that it counts until the next one is agreed.

use leptos::{prelude::*, server_fn::ServerFn};
use shared::MeetingId;

use crate::{
    api::forms::ReopenRecord,
    components::{dates, form::Typed, icon::Icon, notices::Notice},
    view::{Reopened, Version},
};

/// How long a reason may be. The server says so too.
const LONGEST_REASON: usize = 300;

/// Before everything else: is this what counts?
#[component]
pub(super) fn IsItTheNewest(
    meeting: MeetingId,
    this: u32,
    versions: Vec<Version>,
    reopened: Option<Reopened>,
) -> impl IntoView {
    let newest = versions.into_iter().next_back().filter(|newest| newest.version != this);
    let newer = newest.map(|newest| {
        view! {
            <Notice icon="clock" title=format!("Version {this}: there is a newer one")>
                <p>
                    {format!("Version {}, agreed {}. Why: ", newest.version, dates::short(&newest.agreed_on))}
                    <q dir="auto">{newest.reason}</q>
                </p>
                <a class="button primary" href=format!("/meetings/{meeting}/record") rel="external">
                    "Read the newest"
                    <Icon name="right" />
                </a>
            </Notice>
        }
    });
    let being_corrected = reopened.map(|reopened| {
        let to_table = reopened.mine.then(|| {
            view! {
                <a class="button primary" href=format!("/meetings/{meeting}") rel="external">
                    "Go to the meeting"
                    <Icon name="right" />
                </a>
            }
        });
        view! {
            <Notice icon="pen" title="This plan is being corrected">
                <p>
                    {format!("{} opened the meeting again on {}. Why: ", reopened.by, dates::short(&reopened.on))}
                    <q dir="auto">{reopened.reason}</q>
                </p>
                <p>"Until everybody has answered anew and it is saved, what stands here counts."</p>
                {to_table}
            </Notice>
        }
    });
    (being_corrected, newer)
}

/// At the foot of the page: the others there are.
#[component]
pub(super) fn Others(meeting: MeetingId, this: u32, versions: Vec<Version>) -> impl IntoView {
    let one = move |version: Version| {
        let reason = version.reason.map(|reason| view! { ". Why: " <q dir="auto">{reason}</q> });
        view! {
            <li>
                <a href=format!("/meetings/{meeting}/record?version={}", version.version) rel="external">
                    {format!("Version {}", version.version)}
                </a>
                {format!(", agreed {}", dates::short(&version.agreed_on))}
                {reason}
            </li>
        }
    };
    let others: Vec<_> = versions.into_iter().filter(|version| version.version != this).collect();
    (!others.is_empty()).then(|| {
        view! {
            <h2>"Other versions"</h2>
            <ul class="small">{others.into_iter().map(one).collect_view()}</ul>
        }
    })
}

/// For whoever may: something in it is wrong.
#[component]
pub(super) fn Correct(meeting: MeetingId, next_meeting: Option<MeetingId>) -> impl IntoView {
    let next = next_meeting.map(|_| {
        "The next meeting was started from this plan already. It keeps what it took over: what is wrong there too has to be put right there."
    });
    view! {
        <section class="page next-cycle" aria-labelledby="correct">
            <div>
                <h2 id="correct">"Correct this record"</h2>
                <p>
                    "If something in it is wrong, the meeting is opened again for everybody who sat there. They answer anew, and the plan is saved as the next version, with your reason. This version stays readable as it is."
                </p>
                {next.map(|words| view! { <p>{words}</p> })}
                <form method="post" action=ReopenRecord::url()>
                    <input type="hidden" name="meeting" value=meeting.to_string() />
                    <Typed
                        id="reason"
                        label="What is wrong, in some words"
                        hint="Everybody at the table reads this, and it stands in the next version."
                        value=String::new()
                        maxlength=LONGEST_REASON
                        required=true
                    />
                    <button class="button" type="submit">
                        <Icon name="pen" />
                        "Open the meeting again"
                    </button>
                </form>
            </div>
        </section>
    }
}
