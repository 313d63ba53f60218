//! A child’s records as passes of assess, plan, do, review: what one meeting planned is what the next one looked back on.

use std::collections::BTreeSet;

use app::view::pupils::{Cycle, CycleTarget};
use shared::{
    PersonId, RecordId,
    record::{AgreedRecord, Response, ReviewedTarget},
    rights::{Matter, Tie, may_see},
    role::Side,
};

use crate::db::help::{Given, Rated, Step};

/// Oldest first, as the records are.
pub(super) fn of(records: &[AgreedRecord], given: &[Given], child: PersonId) -> Vec<Cycle> {
    records.iter().enumerate().map(|(at, plan)| cycle(plan, records.get(at + 1), given, child)).collect()
}

/// All of them, or what holds now alone: which steps there are, and neither who was against them nor how others went.
pub(super) fn seen(mut cycles: Vec<Cycle>, tie: Tie) -> Vec<Cycle> {
    if may_see(Matter::Plan, tie) {
        return cycles;
    }
    let now = cycles.pop().filter(|_| may_see(Matter::Support, tie));
    now.into_iter().map(|cycle| Cycle { disagreed: vec![], ..cycle }).collect()
}

fn cycle(plan: &AgreedRecord, review: Option<&AgreedRecord>, given: &[Given], child: PersonId) -> Cycle {
    let help: Vec<&Given> = given.iter().filter(|help| help.meeting == plan.meeting.id).collect();
    let counted = || help.iter().filter_map(|help| help.counted());
    let remarks = review.map(|review| review.remarks.as_slice()).unwrap_or_default();
    let (pupil_said, others_said): (Vec<_>, Vec<_>) =
        remarks.iter().cloned().partition(|remark| remark.said_by == Some(child));
    let of_no_days = review.is_some_and(|review| review.meeting.held_on <= plan.meeting.held_on);
    Cycle {
        planned_in: plan.meeting.id,
        planned_on: plan.meeting.held_on.clone(),
        reviewed_in: review.map(|review| (review.meeting.id, review.meeting.held_on.clone())),
        review_on: plan.review_on.clone(),
        of_no_days,
        term: match help.first() {
            _ if of_no_days => "Replaced on the same day".to_owned(),
            Some(help) => app::view::map::term_words(&help.term),
            None => "Without extra help".to_owned(),
        },
        targets: plan
            .targets
            .iter()
            .map(|target| {
                let found = review.and_then(|review| review.reviews.iter().find(|found| found.id == target.id));
                CycleTarget {
                    id: target.id,
                    pupil_words: target.pupil_words.clone(),
                    title: target.title.clone(),
                    baseline: target.baseline.clone(),
                    reached: found.map_or_else(|| target.success.clone(), |found| found.exit.clone()),
                    rating: found.map(|found| found.rating.clone()).unwrap_or_default(),
                    before: found.map_or(target.before, |found| found.before),
                    after: found.map(|found| found.after).unwrap_or_default(),
                }
            })
            .collect(),
        planned: match review {
            // Of help that nobody counted nothing is known.
            Some(_) => counted().map(|counted| counted.planned).sum(),
            None => help.iter().filter_map(|help| help.sessions).sum(),
        },
        always_there: match review {
            Some(_) => vec![],
            None => {
                let always = help.iter().filter(|help| help.sessions.unwrap_or(0) == 0);
                always.map(|help| help.name.clone()).collect()
            }
        },
        delivered: review.and_then(|_| counted().map(|counted| counted.delivered).reduce(|all, one| all + one)),
        extra: counted().map(|counted| counted.extra).filter(|_| review.is_some()).sum(),
        uncounted: match review {
            Some(_) => help.iter().filter(|help| help.counted().is_none()).filter_map(|help| help.sessions).sum(),
            None => 0,
        },
        looked_back: review.is_some_and(|review| {
            let is_said = |found: &ReviewedTarget| !found.rating.is_empty() || !found.exit.trim().is_empty();
            plan.targets.is_empty() || review.reviews.iter().any(is_said)
        }),
        why_not: match review {
            Some(_) => help.iter().map(|help| help.missed()).filter(|why| !why.is_empty()).collect(),
            None => vec![],
        },
        pupil_said,
        others_said,
        decided: review.map(|review| review.decision.clone()).unwrap_or_default(),
        disagreed: plan
            .agreements
            .iter()
            .filter(|answer| matches!(answer.response, Response::Disagree | Response::PartlyDisagree))
            // A child’s “not all of it” is between the child and the table.
            .filter(|answer| answer.role.side() != Side::Pupil)
            .map(|answer| (answer.name.clone(), answer.comment.clone()))
            .collect(),
    }
}

/// Areas in which neither of the last two reviews found more than a small step, and steps of which both found no more,
/// however others of their area went, as “Know the new school”. What did not happen is not counted: nobody could judge it.
pub(in crate::backend) fn little_progress(rated: &[Rated]) -> Vec<String> {
    let reviews = reviews(rated);
    let [.., before, last] = reviews[..] else { return vec![] };
    let (stuck_before, stuck_last) = (stuck(rated, before), stuck(rated, last));
    let areas: BTreeSet<&str> = stuck_before.intersection(&stuck_last).copied().collect();
    let failed = |review| rated.iter().filter(move |target| target.review == review && is_little(target));
    let again = failed(last)
        .filter(|step| !areas.contains(step.area.as_str()))
        .filter(|step| failed(before).any(|earlier| is_same_step(earlier, &step.title, &step.pupil_words)))
        .map(|step| quoted(&step.title, &step.pupil_words));
    let again: BTreeSet<String> = again.collect();
    areas.iter().map(|area| (*area).to_owned()).chain(again).collect()
}

/// What the last review found little progress in that this step asks about again, its area or the step itself: one more
/// such review makes it two.
pub(in crate::backend) fn little_at_last(rated: &[Rated], step: &Step) -> Option<String> {
    let last = reviews(rated).last().copied()?;
    if stuck(rated, last).contains(step.area.as_str()) {
        return Some(step.area.clone());
    }
    let mut failed = rated.iter().filter(|target| target.review == last && is_little(target));
    let is_again = failed.any(|earlier| is_same_step(earlier, &step.title, &step.pupil_words));
    is_again.then(|| quoted(&step.title, &step.pupil_words))
}

/// A step that is carried on is written anew in the next plan: it is known by its words, the child’s or the school’s.
fn is_same_step(earlier: &Rated, title: &str, pupil_words: &str) -> bool {
    let is_same = |one: &str, other: &str| {
        let plain = |words: &str| words.trim().trim_end_matches('.').to_lowercase();
        !one.trim().is_empty() && plain(one) == plain(other)
    };
    is_same(&earlier.title, title) || is_same(&earlier.pupil_words, pupil_words)
}

fn quoted(title: &str, pupil_words: &str) -> String {
    let words = if pupil_words.is_empty() { title } else { pupil_words };
    format!("“{}”", words.trim_end_matches('.'))
}

fn is_little(target: &Rated) -> bool {
    matches!(target.rating.as_str(), "NOT_YET" | "SMALL_STEPS")
}

fn reviews(rated: &[Rated]) -> Vec<RecordId> {
    let mut reviews: Vec<RecordId> = rated.iter().map(|target| target.review).collect();
    reviews.dedup();
    reviews
}

fn stuck(rated: &[Rated], review: RecordId) -> BTreeSet<&str> {
    let judged = || {
        rated
            .iter()
            .filter(move |target| target.review == review && !target.area.is_empty())
            .filter(|target| !matches!(target.rating.as_str(), "" | "NOT_DELIVERED"))
    };
    let all = |area: &str| judged().filter(|target| target.area == area).all(is_little);
    judged().map(|target| target.area.as_str()).filter(|area| all(area)).collect()
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, PupilId};
    use uuid::Uuid;

    use super::*;

    /// In this review, of the child’s feelings: these words, and how it went.
    fn step(review: u128, title: &str, rating: &str) -> Rated {
        Rated {
            review: RecordId(Uuid::from_u128(review)),
            target: ItemId(Uuid::nil()),
            title: title.to_owned(),
            pupil_words: String::new(),
            pupil: PupilId(Uuid::nil()),
            area: "SEMH".to_owned(),
            rating: rating.to_owned(),
        }
    }

    #[test]
    fn a_step_that_failed_twice_is_named_however_the_others_of_its_area_went() {
        let second = |title, rating| {
            let first = [step(1, "Know the new school.", "SMALL_STEPS"), step(1, "Ask for help", "ACHIEVED")];
            first.into_iter().chain([step(2, title, rating), step(2, "Ask for help", "ACHIEVED")]).collect::<Vec<_>>()
        };
        assert_eq!(little_progress(&second("Know the new school", "NOT_YET")), ["“Know the new school”"]);
        // It went well, another step failed, it was not tried.
        for other in
            [("Know the new school", "PARTLY"), ("Find the hall", "NOT_YET"), ("Know the new school", "NOT_DELIVERED")]
        {
            assert_eq!(little_progress(&second(other.0, other.1)), Vec::<String>::new(), "{other:?}");
        }
        let all = [step(1, "Know the new school", "NOT_YET"), step(2, "Know the new school", "NOT_YET")];
        assert_eq!(little_progress(&all), ["SEMH"], "the area says it already");
    }
}
