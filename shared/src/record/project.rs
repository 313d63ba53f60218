//! From the sections to the record.

use std::collections::BTreeMap;

use super::{
    Action, AgreedRecord, Agreement, Arrangement, Attendee, Baseline, Delivery, MeetingFacts, Missing, Need, Outcome,
    Provision, ReviewedTarget, Target,
    items::{each, kept},
    missing::missing,
    said::{Voices, differences, statement_lists, statements},
};
use crate::{
    PersonId, Section,
    doc::SectionDoc,
    hand::Owners,
    schema::{self, List, actions, assess, passport, plan, review},
};

/// The record that these sections make, or everything that is still missing.
pub fn project(sections: &BTreeMap<Section, SectionDoc>, facts: Facts) -> Result<AgreedRecord, Vec<Missing>> {
    let missing = missing(sections);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(draft(sections, facts))
}

/// The record as these sections would make it now, whatever is missing.
pub fn draft(sections: &BTreeMap<Section, SectionDoc>, facts: Facts) -> AgreedRecord {
    let voices = Voices { names: &facts.names, owners: &facts.owners };
    let read = |section: Section| sections.get(&section);
    // Two who open an empty plan in the same moment make a line each: the first that says something counts.
    let whole = |section, list: &'static List| {
        move |field: &str| {
            let doc = read(section)?;
            doc.items(list).into_iter().map(|id| kept(&doc.words(list, id, field))).find(|words| !words.is_empty())
        }
    };
    let (plan_whole, review_whole) = (whole(Section::Plan, &plan::WHOLE), whole(Section::Review, &review::WHOLE));
    AgreedRecord {
        schema: schema::VERSION,
        version: facts.version,
        reason: facts.reason,
        agreed_at: facts.agreed_at,
        meeting: facts.meeting,
        attendance: facts.attendance,
        agreements: facts.agreements,
        passport: statement_lists(read(Section::Passport), passport::LISTS, voices),
        access: each(read(Section::Passport), &passport::ACCESS, Arrangement::read),
        boards: statement_lists(read(Section::Assess), BOARDS, voices),
        needs: each(read(Section::Assess), &assess::NEEDS, Need::read),
        baselines: each(read(Section::Assess), &assess::BASELINES, Baseline::read),
        differences: differences(read(Section::Assess), voices),
        reviews: each(read(Section::Review), &review::TARGETS, ReviewedTarget::read),
        remarks: statements(read(Section::Review), &review::REMARKS, voices),
        impact: review_whole("impact").unwrap_or_default(),
        outcomes: each(read(Section::Plan), &plan::OUTCOMES, Outcome::read),
        targets: each(read(Section::Plan), &plan::TARGETS, Target::read),
        provision: each(read(Section::Plan), &plan::PROVISION, Provision::read),
        by_school: statements(read(Section::Plan), &plan::BY_SCHOOL, voices),
        by_home: statements(read(Section::Plan), &plan::BY_HOME, voices),
        by_pupil: statements(read(Section::Plan), &plan::BY_PUPIL, voices),
        actions: each(read(Section::Do), &actions::ACTIONS, Action::read),
        delivery: each(read(Section::Do), &actions::DELIVERY, Delivery::read),
        expected_impact: plan_whole("expected_impact").unwrap_or_default(),
        review_on: plan_whole("review_on").unwrap_or_default(),
        decision: plan_whole("decision").unwrap_or_default(),
    }
}

/// What the sections do not hold: who was there, who answered, when.
#[derive(Clone, Debug)]
pub struct Facts {
    pub version: u32,
    pub reason: Option<String>,
    pub agreed_at: String,
    pub meeting: MeetingFacts,
    pub attendance: Vec<Attendee>,
    pub agreements: Vec<Agreement>,
    /// Names for the people whose words are quoted, those no longer in the meeting too.
    pub names: BTreeMap<PersonId, String>,
    /// Whose each client id of each section is.
    pub owners: BTreeMap<Section, Owners>,
}

const BOARDS: &[List] = &[
    assess::ADMIRE,
    assess::WORKING,
    assess::NOT_WORKING,
    assess::IMPORTANT_TO,
    assess::IMPORTANT_FOR,
    assess::QUESTIONS,
    assess::STRENGTHS,
    assess::ADVICE,
];
