//! How last targets went, and what may be shared of a looked-after pupil’s personal education plan.

use shared::{
    Role, Section,
    doc::NewItem,
    schema::{pep, review},
    splice::Splice,
};

use super::{
    build::Story,
    data::{Cycle, OwnWords, TargetReview},
    line_id,
    plan::{pence, scores},
};
use crate::seed::{SectionSeed, single_id};

pub(super) fn seed(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Review);
    let Some(cycle) = story.reviewed() else { return seed };
    let review = &cycle.review;
    seed.by(story.facilitator(), |doc| {
        for target in &review.target_reviews {
            doc.add(&review::TARGETS, story.item(&target.target_id), reviewed(cycle, target));
        }
        // What to do about it is for the meeting to decide, if it is still to come.
        let decided = if story.is_upcoming() { String::new() } else { format!(" {}", review.decision) };
        let id = single_id(story.id, Section::Review, &review::WHOLE);
        let impact = Splice { at: 0, delete: 0, insert: review.impact_summary.clone() + &decided };
        doc.splice(&review::WHOLE, id, "impact", &impact);
    });

    let list = &review::REMARKS;
    let remarks =
        review.target_reviews.iter().flat_map(|target| target.comments.iter().map(move |said| (target, said)));
    let mut number = 0;
    for (target, said) in remarks {
        let by = story.person(&said.by_person_id);
        let item = NewItem::by(by).with("text", &said.text).with("target", story.item(&target.target_id).to_string());
        seed.by(by, |doc| doc.add(list, line_id(story.id, list.key, number), item));
        number += 1;
    }
    let child = story.child();
    let voice = own_words(story, &review.pupil_voice).with("text", &review.pupil_voice.text);
    seed.by(child, |doc| doc.add(list, line_id(story.id, list.key, number), voice));
    let parent = story.first(Role::Parent);
    let view = NewItem::by(parent).with("text", &review.parent_view);
    seed.by(parent, |doc| doc.add(list, line_id(story.id, list.key, number + 1), view));
    seed
}

fn reviewed(cycle: &Cycle, review: &TargetReview) -> NewItem {
    let mut item = NewItem::default()
        .with("exit", &review.exit_data)
        .with("delivered", delivered(cycle, &review.target_id))
        .with("rating", &review.rating)
        .with("next_step", &review.next_step);
    if let Some(target) = cycle.plan.targets.iter().find(|target| target.id == review.target_id) {
        item = item
            .with("pupil_words", &target.pupil_friendly)
            .with("title", &target.title)
            .with("baseline", &target.baseline)
            .with("success", &target.smart)
            .with("area", &target.area_of_need);
        item = scores(item, "before", &target.tmer_baseline);
    }
    scores(item, "after", &review.tmer_review)
}

/// “Lego group. Missed: Harvest assembly and two staff training days.” for each help that was counted. How often it
/// happened is counted once, beside the help.
fn delivered(cycle: &Cycle, target: &str) -> String {
    let counted = cycle.delivered.delivery.iter().filter_map(|delivery| {
        let help = cycle.plan.provisions.iter().find(|provision| provision.id == delivery.provision_id)?;
        help.supports_targets.iter().any(|supported| supported == target).then_some((help, delivery))
    });
    counted
        .map(|(help, delivery)| match delivery.why_not.as_str() {
            "" => format!("{}, as planned.", help.name),
            why_not => format!("{}. Missed: {why_not}.", help.name),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn own_words(story: &Story, words: &OwnWords) -> NewItem {
    NewItem {
        said_by: Some(story.child()),
        captured: words.captured.clone(),
        said_on: words.date.clone(),
        ..NewItem::default()
    }
}

/// Nothing of care, placement or contact: those are not read from the file at all.
pub(super) fn pep(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Pep);
    let Some(plan) = story.pupil.peps.iter().find(|plan| plan.meeting_id == story.meeting.id) else { return seed };
    let plan = &plan.sections;
    let id = |list: &str, number| line_id(story.id, &format!("pep/{list}"), number);
    seed.by(story.facilitator(), |doc| {
        for (number, subject) in plan.my_attainment.iter().enumerate() {
            let item = NewItem::default()
                .with("subject", &subject.subject)
                .with("on_entry", &subject.on_entry)
                .with("now", &subject.now)
                .with("predicted", &subject.predicted_end_ks2);
            doc.add(&pep::ATTAINMENT, id(pep::ATTAINMENT.key, number), item);
        }
        for (number, words) in plan.about_me.iter().enumerate() {
            doc.add(&pep::ABOUT, id(pep::ABOUT.key, number), NewItem::default().with("text", words));
        }
        for (number, hope) in plan.hopes.iter().enumerate() {
            let item = NewItem::default().with("text", &hope.hope).with("next", &hope.next);
            doc.add(&pep::HOPES, id(pep::HOPES.key, number), item);
        }
        let step = NewItem::default().with("text", &plan.transition);
        doc.add(&pep::TRANSITION, id(pep::TRANSITION.key, 0), step);
    });
    seed.by(story.child(), |doc| {
        for (number, words) in plan.my_views.iter().enumerate() {
            doc.add(&pep::WISHES, id(pep::WISHES.key, number), own_words(story, words).with("text", &words.text));
        }
    });
    seed
}

/// The premium with its money, and the scores: for those who answer for the plan.
pub(super) fn pep_restricted(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::PepRestricted);
    let Some(plan) = story.pupil.peps.iter().find(|plan| plan.meeting_id == story.meeting.id) else { return seed };
    let id = |list: &str, number| line_id(story.id, &format!("pep/{list}"), number);
    seed.by(story.facilitator(), |doc| {
        for (number, spend) in plan.sections.pupil_premium_plus.iter().enumerate() {
            let steps: Vec<_> = spend.target_ids.iter().map(|target| story.item(target).to_string()).collect();
            let item = NewItem::default()
                .with("purpose", &spend.purpose)
                .with("targets", steps.join(" "))
                .with("impact", &spend.impact)
                .with_number("allocated_pence", pence(spend.allocated))
                .with_number("spent_pence", pence(spend.spent));
            doc.add(&pep::PREMIUM, id(pep::PREMIUM.key, number), item);
        }
        for (number, score) in plan.sections.wellbeing.sdq.iter().enumerate() {
            let item = NewItem::default()
                .with("measured_on", &score.date)
                .with("by", &score.by)
                .with_number("total", score.total);
            doc.add(&pep::SDQ, id(pep::SDQ.key, number), item);
        }
    });
    seed
}
