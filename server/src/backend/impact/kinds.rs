//! The sums for each kind of help.
//!
//! A mark is one target of one child in one plan: it is one mark of a kind, however often that kind stands in the plan.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use app::view::map::ImpactRow;
use shared::{ItemId, PupilId, RecordId, schema::review};

use crate::{
    backend::map::key,
    db::worked::{LookedBack, Reviewed},
};

/// The same help by another capital or space is one row, named as its first plan named it. Of help that nobody has
/// judged, missed or counted there is nothing to say, and no row. The help comes in the order of terms.
pub(super) fn rows(helps: &[LookedBack], reviewed: &[Reviewed]) -> Vec<ImpactRow> {
    let mut by_review: HashMap<RecordId, Vec<&Reviewed>> = HashMap::new();
    for target in reviewed {
        by_review.entry(target.review).or_default().push(target);
    }
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for help in helps {
        let kind = kinds.entry(key(&help.name)).or_insert_with(|| Kind::named(&help.name, &help.area));
        let of_it = by_review.get(&help.review).into_iter().flatten().copied();
        let of_it = of_it.filter(|target| help.targets.contains(&target.target));
        kind.add(help, of_it.filter(|target| target.rating == NOT_TRIED || !help.never));
    }
    kinds.into_values().filter_map(Kind::row).collect()
}

/// The support did not happen as planned.
const NOT_TRIED: &str = "NOT_DELIVERED";

#[derive(Default)]
struct Kind<'a> {
    row: ImpactRow,
    who: BTreeSet<&'a str>,
    children: BTreeSet<PupilId>,
    judged_children: BTreeSet<PupilId>,
    marked: HashSet<(RecordId, ItemId)>,
    /// Somebody counted its sessions, or rated a target of it.
    is_known: bool,
    /// In how many cases a target could be judged, in how many of these it is known how long the help was given, and how
    /// long that is together.
    judged: usize,
    timed: usize,
    minutes: i64,
}

impl<'a> Kind<'a> {
    fn named(name: &str, area: &str) -> Self {
        let row = ImpactRow { name: name.to_owned(), area: area.to_owned(), ..ImpactRow::default() };
        Self { row, ..Self::default() }
    }

    fn add<'b>(&mut self, help: &'a LookedBack, targets: impl Iterator<Item = &'b Reviewed>) {
        let row = &mut self.row;
        self.who.extend(Some(help.who.as_str()).filter(|who| !who.is_empty()));
        self.children.insert(help.pupil);
        if let Some((planned, happened)) = help.counted {
            self.is_known = true;
            row.under_no_step += u32::from(help.targets.is_empty());
            row.planned += planned;
            // More than planned of one help must not hide what another missed.
            row.delivered += happened.min(planned);
            row.extra += (happened - planned).max(0);
        }
        // A plan that was replaced and never counted has no sessions in these sums: nor has it a cost.
        if help.counted.is_some() || !help.replaced {
            add(&mut row.pence, help.pence);
        }
        let mut is_judged = false;
        for target in targets {
            self.is_known = true;
            let steps = review::steps(&target.rating);
            is_judged |= steps.is_some();
            if self.marked.insert((help.plan, target.target)) {
                mark(row, steps, target);
            }
        }
        // Its time and its cost go into those of a step, also where the mark stands at another help of its kind.
        if is_judged {
            self.judged += 1;
            self.judged_children.insert(help.pupil);
            add(&mut row.judged_pence, help.pence);
            if let Some(((_, happened), minutes)) = help.counted.zip(help.minutes) {
                self.timed += 1;
                self.minutes += happened * minutes;
            }
        }
    }

    fn row(self) -> Option<ImpactRow> {
        let count = |children: &BTreeSet<_>| u32::try_from(children.len()).unwrap_or(u32::MAX);
        self.is_known.then(|| ImpactRow {
            who: self.who.iter().copied().collect::<Vec<_>>().join(", "),
            children: count(&self.children),
            judged_children: count(&self.judged_children),
            // Where it is not known how long one child had it, it is not known how long it took.
            minutes: (self.judged > 0 && self.judged == self.timed).then_some(self.minutes),
            ..self.row
        })
    }
}

/// A score counts where the same voice gave one before and one after, and the target could be judged.
fn mark(row: &mut ImpactRow, steps: Option<i64>, target: &Reviewed) {
    match target.rating.as_str() {
        "EXCEEDED" | "ACHIEVED" => row.got_there += 1,
        "PARTLY" | "SMALL_STEPS" => row.part_way += 1,
        "NOT_YET" => row.not_yet += 1,
        NOT_TRIED => row.not_tried += 1,
        _ => {}
    }
    let Some(steps) = steps else { return };
    row.steps += steps;
    for (before, after) in target.scores.iter().filter_map(|(before, after)| before.zip(*after)) {
        row.before += before;
        row.after += after;
        row.scored += 1;
    }
}

fn add(sum: &mut Option<i64>, pence: Option<i64>) {
    if let Some(pence) = pence {
        *sum = Some(sum.unwrap_or(0) + pence);
    }
}
