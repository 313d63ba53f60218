//! Before the meeting: two minutes for those whose views are asked for, days ahead, from the link they have.
//!
//! The same document as the meeting’s, through the same boxes, so that what is written here is kept as it is typed
//! and lies on the table when the meeting opens. Who reads it until then is said on the page, by the table that the
//! server goes by.
//!
//! What must stay true: nothing here is written into a section but the views of whoever writes; nobody is told that
//! somebody cannot read what they can.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod answers;
mod frame;
mod parent;
mod pupil;
mod specialist;

use leptos::prelude::*;
use shared::Role;

use self::{frame::ForTheTable, parent::ParentsQuestions, pupil::PupilsQuestions, specialist::SpecialistsAdvice};
use super::meeting::gone;
#[cfg(feature = "ssr")]
use crate::{
    api::reading::{read_also_here, read_meeting},
    error::AppError,
    pages::{
        id_of_address,
        live::{Live, LivePage},
        once_read,
    },
};
use crate::{
    collab::provide_meeting,
    components::{address::Address, authors::AuthorsShown, people::People, still::hold_still},
    view::{self, doors::AlsoHere},
};

/// The address.
#[cfg(feature = "ssr")]
#[component]
pub fn PreparePage() -> impl IntoView {
    let read = async {
        let page = read_meeting(id_of_address().ok_or(AppError::NotFound)?).await?;
        Ok((page, read_also_here().await))
    };
    once_read(read, |(page, also_here)| {
        view! {
            <leptos_meta::Title text="Before the meeting" />
            <LivePage live=Live::Preparation { page, also_here } />
        }
    })
}

/// Who else has come in here on this device.
fn also_on_this_device() -> Vec<AlsoHere> {
    expect_context::<OnThisDevice>().0
}

#[derive(Clone)]
struct OnThisDevice(Vec<AlsoHere>);

/// What lives.
#[component]
pub fn ThePreparation(page: view::MeetingPage, also_here: Vec<AlsoHere>) -> impl IntoView {
    provide_context(OnThisDevice(also_here));
    Address::provide();
    let meeting = provide_meeting(&page);
    let people = People::provide(&page, meeting.scribe());
    AuthorsShown::provide();
    hold_still();
    let role = page.myself().map(|me| me.role);
    view! {
        {move || {
            if let Some(gone) = gone::instead(meeting) {
                return gone;
            }
            match role {
                Some(Role::Parent) => view! { <ParentsQuestions /> }.into_any(),
                Some(Role::Specialist | Role::SocialCare) => view! { <SpecialistsAdvice /> }.into_any(),
                // Whoever was named to write for the child sits beside them, at the same questions.
                _ if untrack(|| people.writes_for_pupil()) => view! { <PupilsQuestions /> }.into_any(),
                _ => view! { <ForTheTable /> }.into_any(),
            }
        }}
    }
}
