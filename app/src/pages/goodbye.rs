//! Where one is after “Finish”: what was removed from this device, what stays, how to come back.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::frame::{HelpLine, LetterFrame};

#[component]
pub fn GoodbyePage() -> impl IntoView {
    view! {
        <Title text="Goodbye" />
        <LetterFrame>
            <h1>"Goodbye, and thank you"</h1>
            <p class="lead">"You have finished on this device. You can close this page."</p>
            <h2>"What we removed from this device"</h2>
            <ul class="happens">
                <li>"Your way into the meeting: nobody can go on as you here."</li>
                <li>"Every word of the meeting that this browser held."</li>
                <li>"How you liked the page to look."</li>
            </ul>
            <h2>"What stays"</h2>
            <p>
                "What you wrote and sent is in the plan. The school keeps the agreed record, and everybody who was invited can read it."
            </p>
            <HelpLine icon="letter">
                "To come back, open your own link again, in the message that invited you. It works on any device."
            </HelpLine>
        </LetterFrame>
    }
}
