//! The sheets of the plan: words, money, next steps, learning.

use leptos::prelude::*;

use crate::{
    components::{dates, icon::Icon, money::pounds, people::Portrait, stacked::Stacked, words::how_captured},
    pages::pupil::OneTarget,
    view::{
        self,
        map::and_extra,
        pep::{Hope, Measured, PaidHelp, Pep, Spend, Subject},
    },
};

#[component]
pub fn WhatTheySaid(plan: Pep, pupil: view::Pupil) -> impl IntoView {
    let due = plan.due;
    let planned = match due.planned_on.as_str() {
        "" => "No day is chosen yet.".to_owned(),
        day if due.is_planned_late => format!("Planned for {}, which is after that.", dates::long(day)),
        day if dates::is_weekend(day) => format!("Planned for {}, a day without school.", dates::long(day)),
        day => format!("Planned for {}.", dates::long(day)),
    };
    let late = due.is_late.then(|| {
        view! {
            <strong class="due is-late">
                <Icon name="warn" />
                "Late"
            </strong>
        }
    });
    let name = pupil.name.clone();
    let said = plan.wishes.into_iter().map(|wish| {
        let how = how_captured(&wish.captured, &wish.said_on);
        view! {
            <figure class="said is-small">
                {(!wish.question.is_empty()).then(|| view! { <p class="hint" dir="auto">{wish.question}</p> })}
                <div class="words is-short">
                    <blockquote>
                        <p dir="auto">{wish.words}</p>
                    </blockquote>
                </div>
                <figcaption>
                    <Portrait pupil=pupil.clone() />
                    <span>
                        <strong>{pupil.name.clone()} " said this"</strong>
                        " "
                        <span>{how}</span>
                    </span>
                </figcaption>
            </figure>
        }
    });
    let about = (!plan.about.is_empty()).then(|| {
        view! {
            <div>
                <dt>"About me"</dt>
                <dd dir="auto">{plan.about.join(" ")}</dd>
            </div>
        }
    });
    let hope = |hope: Hope| {
        let next = (!hope.next.is_empty()).then(|| format!(" What helps: {}", hope.next));
        view! {
            <dd dir="auto">
                <strong>{hope.words}</strong>
                {next}
            </dd>
        }
    };
    let hopes = (!plan.hopes.is_empty()).then(|| {
        view! {
            <div>
                <dt>"What I hope to do or be"</dt>
                {plan.hopes.into_iter().map(hope).collect_view()}
            </div>
        }
    });
    let moving = (!plan.moving_on.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Moving on"</dt>
                <dd dir="auto">{plan.moving_on.join(" ")}</dd>
            </div>
        }
    });
    view! {
        <section class="sheet span-5" aria-labelledby="h-said">
            <header class="sheet-head">
                <h2 id="h-said">"What " {name} " said"</h2>
                <p>"In views of their own, or to the key adult."</p>
            </header>
            {said.collect_view()}
            <dl class="facts gap-top">
                {about} {hopes}
                <div>
                    <dt>"Next one due"</dt>
                    <dd>"By the end of " {due.term} ". " {planned} " " {late}</dd>
                </div>
                <div>
                    <dt>"Last meeting"</dt>
                    <dd>{plan.who_came}</dd>
                </div>
                {moving}
            </dl>
        </section>
    }
}

#[component]
pub fn Money(plan: Pep) -> impl IntoView {
    let nothing = plan.spends.is_empty().then(|| view! { <p class="hint">"No spending is shown yet."</p> });
    let paid = (!plan.paid_help.is_empty()).then(|| {
        view! {
            <h3 class="gap-top">"Help it pays for, and the next step it is for"</h3>
            <ul class="paid-help">{plan.paid_help.into_iter().map(paid).collect_view()}</ul>
        }
    });
    view! {
        <section class="sheet" aria-labelledby="h-money">
            <header class="sheet-head">
                <h2 id="h-money">"Pupil premium plus"</h2>
                <p>"Filled in by the designated teacher. The steps and the help are the same ones as in the support plan."</p>
            </header>
            {nothing}
            <div class="spends">{plan.spends.into_iter().map(spend).collect_view()}</div>
            {paid}
        </section>
    }
}

fn spend(spend: Spend) -> impl IntoView {
    let of = match (spend.spent, spend.allocated) {
        (Some(spent), Some(all)) => format!("{} of {} spent.", pounds(spent), pounds(all)),
        (None, Some(all)) => format!("{} set aside.", pounds(all)),
        (Some(spent), None) => format!("{} spent. No sum was set aside.", pounds(spent)),
        (None, None) => "No sum is written down.".to_owned(),
    };
    let share =
        spend.spent.zip(spend.allocated).and_then(|(spent, all)| (spent * 100).checked_div(all)).map(|percent| {
            view! {
                <svg class="spent" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="has" x="0.5" y="2" width="99" height="20" rx="1"></rect>
                    <rect class="used" x="0.5" y="2" width=percent.clamp(0, 99).to_string() height="20" rx="1"></rect>
                </svg>
            }
        });
    let step =
        if spend.step.is_empty() { "For no next step yet.".to_owned() } else { format!("For “{}”", spend.step) };
    view! {
        <article class="spend">
            <h3 dir="auto">{spend.purpose}</h3>
            {share}
            <p>
                <strong>{of}</strong>
            </p>
            <p dir="auto">{step}</p>
            <p dir="auto">{spend.impact}</p>
        </article>
    }
}

fn paid(help: PaidHelp) -> impl IntoView {
    let steps = if help.steps.is_empty() { "no next step yet".to_owned() } else { help.steps.join(" ") };
    let counted = help.counted.map(|counted| {
        let so_far = if counted.by_meeting { "" } else { ", of those told so far" };
        let extra = and_extra(counted.extra);
        format!(" {} of {} sessions happened{extra}{so_far}.", counted.happened, counted.planned)
    });
    view! {
        <li>
            <strong dir="auto">{help.name}</strong>
            <span dir="auto">{help.who} "." {counted}</span>
            <span class="for-step">
                <Icon name="right" />
                <span dir="auto">"For: " {steps}</span>
            </span>
        </li>
    }
}

#[component]
pub fn Steps(plan: Pep, name: String, plan_called: String) -> impl IntoView {
    view! {
        <section class="sheet span-6" aria-labelledby="h-steps">
            <header class="sheet-head with-side">
                <h2 id="h-steps">"Next steps"</h2>
                <a class="button" href=format!("/meetings/{}/record", plan.agreed_in) rel="external">
                    "The agreed "
                    {plan_called}
                </a>
            </header>
            // Under a heading of their own size, as on the child’s page.
            <h3 class="visually-hidden">"As agreed on " {dates::short(&plan.met_on)}</h3>
            <ul class="cycle-targets">
                {plan.targets.into_iter().map(|target| view! { <OneTarget target name=name.clone() /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
pub fn Learning(plan: Pep) -> impl IntoView {
    let row =
        |subject: Subject| [subject.name, subject.on_entry, subject.now, subject.predicted].map(IntoAny::into_any);
    view! {
        <section class="sheet span-6" aria-labelledby="h-learning">
            <header class="sheet-head">
                <h2 id="h-learning">"Learning"</h2>
                <p>"Filled in by the designated teacher."</p>
            </header>
            <Stacked
                caption="Learning by subject"
                columns=vec!["Subject", "Came in at", "Now", "Heading for"]
                rows=plan.subjects.into_iter().map(|subject| row(subject).into()).collect()
            />
        </section>
    }
}

/// What stands around learning. Attendance is measured in the meeting, for the support plan and this one alike.
#[component]
pub fn Around(plan: Pep) -> impl IntoView {
    let or = |words: Vec<String>, nothing: &str| if words.is_empty() { nothing.to_owned() } else { words.join("; ") };
    let measured = |all: Vec<Measured>| all.into_iter().map(in_words).collect::<Vec<_>>();
    const OLD: &str = "Nobody measured it for this plan: write this term’s among the baselines of the next meeting.";
    let attendance =
        measured(plan.attendance).into_iter().chain(plan.attendance_is_old.then(|| OLD.to_owned())).collect();
    const BASELINES: &str =
        "Not measured yet. In the meeting it stands among the baselines, once for this plan and the support plan.";
    const RESTRICTED: &str = "None yet. In the meeting it stands in the part of this plan that the child, the family and visitors are not sent.";
    let facts = [
        ("Attendance", or(attendance, BASELINES)),
        ("SDQ score", or(measured(plan.sdq), RESTRICTED)),
        ("Agencies", or(plan.agencies, "Nobody from outside was at the last meeting.")),
    ];
    let fact = |(what, words): (&'static str, String)| {
        view! {
            <div>
                <dt>{what}</dt>
                <dd dir="auto">{words}</dd>
            </div>
        }
    };
    view! {
        <section class="sheet" aria-labelledby="h-around">
            <header class="sheet-head">
                <h2 id="h-around">"Attendance, feelings, agencies"</h2>
                <p>"Attendance comes from the designated teacher, the SDQ score from the social worker."</p>
            </header>
            <dl class="facts">{facts.map(fact).into_iter().collect_view()}</dl>
        </section>
    }
}

/// “96.8 %, 2 July 2026”.
fn in_words(Measured { value, on }: Measured) -> String {
    if on.is_empty() { value } else { format!("{value}, {}", dates::short(&on)) }
}
