//! What the family takes home: the agreed plan, two sheets of A4, the same for everybody.
//!
//! What must stay true: it shows the record and nothing else, so that a page printed today and one
//! printed next year say the same; and all of it that was said, by whomever. The child’s own words come
//! first; the rest comes in the order in which people talked.

#![expect(unreachable_pub, reason = "a component’s props are public, however private the component")]

mod agreed;
mod known;
mod said;
mod steps;
mod versions;
mod went;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::{
    MeetingId,
    schema::{assess, plan},
};

pub(crate) use self::said::{Lines, beside, how_captured_here, is_pupils};
use self::{
    agreed::{Agreed, Came, Differences},
    known::Known,
    said::{Boards, Passport, PupilSaid},
    steps::{Actions, NextSteps, Promises},
    versions::{Correct, IsItTheNewest, Others},
    went::HowItWent,
};
use crate::{
    api::{forms::StartNextMeeting, reading::read_record},
    components::{dates, finish::FinishPlain, icon::Icon, my_view::MyViewButton, people::Portrait},
    error::AppError,
    pages::{NotDone, SkipLink, id_of_address, once_read},
    shell::AroundStyle,
    view,
};

/// Letters of the hash that people compare: enough to tell two versions apart.
const CHECK_MARK: usize = 12;

#[component]
pub fn RecordPage() -> impl IntoView {
    // What is no number is no version.
    let version = use_query_map().read_untracked().get("version").map(|version| version.parse().unwrap_or_default());
    let record = async move { read_record(id_of_address().ok_or(AppError::NotFound)?, version).await };
    once_read(record, |page| view! { <TheRecord page /> })
}

#[component]
fn TheRecord(page: view::RecordPage) -> impl IntoView {
    let view::RecordPage { record, hash, agreed_on: agreed_day, pupil, people, earlier, versions, reopened, .. } = page;
    let is_at_table = page.is_at_table;
    let (can_start_next, may_correct, next_meeting) = (page.can_start_next, page.may_correct, page.next_meeting);
    let is_of_today = page.is_of_today;
    let (this, is_newest) = (record.version, versions.last().is_none_or(|newest| newest.version == record.version));
    let facts = &record.meeting;
    let meeting = facts.id;
    let name = facts.pupil_name.clone();
    let plan_called = if facts.plan_name.is_empty() { "plan" } else { &facts.plan_name }.to_owned();
    let agreed_on = dates::short(&agreed_day);
    let met = if facts.held_on == agreed_day {
        String::new()
    } else {
        format!(" We met on {}.", dates::long(&facts.held_on))
    };
    let (admired, boards): (Vec<_>, Vec<_>) =
        record.boards.iter().cloned().partition(|board| board.key == assess::ADMIRE.key);
    let decision = plan::DECISIONS.iter().find(|code| code.code == record.decision).map(|code| code.label);
    let impact = (!record.expected_impact.is_empty()).then(|| record.expected_impact.clone());
    view! {
        <Title text=format!("{name}’s {plan_called}, agreed {agreed_on}") />
        <AroundStyle />
        <div class="record-page">
            <SkipLink to="#plan" words="Skip to the plan" />
            <header class="record-bar">
                <p class="save-state">
                    <Icon name="tick" />
                    "Agreed and saved, "
                    {agreed_on.clone()}
                </p>
                <nav aria-label="Take this home">
                    <button class="button primary" type="button" data-script="print">
                        <Icon name="print" />
                        "Print"
                    </button>
                    {is_at_table
                        .then(|| {
                            view! {
                                <a class="button" href=format!("/meetings/{meeting}") rel="external">
                                    "The meeting"
                                </a>
                            }
                        })}
                    <a class="button" href="/" rel="external">
                        "All meetings"
                    </a>
                    <MyViewButton />
                    <FinishPlain />
                </nav>
            </header>
            <main class="record" id="plan" tabindex="-1">
                // Where one is after a form that was not done.
                <NotDone />
                <IsItTheNewest meeting this versions=versions.clone() reopened />
                <article class="page" aria-labelledby="title">
                    <header class="record-head">
                        <Portrait pupil=pupil.clone() />
                        <div>
                            <h1 id="title">{name.clone()} "’s " {plan_called}</h1>
                            <p>
                                "Our copy of what we agreed on " {dates::long(&agreed_day)} ", at "
                                {facts.school.clone()} "." {met}
                            </p>
                        </div>
                    </header>
                    <PupilSaid record=record.clone() pupil=pupil.clone() />
                    <Came record=record.clone() />
                    {(!admired.is_empty())
                        .then(|| {
                            view! {
                                <section aria-labelledby="admire">
                                    <h2 id="admire">"What we like and admire about " {name.clone()}</h2>
                                    <ul class="board-lines">
                                        <Lines
                                            statements=admired.into_iter().flat_map(|board| board.statements).collect()
                                            pupil=pupil.clone()
                                        />
                                    </ul>
                                </section>
                            }
                        })}
                    <HowItWent record=record.clone() pupil=pupil.clone() />
                    {(!boards.is_empty())
                        .then(|| {
                            view! {
                                <section aria-labelledby="boards">
                                    <h2 id="boards">"How things are now"</h2>
                                    <Boards boards pupil=pupil.clone() />
                                </section>
                            }
                        })}
                    <Known record=record.clone() />
                    <Differences
                        differences=record.differences.clone()
                        people=people.clone()
                        pupil=pupil.clone()
                    />
                    <NextSteps record=record.clone() />
                    <Promises record=record.clone() pupil=pupil.clone() />
                    <Actions actions=record.actions.clone() />
                    <Passport record=record.clone() pupil=pupil.clone() />
                    <Agreed record=record.clone() earlier people pupil />
                    <footer class="record-foot">
                        <h2>"We meet again"</h2>
                        <p class="next-date">{dates::long(&record.review_on)}</p>
                        {impact.map(|impact| view! { <p class="typed">"The difference we expect: " {impact}</p> })}
                        {decision.map(|decision| view! { <p>"What we decided: " {decision} "."</p> })}
                        <p>"Questions before then: ask for " {facts.facilitator.clone()} " at the school office."</p>
                        <p class="small">
                            {format!("Version {}, agreed {agreed_on}. Check mark ", record.version)}
                            <span class="check-mark">{check_mark(&hash)}</span>
                            {record.reason.clone().map(|reason| format!(". Why there is a new version: {reason}"))}
                            ". If anything changes there will be a new version that says why."
                        </p>
                        <Others meeting this versions />
                    </footer>
                </article>
                {(can_start_next && is_newest).then(|| view! { <NextCycle meeting next_meeting is_of_today /> })}
                {(may_correct && is_newest).then(|| view! { <Correct meeting next_meeting /> })}
            </main>
        </div>
    }
}

/// “7f3a 91c0 5be2”.
fn check_mark(hash: &str) -> String {
    let letters: Vec<char> = hash.chars().take(CHECK_MARK).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// For the facilitator: the next meeting begins with what this one agreed.
#[component]
fn NextCycle(meeting: MeetingId, next_meeting: Option<MeetingId>, is_of_today: bool) -> impl IntoView {
    let not_to_correct = is_of_today.then(|| {
        view! {
            <p>
                "This was agreed today. To put something in it right, open the meeting again, below: a next meeting held today would stand beside it as a plan of its own."
            </p>
        }
    });
    view! {
        <section class="page next-cycle" aria-labelledby="next-cycle">
            <div>
                <h2 id="next-cycle">"The next cycle"</h2>
                <p>"The passport comes along, these targets become “last targets”, and where we are now becomes the start."</p>
                {not_to_correct}
                {match next_meeting {
                    Some(next) => {
                        view! {
                            <a class="button primary" href=format!("/meetings/{next}") rel="external">
                                "Open the next meeting"
                                <Icon name="right" />
                            </a>
                        }
                            .into_any()
                    }
                    None => {
                        view! {
                            <form method="post" action=StartNextMeeting::url()>
                                <input type="hidden" name="meeting" value=meeting.to_string() />
                                <button class="button primary" type="submit">
                                    "Start the next cycle from this"
                                    <Icon name="right" />
                                </button>
                            </form>
                        }
                            .into_any()
                    }
                }}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::check_mark;

    #[test]
    fn a_check_mark_is_short_enough_to_compare() {
        assert_eq!(check_mark("7f3a91c05be2d41199"), "7f3a 91c0 5be2");
        assert_eq!(check_mark(""), "");
    }
}
