//! What people brought to the meeting: their views, and their notes on the boards.

use shared::{
    Attendance, PersonId, Role, Section,
    doc::NewItem,
    schema::{List, assess, views},
};

use super::{
    build::Story,
    data::{Contribution, Said, View},
    line_id, names,
};
use crate::seed::SectionSeed;

/// How things are: everybody’s notes, each in their own hand, and what is known.
pub(super) fn boards(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Assess);
    let boards = &story.meeting.boards;
    for (list, said) in [
        (&assess::ADMIRE, &boards.like_and_admire),
        (&assess::WORKING, &boards.working),
        (&assess::NOT_WORKING, &boards.not_working),
        (&assess::IMPORTANT_TO, &boards.important_to),
        (&assess::IMPORTANT_FOR, &boards.important_for),
        (&assess::QUESTIONS, &boards.questions),
    ] {
        for (number, said) in said.iter().enumerate() {
            note(&mut seed, story, list, number, said);
        }
    }
    // What was found out for a cycle is what its first meeting knew; the meeting to come knows the
    // last one’s.
    let known =
        if story.is_upcoming() { story.reviewed() } else { story.planned().filter(|_| story.reviewed().is_none()) };
    let Some(known) = known.map(|cycle| &cycle.assess) else { return seed };
    let id = |list: &List, number| line_id(story.id, list.key, number);
    seed.by(story.facilitator(), |doc| {
        for (number, strength) in known.strengths.iter().enumerate() {
            let list = &assess::STRENGTHS;
            doc.add(list, id(list, number), NewItem::default().with(assess::TEXT, strength));
        }
        for (number, need) in known.needs.iter().enumerate() {
            let item =
                NewItem::default().with("need", &need.need).with("area", &need.area).with("evidence", &need.evidence);
            doc.add(&assess::NEEDS, id(&assess::NEEDS, number), item);
        }
        for (number, baseline) in known.baseline_data.iter().enumerate() {
            let item = NewItem::default()
                .with("measure", &baseline.measure)
                .with("value", &baseline.value)
                .with("measured_on", &baseline.date);
            doc.add(&assess::BASELINES, id(&assess::BASELINES, number), item);
        }
    });
    if let Some(specialist) = known.views.specialist.by.as_ref().map(|by| story.person(by)) {
        let item = said(specialist, &known.views.specialist).with(assess::TEXT, &known.views.specialist.text);
        seed.by(specialist, |doc| doc.add(&assess::ADVICE, id(&assess::ADVICE, 0), item));
    }
    seed
}

fn note(seed: &mut SectionSeed, story: &Story, list: &List, number: usize, said: &Said) {
    let person = story.person(&said.by_person_id);
    let mut item = NewItem::by(person).with(assess::TEXT, &said.text);
    if list.field(assess::SIDE).is_some() {
        item = item.with(assess::SIDE, names::side(story.role(&said.by_person_id)));
    }
    seed.by(person, |doc| doc.add(list, line_id(story.id, list.key, number), item));
}

/// Sent before the meeting. Those of meetings that are over were theirs alone, and are not kept.
pub(super) fn contributions(story: &Story) -> Vec<SectionSeed> {
    let [mut pupil, not_shared, mut family, mut school, mut specialist] = [
        Section::PupilViews,
        Section::PupilPrivate,
        Section::FamilyViews,
        Section::SchoolViews,
        Section::SpecialistViews,
    ]
    .map(|section| story.seed(section));
    if story.is_upcoming() {
        for contribution in &story.pupil.upcoming_cycle.pre_meeting_contributions {
            match story.role(&contribution.person_id) {
                Role::Pupil => contribute(&mut pupil, story, contribution, story.child()),
                _ if !is_at_the_table(story, contribution) => {
                    // Views that social care gathered come in the social worker’s hand: their own
                    // section would show this person to people who must not meet them there.
                    contribute(&mut specialist, story, contribution, story.first(Role::SocialCare));
                }
                _ => contribute(&mut family, story, contribution, story.person(&contribution.person_id)),
            }
        }
        if let Some(views) = story.reviewed().map(|cycle| &cycle.assess.views) {
            let teacher = views.teacher.by.as_ref().map_or(story.first(Role::Teacher), |by| story.person(by));
            let item = said(teacher, &views.teacher)
                .with("question", "How are things going?")
                .with("answer", &views.teacher.text);
            school.by(teacher, |doc| doc.add(&views::VIEWS, line_id(story.id, "school-views", 0), item));
            if let Some(by) = views.specialist.by.as_ref().map(|by| story.person(by)) {
                let item = said(by, &views.specialist).with("recommendation", &views.specialist.text);
                specialist.by(by, |doc| doc.add(&views::ADVICE, line_id(story.id, "specialist-advice", 0), item));
            }
        }
    }
    vec![pupil, not_shared, family, school, specialist]
}

fn contribute(seed: &mut SectionSeed, story: &Story, contribution: &Contribution, hand: PersonId) {
    // Some asked for a number out of five, some out of ten. Only the first is ours.
    let in_five = contribution.questions.iter().all(|question| question.scale.is_none_or(|scale| scale <= 5));
    let said_by = story.person(&contribution.person_id);
    seed.by(hand, |doc| {
        for (number, question) in contribution.questions.iter().enumerate() {
            let mut item =
                NewItem { said_by: Some(said_by), captured: contribution.channel.clone(), ..NewItem::default() }
                    .with("question", &question.q)
                    .with("answer", &question.a);
            if let Some(scale) = question.scale.filter(|_| in_five) {
                item = item.with_number("scale", scale);
            }
            doc.add(&views::VIEWS, line_id(story.id, &contribution.person_id, number), item);
        }
    });
}

fn is_at_the_table(story: &Story, contribution: &Contribution) -> bool {
    story.meeting.attendees.iter().any(|attendee| {
        attendee.person_id == contribution.person_id && attendee.attendance != Attendance::NotInvitedOnPurpose
    })
}

fn said(by: PersonId, view: &View) -> NewItem {
    NewItem { said_by: Some(by), said_on: view.date.clone(), ..NewItem::default() }
}
