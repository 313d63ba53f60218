//! Outcomes, targets, provision and who does what; for staff, what it costs.

use shared::{
    PersonId, Role, Section,
    doc::{NewItem, SectionDoc},
    schema::{actions, plan, staff},
};

use super::{
    build::Story,
    data::{Cycle, ProposedTarget, Provision, Scores, Target},
    line_id,
};
use crate::seed::{SectionSeed, single_id};

pub(super) fn seed(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Plan);
    let facilitator = story.facilitator();
    seed.by(facilitator, |doc| {
        for outcome in &story.pupil.outcomes {
            let item = NewItem::default()
                .with("text", &outcome.text)
                .with("area", &outcome.area_of_need)
                .with("by", &outcome.by);
            doc.add(&plan::OUTCOMES, story.item(&outcome.id), item);
        }
    });
    match story.planned() {
        Some(cycle) => settled(&mut seed, story, cycle),
        None => proposed(&mut seed, story),
    }
    seed
}

/// A cycle that was agreed.
fn settled(seed: &mut SectionSeed, story: &Story, cycle: &Cycle) {
    let plan = &cycle.plan;
    seed.by(story.facilitator(), |doc| {
        for target in &plan.targets {
            doc.add(&plan::TARGETS, story.item(&target.id), settled_target(story, target, &plan.review_date));
        }
        for provision in &plan.provisions {
            let targets = provision.supports_targets.iter().map(String::as_str);
            doc.add(&plan::PROVISION, story.item(&provision.id), provision_item(story, provision, targets));
        }
        whole(doc, story, &plan.review_date, "continue");
    });
    let promises = &plan.responsibilities;
    for (list, who, lines) in [
        (&plan::BY_SCHOOL, story.facilitator(), &promises.school),
        (&plan::BY_HOME, story.first(Role::Parent), &promises.home),
        (&plan::BY_PUPIL, story.child(), &promises.pupil),
    ] {
        seed.by(who, |doc| {
            for (number, line) in lines.iter().enumerate() {
                doc.add(list, line_id(story.id, list.key, number), NewItem::by(who).with("text", line));
            }
        });
    }
}

/// What people mean to propose in the meeting to come, with the help that goes on meanwhile.
fn proposed(seed: &mut SectionSeed, story: &Story) {
    let upcoming = &story.pupil.upcoming_cycle;
    for target in &upcoming.proposed_targets {
        let by = proposer(story, target);
        let area = story.pupil.outcomes.iter().find(|outcome| outcome.id == target.outcome_id);
        let item = NewItem::by(by)
            .with("pupil_words", &target.pupil_friendly)
            .with("title", &target.title)
            .with("baseline", &target.baseline)
            .with("success", &target.smart)
            .with("by", &upcoming.review_due)
            .with("area", area.map(|outcome| outcome.area_of_need.as_str()).unwrap_or_default())
            .with("status", if target.status == "carried_on" { "carried_on" } else { "proposed" })
            .with("outcome", story.item(&target.outcome_id).to_string());
        seed.by(by, |doc| doc.add(&plan::TARGETS, story.item(&target.id), item));
    }
    seed.by(story.facilitator(), |doc| {
        for (provision, targets) in carried(story) {
            doc.add(&plan::PROVISION, story.item(&provision.id), provision_item(story, provision, targets.into_iter()));
        }
        whole(doc, story, &story.meeting.next_meeting, "");
    });
}

/// The help whose review said to continue or to adapt, with the targets it was for and those of the
/// same outcome that are proposed now.
fn carried<'a>(story: &Story<'a>) -> Vec<(&'a Provision, Vec<&'a str>)> {
    let Some(last) = story.reviewed() else { return vec![] };
    let goes_on = |target: &str| {
        last.review
            .target_reviews
            .iter()
            .any(|review| review.target_id == target && matches!(review.next_step.as_str(), "continue" | "adapt"))
    };
    let outcome =
        |target: &str| last.plan.targets.iter().find(|known| known.id == target).map(|known| known.outcome_id.as_str());
    let proposed = &story.pupil.upcoming_cycle.proposed_targets;
    let with_targets = last.plan.provisions.iter().map(|provision| {
        let old: Vec<&str> = provision.supports_targets.iter().map(String::as_str).filter(|id| goes_on(id)).collect();
        let new = proposed.iter().filter(|new| old.iter().any(|id| outcome(id) == Some(new.outcome_id.as_str())));
        let targets = new.map(|new| new.id.as_str()).chain(old.iter().copied()).collect();
        (provision, old.is_empty(), targets)
    });
    with_targets.filter(|(_, ended, _)| !ended).map(|(provision, _, targets)| (provision, targets)).collect()
}

fn proposer(story: &Story, target: &ProposedTarget) -> PersonId {
    match target.status.as_str() {
        "proposed_by_parent" => story.first(Role::Parent),
        "proposed_by_pupil" => story.child(),
        "proposed_by_specialist" => story.first(Role::Specialist),
        _ => story.facilitator(),
    }
}

fn settled_target(story: &Story, target: &Target, review_on: &str) -> NewItem {
    let item = NewItem::default()
        .with("pupil_words", &target.pupil_friendly)
        .with("title", &target.title)
        .with("baseline", &target.baseline)
        .with("success", &target.smart)
        .with("by", review_on)
        .with("area", &target.area_of_need)
        .with("status", "settled")
        .with("outcome", story.item(&target.outcome_id).to_string());
    scores(item, "before", &target.tmer_baseline)
}

/// Three voices, of which some may be silent.
pub(super) fn scores(mut item: NewItem, when: &'static str, scores: &Scores) -> NewItem {
    let fields = match when {
        "before" => ["before_pupil", "before_home", "before_school"],
        _ => ["after_pupil", "after_home", "after_school"],
    };
    for (field, score) in fields.into_iter().zip([scores.pupil, scores.home, scores.school]) {
        if let Some(score) = score {
            item = item.with_number(field, score);
        }
    }
    item
}

fn provision_item<'a>(story: &Story, provision: &Provision, targets: impl Iterator<Item = &'a str>) -> NewItem {
    let frequency = &provision.frequency;
    let often = match (frequency.sessions_per_week, frequency.sessions_planned) {
        (0, 0) => String::new(),
        (0, sessions) => format!("{sessions} in all, {} min each", frequency.minutes_per_session),
        (weekly, _) => format!("{weekly} a week, {} min each", frequency.minutes_per_session),
    };
    let targets: Vec<String> = targets.map(|id| story.item(id).to_string()).collect();
    let mut item = NewItem::default()
        .with("name", &provision.name)
        .with("who", story.name(&provision.delivered_by))
        .with("often", often)
        .with("place", &provision.place)
        .with("tier", &provision.tier)
        .with("area", &provision.area_of_need)
        .with("targets", targets.join(" "))
        .with("ratio", &provision.ratio)
        .with("evidence", &provision.evidence_base);
    for (field, number) in [
        ("sessions_per_week", frequency.sessions_per_week),
        ("minutes", frequency.minutes_per_session),
        ("weeks", frequency.weeks),
        ("sessions", frequency.sessions_planned),
    ] {
        // Nought means that it has no such number: what every lesson does is not counted.
        if number > 0 {
            item = item.with_number(field, number);
        }
    }
    item
}

fn whole(doc: &SectionDoc, story: &Story, review_on: &str, decision: &str) {
    let (list, id) = (&plan::WHOLE, single_id(story.id, Section::Plan, &plan::WHOLE));
    doc.set_words(list, id, "review_on", review_on);
    doc.set_words(list, id, "decision", decision);
}

/// Who does what by when, and whether the help of the cycle under review happened.
pub(super) fn actions(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Do);
    seed.by(story.facilitator(), |doc| {
        for action in &story.meeting.actions {
            let item = NewItem::default()
                .with("what", &action.action)
                .with("who", story.name(&action.owner_person_id))
                .with("by", &action.due);
            // To do, as it was when it was written down.
            doc.add(&actions::ACTIONS, story.item(&action.id), item);
        }
        let Some(cycle) = story.reviewed() else { return };
        for delivery in &cycle.delivered.delivery {
            let provision = cycle.plan.provisions.iter().find(|known| known.id == delivery.provision_id);
            let supports = provision.map(|provision| provision.supports_targets.as_slice()).unwrap_or_default();
            let targets: Vec<String> = supports.iter().map(|target| story.item(target).to_string()).collect();
            let item = NewItem::default()
                .with("name", provision.map(|provision| provision.name.as_str()).unwrap_or_default())
                .with("provision", story.item(&delivery.provision_id).to_string())
                .with("targets", targets.join(" "))
                .with("why_not", &delivery.why_not)
                .with_number("planned", delivery.planned)
                .with_number("delivered", delivery.delivered);
            doc.add(&actions::DELIVERY, story.item(&delivery.provision_id), item);
        }
    });
    seed
}

/// What each provision on the plan costs.
pub(super) fn costs(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Costs);
    let provisions: Vec<&Provision> = match story.planned() {
        Some(cycle) => cycle.plan.provisions.iter().collect(),
        None => carried(story).into_iter().map(|(provision, _)| provision).collect(),
    };
    seed.by(story.facilitator(), |doc| {
        for provision in provisions {
            let item = NewItem::default()
                .with("provision", story.item(&provision.id).to_string())
                .with("funding", &provision.cost.funding_source)
                .with_number("pence_per_pupil", pence(provision.cost.cost_per_pupil));
            doc.add(&staff::COSTS, story.item(&provision.id), item);
        }
    });
    seed
}

/// The staff’s notes from the cycle under review.
pub(super) fn staff(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::StaffPreparation);
    let notes = story.reviewed().map(|cycle| cycle.delivered.notes.as_slice()).unwrap_or_default();
    for (number, note) in notes.iter().enumerate() {
        let by = story.person(&note.by);
        let item = NewItem { said_by: Some(by), said_on: note.date.clone(), ..NewItem::default() };
        seed.by(by, |doc| {
            doc.add(&staff::NOTES, line_id(story.id, staff::NOTES.key, number), item.with("text", &note.text));
        });
    }
    seed
}

pub(super) fn pence(pounds: f64) -> i64 {
    (pounds * 100.0).round() as i64
}
