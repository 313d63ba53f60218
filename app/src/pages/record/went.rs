//! How last targets went: first whether the help happened, then whether it helped; and what each voice
//! says of it.

use leptos::prelude::*;
use shared::{
    record::{AgreedRecord, Delivery, ReviewedTarget, Scores, Statement},
    schema::{label_of, plain_of, review},
};

use super::{
    said::{Lines, is_pupils},
    steps::{Line, either},
};
use crate::{components::icon::Icon, pages::meeting::verdict_class, view::Pupil};

#[component]
pub(super) fn HowItWent(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    let AgreedRecord { reviews, remarks, impact, delivery, .. } = record;
    let (about_one, about_all): (Vec<Statement>, Vec<_>) =
        remarks.into_iter().partition(|remark| reviews.iter().any(|target| remark.about == Some(target.id)));
    // The pupil’s own about all of them stand at the head of the page.
    let about_all: Vec<_> =
        about_all.into_iter().filter(|remark| remark.about.is_some() || !is_pupils(remark, &pupil)).collect();
    let written: Vec<_> = reviews.iter().map(|target| target.delivered.as_str()).collect();
    let delivery: Vec<_> = delivery.iter().filter_map(|help| delivered(help, &written)).collect();
    let is_empty = reviews.is_empty() && about_all.is_empty() && impact.is_empty() && delivery.is_empty();
    (!is_empty).then(|| {
        let target = {
            let pupil = pupil.clone();
            move |target: ReviewedTarget| {
                let remarks: Vec<_> =
                    about_one.iter().filter(|remark| remark.about == Some(target.id)).cloned().collect();
                view! { <Reviewed target remarks pupil=pupil.clone() /> }
            }
        };
        view! {
            <section aria-labelledby="went">
                <h2 id="went">"How it went"</h2>
                {reviews.into_iter().map(target).collect_view()}
                {(!about_all.is_empty())
                    .then(|| {
                        view! {
                            <h3>"What each of us says"</h3>
                            <ul class="board-lines">
                                <Lines statements=about_all pupil />
                            </ul>
                        }
                    })}
                {(!delivery.is_empty())
                    .then(|| {
                        view! {
                            <h3>"Did the help happen?"</h3>
                            <ul class="board-lines">
                                {delivery.into_iter().map(|line| view! { <li class="typed">{line}</li> }).collect_view()}
                            </ul>
                        }
                    })}
                {(!impact.is_empty())
                    .then(|| {
                        view! {
                            <h3>"The difference it made"</h3>
                            <p class="typed" dir="auto">
                                {impact}
                            </p>
                        }
                    })}
            </section>
        }
    })
}

#[component]
fn Reviewed(target: ReviewedTarget, remarks: Vec<Statement>, pupil: Pupil) -> impl IntoView {
    let (class, icon) = verdict_class(&target.rating);
    let verdict = (!target.rating.is_empty()).then(|| {
        view! {
            <span class=format!("verdict {class}")>
                {icon.map(|name| view! { <Icon name /> })} {plain_of(review::RATINGS, &target.rating)}
            </span>
        }
    });
    let scores = scores(target.before, target.after, &pupil.name);
    let goal = if target.pupil_words.is_empty() { String::new() } else { target.title.clone() };
    let next = label_of(review::NEXT_STEPS, &target.next_step);
    view! {
        <div class="step">
            <div class="step-head">
                <h3>{either(target.pupil_words, target.title)}</h3>
                {verdict}
            </div>
            <dl>
                <Line label="The target" words=goal />
                <Line label="Did it happen?" words=target.delivered />
                <Line label="Before" words=target.baseline />
                <Line label="Now" words=target.exit />
                <Line label="Out of ten" words=scores />
                <Line label="What next" words=next />
            </dl>
            {(!remarks.is_empty())
                .then(|| {
                    view! {
                        <ul class="board-lines">
                            <Lines statements=remarks pupil />
                        </ul>
                    }
                })}
        </div>
    }
}

/// “Tomek 3, now 7. Home 4, now 6.”: three voices, never averaged.
pub(super) fn scores(before: Scores, after: Scores, pupil: &str) -> String {
    let voices = [
        (pupil, before.pupil, after.pupil),
        ("Home", before.home, after.home),
        ("School", before.school, after.school),
    ];
    let voice = |(name, before, after): (&str, Option<i64>, Option<i64>)| match (before, after) {
        (None, None) => None,
        (Some(before), None) => Some(format!("{name} {before}.")),
        (None, Some(after)) => Some(format!("{name} now {after}.")),
        (Some(before), Some(after)) => Some(format!("{name} {before}, now {after}.")),
    };
    voices.into_iter().filter_map(voice).collect::<Vec<_>>().join(" ")
}

/// “Lego group: 24 of 27 sessions. Harvest assembly.”; nothing where nobody has counted. Why not is said once, under the
/// target where somebody wrote it there; how often is said here, and nowhere else.
fn delivered(help: &Delivery, written: &[&str]) -> Option<String> {
    let sessions = match (help.delivered, help.planned) {
        (Some(delivered), Some(planned)) => format!("{delivered} of {planned} sessions."),
        (Some(delivered), None) => format!("{delivered} sessions."),
        (None, _) => String::new(),
    };
    let says_why = |written: &&str| [&help.name, &help.why_not].iter().all(|words| written.contains(*words));
    let why_not = if written.iter().any(says_why) { "" } else { help.why_not.as_str() };
    let words: Vec<_> = [sessions.as_str(), why_not].into_iter().filter(|words| !words.is_empty()).collect();
    (!words.is_empty()).then(|| format!("{}: {}", help.name, words.join(" ")))
}

#[cfg(test)]
mod tests {
    use shared::ItemId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn how_often_help_happened_is_never_without_its_name() {
        let help = Delivery {
            id: ItemId(Uuid::from_u128(1)),
            provision: String::new(),
            name: "Lego group".to_owned(),
            planned: Some(27),
            delivered: Some(24),
            why_not: "Sports day".to_owned(),
        };
        let said = "Lego group: 24 of 27 sessions. Sports day";
        assert_eq!(delivered(&help, &[]).as_deref(), Some(said));
        assert_eq!(delivered(&help, &["Missed: Sports day."]).as_deref(), Some(said));
        let once = "Lego group: 24 of 27 sessions.";
        assert_eq!(delivered(&help, &["Lego group. Missed: Sports day."]).as_deref(), Some(once));
    }

    #[test]
    fn three_voices_are_never_made_into_one() {
        let before = Scores { pupil: Some(3), home: Some(4), school: None };
        let after = Scores { pupil: Some(7), home: None, school: Some(5) };
        assert_eq!(scores(before, after, "Tomek"), "Tomek 3, now 7. Home 4. School now 5.");
        assert_eq!(scores(Scores::default(), Scores::default(), "Tomek"), "");
    }
}
