//! What a meeting’s sections hold for the education plan, and no other plan has.

use app::view::pep::{Hope, Measured, Spend, Subject, Wish};
use shared::{
    ItemId, Section,
    doc::SectionDoc,
    pep::{self, Lines, Parts},
    record::AgreedRecord,
    schema::{List, pep as lists, views::VIEWS},
};

use super::words_of;

pub(super) struct Written {
    pub(super) wishes: Vec<Wish>,
    pub(super) subjects: Vec<Subject>,
    pub(super) about: Vec<String>,
    pub(super) hopes: Vec<Hope>,
    pub(super) spends: Vec<Spend>,
    /// In the order of their days.
    pub(super) sdq: Vec<Measured>,
    pub(super) moving_on: Vec<String>,
}

impl Written {
    /// A spend is for one of these steps, or for none: of an earlier plan nobody looks back on any more.
    pub(super) fn read<'a>(section: impl Fn(Section) -> Option<&'a SectionDoc>, record: &AgreedRecord) -> Self {
        let (doc, restricted) = (section(Section::Pep), section(Section::PepRestricted));
        // The child’s own hand is in views of their own; what was asked for this plan is beside them.
        let mut wishes = each(section(Section::PupilViews), &VIEWS, |doc, list, id| wish(doc, list, id, "answer"));
        wishes.extend(each(doc, &lists::WISHES, |doc, list, id| wish(doc, list, id, "text")));
        wishes.retain(|wish| !wish.words.is_empty());
        let steps = steps(record);
        let step = |id: String| steps.iter().find(|(step, _)| *step == id).map(|(_, words)| words.clone());
        Self {
            wishes,
            about: each(doc, &lists::ABOUT, |doc, list, id| doc.words(list, id, "text")),
            hopes: each(doc, &lists::HOPES, |doc, list, id| Hope {
                words: doc.words(list, id, "text"),
                next: doc.words(list, id, "next"),
            }),
            subjects: each(doc, &lists::ATTAINMENT, |doc, list, id| Subject {
                name: doc.words(list, id, "subject"),
                on_entry: doc.words(list, id, "on_entry"),
                now: doc.words(list, id, "now"),
                predicted: doc.words(list, id, "predicted"),
            }),
            spends: each(restricted, &lists::PREMIUM, |doc, list, id| Spend {
                purpose: doc.words(list, id, "purpose"),
                step: step(doc.words(list, id, "targets")).unwrap_or_default(),
                allocated: doc.number(list, id, "allocated_pence"),
                spent: doc.number(list, id, "spent_pence"),
                impact: doc.words(list, id, "impact"),
            }),
            sdq: scores(restricted),
            moving_on: each(doc, &lists::TRANSITION, |doc, list, id| doc.words(list, id, "text")),
        }
    }

    /// Without what other sections say. What stands as it did in the plan before is told apart.
    pub(super) fn parts(&self, last: Option<&Self>) -> Parts {
        let said = |spend: &Spend| Some(spend.impact.clone()).filter(|words| !words.is_empty());
        let spend = |spend: &Spend| pep::Spend {
            purpose: spend.purpose.clone(),
            is_costed: spend.allocated.is_some_and(|pence| pence > 0),
            is_overspent: spend.spent > spend.allocated,
            has_step: !spend.step.is_empty(),
            what_it_changed: lines(said(spend), last.map(|last| last.spends.iter().filter_map(said))),
        };
        let now = |written: &'_ Self| -> Vec<(String, String)> {
            let said = written.subjects.iter().filter(|subject| !subject.now.is_empty());
            said.map(|subject| (subject.name.clone(), subject.now.clone())).collect()
        };
        let words =
            |written: &'_ Self| -> Vec<String> { written.wishes.iter().map(|wish| wish.words.clone()).collect() };
        Parts {
            wishes: lines(words(self), last.map(words)),
            subjects: self.subjects.len(),
            subjects_now: lines(now(self), last.map(now)),
            spends: self.spends.iter().map(spend).collect(),
            moving_on: lines(&self.moving_on, last.map(|last| &last.moving_on)),
            about: self.about.len(),
            hopes: self.hopes.len(),
            hopes_led_to: self.hopes.iter().filter(|hope| !hope.next.is_empty()).count(),
            ..Parts::default()
        }
    }
}

/// How many of these stood in the last plan word for word.
fn lines<T: PartialEq>(now: impl IntoIterator<Item = T>, last: Option<impl IntoIterator<Item = T>>) -> Lines {
    let last: Vec<T> = last.into_iter().flatten().collect();
    let (from_last, new): (Vec<T>, Vec<T>) = now.into_iter().partition(|line| last.contains(line));
    Lines { new: new.len(), from_last: from_last.len() }
}

/// What this meeting agreed, and what it looked back on: the money was spent before, and is set aside for what comes.
fn steps(record: &AgreedRecord) -> Vec<(String, String)> {
    let planned = record.targets.iter().map(|step| (step.id, words_of(&step.pupil_words, &step.title)));
    let reviewed = record.reviews.iter().map(|step| (step.id, words_of(&step.pupil_words, &step.title)));
    planned.chain(reviewed).map(|(id, words)| (id.to_string(), words)).collect()
}

/// “17 (carer)” and its day; a line without a number says nothing yet.
fn scores(doc: Option<&SectionDoc>) -> Vec<Measured> {
    let (Some(doc), list) = (doc, &lists::SDQ) else { return vec![] };
    let score = |id| {
        let (total, by) = (doc.number(list, id, "total")?, doc.words(list, id, "by"));
        let value = if by.is_empty() { total.to_string() } else { format!("{total} ({by})") };
        Some(Measured { value, on: doc.words(list, id, "measured_on") })
    };
    let mut scores: Vec<_> = doc.items(list).into_iter().filter_map(score).collect();
    scores.sort_by(|one, other| one.on.cmp(&other.on));
    scores
}

fn wish(doc: &SectionDoc, list: &'static List, id: ItemId, field: &str) -> Wish {
    let meta = doc.meta(list, id);
    Wish {
        question: doc.words(list, id, "question"),
        words: doc.words(list, id, field),
        captured: meta.as_ref().map(|meta| meta.captured.clone()).unwrap_or_default(),
        said_on: meta.map(|meta| meta.said_on).unwrap_or_default(),
    }
}

/// Every line that says something.
fn each<T>(
    doc: Option<&SectionDoc>,
    list: &'static List,
    make: impl Fn(&SectionDoc, &'static List, ItemId) -> T,
) -> Vec<T> {
    let Some(doc) = doc else { return vec![] };
    let says = |id: &ItemId| list.texts().any(|field| !doc.words(list, *id, field.key).trim().is_empty());
    doc.items(list).into_iter().filter(says).map(|id| make(doc, list, id)).collect()
}
