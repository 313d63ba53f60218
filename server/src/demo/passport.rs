//! The pupil passport, in the child’s own hand.

use shared::{
    Section,
    doc::NewItem,
    schema::{List, passport},
};

use super::{build::Story, data::OwnWords, line_id};
use crate::seed::SectionSeed;

/// The headings of the file, and ours.
const HEADINGS: [(&str, &List); 5] = [
    ("it_would_help_me_if_you_could", &passport::HELP),
    ("i_would_like_you_to_know", &passport::KNOW),
    ("this_means_that", &passport::MEANS),
    ("i_find_it_difficult_to", &passport::DIFFICULT),
    ("i_will_help_myself_by", &passport::MYSELF),
];

/// The file has the newest version only. The meeting before it agreed on what was known by then; those before that have
/// an empty one.
pub(super) fn seed(story: &Story) -> SectionSeed {
    let mut seed = story.seed(Section::Passport);
    if !story.is_upcoming() && !story.is_last_agreed() {
        return seed;
    }
    let by_then = |day: &str| story.is_upcoming() || day <= story.meeting.date.as_str();
    let (passport, child) = (&story.pupil.passport, story.child());
    let id = |list: &List, number| line_id(story.id, list.key, number);

    seed.by(child, |doc| {
        let say = |list: &List, said: &[OwnWords]| {
            for (number, words) in said.iter().enumerate() {
                let item = NewItem {
                    said_by: Some(child),
                    captured: words.captured.clone(),
                    said_on: if by_then(&words.date) { words.date.clone() } else { String::new() },
                    ..NewItem::default()
                };
                doc.add(list, id(list, number), item.with(passport::TEXT, &words.text));
            }
        };
        for (heading, list) in HEADINGS {
            say(list, passport.sections.get(heading).map(Vec::as_slice).unwrap_or_default());
        }
        say(&passport::HOPES, &passport.hopes);
        for (number, words) in passport.important_to_me.iter().enumerate() {
            let list = &passport::IMPORTANT_TO;
            doc.add(list, id(list, number), NewItem::by(child).with(passport::TEXT, words));
        }
    });
    for (number, said) in passport.like_and_admire.iter().enumerate() {
        let (list, person) = (&passport::ADMIRE, story.person(&said.by_person_id));
        seed.by(person, |doc| doc.add(list, id(list, number), NewItem::by(person).with(passport::TEXT, &said.text)));
    }
    seed.by(story.facilitator(), |doc| {
        for (list, lines) in [
            (&passport::IMPORTANT_FOR, &passport.important_for_me),
            (&passport::SUPPORT, &passport.additional_support),
            (&passport::IN_SHORT, &passport.summary),
        ] {
            for (number, line) in lines.iter().enumerate() {
                doc.add(list, id(list, number), NewItem::default().with(passport::TEXT, line));
            }
        }
        for (number, access) in
            passport.access_arrangements.iter().enumerate().filter(|(_, access)| by_then(&access.since))
        {
            let list = &passport::ACCESS;
            let context = [access.context.as_str(), access.note.as_str()].into_iter().filter(|part| !part.is_empty());
            let item = NewItem::default()
                .with("arrangement", &access.arrangement)
                .with("context", context.collect::<Vec<_>>().join(". "))
                .with("status", &access.status)
                .with("since", &access.since);
            doc.add(list, id(list, number), item);
        }
        let reading = NewItem::default()
            .with("measure", "Reading age")
            .with("value", &story.pupil.communication_profile.reading_age);
        doc.add(&passport::DATA, id(&passport::DATA, 0), reading);
    });
    seed
}
