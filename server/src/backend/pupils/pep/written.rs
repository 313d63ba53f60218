//! What a meeting’s sections hold for the education plan, and no other plan has.

use app::view::pep::{Spend, Subject, Wish};
use shared::{
    ItemId, Section,
    doc::SectionDoc,
    pep::{self, Parts},
    schema::{List, pep as lists, staff, views::VIEWS},
};

pub(super) struct Written {
    pub(super) wishes: Vec<Wish>,
    pub(super) subjects: Vec<Subject>,
    pub(super) spends: Vec<Spend>,
    pub(super) moving_on: Vec<String>,
}

impl Written {
    pub(super) fn read<'a>(section: impl Fn(Section) -> Option<&'a SectionDoc>) -> Self {
        let (doc, money) = (section(Section::Pep), section(Section::StaffPreparation));
        // The child’s own hand is in views of their own; what was asked for this plan is beside them.
        let mut wishes = each(section(Section::PupilViews), &VIEWS, |doc, list, id| wish(doc, list, id, "answer"));
        wishes.extend(each(doc, &lists::WISHES, |doc, list, id| wish(doc, list, id, "text")));
        wishes.retain(|wish| !wish.words.is_empty());
        let pence = |spend: ItemId, field: &str| {
            let (money, list, spend) = (money?, &staff::SPENDS, spend.to_string());
            let line = money.items(list).into_iter().find(|line| money.words(list, *line, "spend") == spend)?;
            money.number(list, line, field)
        };
        Self {
            wishes,
            subjects: each(doc, &lists::ATTAINMENT, |doc, list, id| Subject {
                name: doc.words(list, id, "subject"),
                on_entry: doc.words(list, id, "on_entry"),
                now: doc.words(list, id, "now"),
                predicted: doc.words(list, id, "predicted"),
            }),
            spends: each(doc, &lists::PREMIUM, |doc, list, id| Spend {
                purpose: doc.words(list, id, "purpose"),
                allocated: pence(id, "allocated_pence"),
                spent: pence(id, "spent_pence"),
                impact: doc.words(list, id, "impact"),
            }),
            moving_on: each(doc, &lists::TRANSITION, |doc, list, id| doc.words(list, id, "text")),
        }
    }

    /// Without what other sections say.
    pub(super) fn parts(&self) -> Parts {
        let spend = |spend: &Spend| pep::Spend {
            purpose: spend.purpose.clone(),
            is_costed: spend.allocated.is_some_and(|pence| pence > 0),
            says_what_it_changed: !spend.impact.is_empty(),
        };
        Parts {
            wishes: self.wishes.len(),
            subjects: self.subjects.len(),
            subjects_now: self.subjects.iter().filter(|subject| !subject.now.is_empty()).count(),
            spends: self.spends.iter().map(spend).collect(),
            moving_on: !self.moving_on.is_empty(),
            ..Parts::default()
        }
    }
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
