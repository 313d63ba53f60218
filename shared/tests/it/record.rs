//! What is agreed is what was written: whole, the same every time, and free of what families may not see.

use std::collections::BTreeMap;

use shared::{
    Attendance, ItemId, MeetingId, PersonId, Role, Section,
    doc::{NewItem, SectionDoc},
    hand,
    record::{self, Agreement, Attendee, Facts, MeetingFacts, Response},
    schema::{actions, assess, passport, plan, review, staff},
    splice::Splice,
};
use uuid::Uuid;

fn item(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn sections() -> BTreeMap<Section, SectionDoc> {
    Section::ALL.into_iter().map(|section| (section, SectionDoc::new(section, 1))).collect()
}

fn complete() -> BTreeMap<Section, SectionDoc> {
    let sections = sections();
    let plan = &sections[&Section::Plan];
    let step = NewItem::default().with("pupil_words", "I can play with Jakub.").with("by", "2027-03-16");
    plan.add(&plan::TARGETS, item(1), step.with("success", "Two games a week, three weeks running"));
    plan.add(
        &plan::PROVISION,
        item(2),
        NewItem::default().with("name", "Game club").with("targets", item(1).to_string()),
    );
    let whole =
        NewItem::default().with("expected_impact", "He has a friend to play with").with("review_on", "2027-03-16");
    plan.add(&plan::WHOLE, item(3), whole);
    sections[&Section::Passport].add(
        &passport::HELP,
        item(4),
        NewItem::by(person(7)).with("text", "Say my name first. Then say one thing."),
    );
    sections[&Section::Do].add(&actions::ACTIONS, item(5), NewItem::default().with("what", "Book the room"));
    sections
}

fn facts() -> Facts {
    Facts {
        version: 1,
        reason: None,
        agreed_at: "2026-11-19T16:35:00Z".to_owned(),
        meeting: MeetingFacts {
            plan_name: String::new(),
            id: MeetingId(Uuid::from_u128(9)),
            pupil_name: "Tomek".to_owned(),
            pupil_full_name: "Tomasz Wieczorek".to_owned(),
            school: "Larkfield Hollow Primary School".to_owned(),
            kind: "SEN Support review meeting".to_owned(),
            held_on: "2026-11-19".to_owned(),
            place: "Nest room".to_owned(),
            facilitator: "Mrs Pike".to_owned(),
        },
        attendance: vec![Attendee {
            person: person(8),
            name: "Marek".to_owned(),
            role: Role::Parent,
            title: "Dad".to_owned(),
            attendance: Attendance::Remote,
        }],
        agreements: vec![Agreement {
            person: person(8),
            name: "Marek".to_owned(),
            role: Role::Parent,
            title: "Dad".to_owned(),
            response: Response::PartlyDisagree,
            comment: "Not the big hall.".to_owned(),
            at: "2026-11-19T16:28:30Z".to_owned(),
            before_the_last_words: false,
        }],
        names: BTreeMap::from([(person(7), "Tomek".to_owned()), (person(6), "Mr Adeyemi".to_owned())]),
        owners: BTreeMap::new(),
    }
}

#[test]
fn two_lines_for_the_whole_of_a_plan_are_read_as_one() {
    let mut sections = sections();
    let complete = complete();
    sections.insert(Section::Plan, SectionDoc::new(Section::Plan, 2));
    sections[&Section::Plan].add(&plan::WHOLE, item(1), NewItem::default());
    complete[&Section::Plan].apply(&sections[&Section::Plan].state()).unwrap();
    let record = record::draft(&complete, facts());
    assert_eq!((record.review_on.as_str(), record.expected_impact.is_empty()), ("2027-03-16", false));
}

#[test]
fn an_empty_plan_says_everything_that_is_missing_at_once() {
    let missing = record::project(&sections(), facts()).unwrap_err();
    let words: Vec<&str> = missing.iter().map(|missing| missing.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "Write at least one next step.",
            "Write the extra help: what it is and who gives it.",
            "Write the difference you expect, or how we’ll know.",
            "Choose the date when we meet again.",
        ]
    );
}

#[test]
fn what_most_would_want_to_mend_is_named_and_keeps_nobody_from_agreeing() {
    let sections = complete();
    sections[&Section::Plan].add(&plan::TARGETS, item(6), NewItem::default().with("title", "Say what hurts"));
    let told = NewItem::default().with("name", "Box time").with_number("planned", 20).with_number("delivered", 40);
    sections[&Section::Do].add(&actions::DELIVERY, item(12), told);
    let found = record::worth_a_look(&sections);
    let words: Vec<&str> = found.iter().map(|found| found.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "“Say what hurts” has no help, no “how we’ll know” and no day yet.",
            "Who, when, where, how often and for what need is not all said of “Game club”.",
            "Nothing is written of what school will do.",
            "Nothing is written of what home will do.",
            "Nothing is written of what the pupil will do.",
            "Nobody’s name and no day are beside “Book the room”.",
            "“Box time”: 40 sessions happened of 20 planned."
        ]
    );
    // Each leads to where it would be written.
    assert!(found[1].part.starts_with("plan-provision-") && found[1].part.ends_with("-who"), "{}", found[1].part);
    assert!(found[5].part.starts_with("do-actions-") && found[5].part.ends_with("-who"), "{}", found[5].part);
    assert!(record::project(&sections, facts()).is_ok());
}

#[test]
fn a_plan_without_a_step_and_a_last_step_nobody_looked_at_are_named() {
    let sections = sections();
    let last = NewItem::default().with("title", "Read a page aloud").with("baseline", "A line");
    sections[&Section::Review].add(&review::TARGETS, item(20), last);
    sections[&Section::Review].add(
        &review::TARGETS,
        item(21),
        NewItem::default().with("title", "Ask for help").with("rating", "NOT_YET"),
    );
    let words: Vec<String> = record::worth_a_look(&sections).into_iter().map(|found| found.words).collect();
    assert_eq!(words[..2], ["There is no next step in this plan.", "Nobody has said how “Read a page aloud” went."]);
}

#[test]
fn a_rating_that_the_counted_sessions_deny_is_named_and_so_is_what_nobody_decided() {
    let sections = complete();
    for (n, title, rating, happened) in [
        (20, "Read a page", "ACHIEVED", 0),
        (21, "Ask for help", "NOT_DELIVERED", 18),
        // These are what one would expect.
        (22, "Tie a lace", "NOT_YET", 0),
        (23, "Catch a ball", "NOT_DELIVERED", 2),
        (24, "Swim a length", "ACHIEVED", 18),
    ] {
        let last = NewItem::default().with("title", title).with("rating", rating);
        sections[&Section::Review].add(&review::TARGETS, item(n), last);
        let told = NewItem::default()
            .with("name", format!("Help {n}"))
            .with("targets", item(n).to_string())
            .with_number("planned", 18)
            .with_number("delivered", happened);
        sections[&Section::Do].add(&actions::DELIVERY, item(n + 10), told);
    }
    for list in [&plan::BY_SCHOOL, &plan::BY_HOME, &plan::BY_PUPIL] {
        sections[&Section::Plan].add(list, item(50), NewItem::default().with("text", "Read together."));
    }
    let found = record::worth_a_look(&sections);
    let words: Vec<&str> = found.iter().map(|found| found.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "“Read a page”: “I did it”, and 0 of 18 sessions happened.",
            "“Ask for help”: “We didn’t get to try it”, and 18 of 18 sessions happened.",
            "Who, when, where, how often and for what need is not all said of “Game club”.",
            "Nobody has decided what becomes of the support.",
            "Nobody’s name and no day are beside “Book the room”.",
        ]
    );
    assert!(found[0].part.ends_with("-rating") && found[3].part.ends_with("-decision"), "{found:?}");
}

#[test]
fn what_is_planned_and_how_often_it_is_are_one() {
    let sections = complete();
    for (n, sessions) in [(30, 18), (31, 27)] {
        let help = NewItem::default().with("name", format!("Help {n}")).with_number("sessions_per_week", 3);
        let help = help.with_number("weeks", 9).with_number("sessions", sessions);
        sections[&Section::Plan].add(&plan::PROVISION, item(n), help);
    }
    let found = record::worth_a_look(&sections).into_iter().map(|found| found.words);
    let odd: Vec<String> = found.filter(|words| words.contains("a week for")).collect();
    assert_eq!(odd, ["“Help 30”: 3 a week for 9 weeks is 27 sessions, and 18 are planned."]);
}

#[test]
fn the_same_help_twice_in_one_plan_is_said_to_everybody_and_changed_by_nobody() {
    let sections = complete();
    assert_eq!(record::twice(&sections), []);
    let plan = &sections[&Section::Plan];
    let first = plan.items(&plan::PROVISION)[0];
    let again = format!(" {}  ", plan.words(&plan::PROVISION, first, "name").to_uppercase());
    plan.add(&plan::PROVISION, item(9), NewItem::default().with("name", again));
    // Two lines that nobody has written in yet are not the same help.
    plan.add(&plan::PROVISION, item(10), NewItem::default());
    plan.add(&plan::PROVISION, item(11), NewItem::default());
    let found = record::twice(&sections);
    assert_eq!(found.len(), 1);
    assert!(found[0].words.contains("stands in this plan more than once, so it counts twice"), "{}", found[0].words);
    assert_eq!(found[0].part, format!("plan-provision-{}-name", item(9)));
    let record = record::project(&sections, facts()).unwrap();
    assert_eq!(record.provision.len(), 2, "both are kept as they were written");
}

#[test]
fn how_many_a_week_and_for_how_many_weeks_say_how_many_in_all() {
    let sessions_of = |numbers: &[(&'static str, i64)]| {
        let sections = complete();
        let new = NewItem::default().with("name", "Hall practice");
        let new = numbers.iter().fold(new, |new, (field, number)| new.with_number(field, *number));
        sections[&Section::Plan].add(&plan::PROVISION, item(9), new);
        let record = record::project(&sections, facts()).unwrap();
        record.provision.iter().find(|help| help.id == item(9)).unwrap().sessions
    };
    assert_eq!(sessions_of(&[("sessions_per_week", 2), ("weeks", 10)]), Some(20));
    assert_eq!(sessions_of(&[("sessions_per_week", 2), ("weeks", 10), ("sessions", 18)]), Some(18), "what was said");
    assert_eq!(sessions_of(&[("sessions_per_week", 2)]), None, "nobody said for how long");
    assert_eq!(sessions_of(&[("sessions_per_week", 0), ("weeks", 10)]), None);
}

#[test]
fn words_dissent_and_links_between_rows_are_kept() {
    let record = record::project(&complete(), facts()).unwrap();
    assert_eq!(record.targets[0].pupil_words, "I can play with Jakub.");
    assert_eq!(record.provision[0].targets, [item(1)]);
    assert_eq!(record.passport[0].statements[0].said_by_name, "Tomek");
    assert_eq!(record.agreements[0].response, Response::PartlyDisagree);
    assert_eq!(record.agreements[0].comment, "Not the big hall.");
    assert_eq!(record.review_on, "2027-03-16");
}

#[test]
fn what_was_taken_off_the_page_or_left_empty_is_not_agreed() {
    let sections = complete();
    sections[&Section::Do].add(&actions::ACTIONS, item(6), NewItem::default());
    sections[&Section::Assess].add(&assess::ADMIRE, item(7), NewItem::default().with("text", "Good at maps"));
    sections[&Section::Assess].remove(&assess::ADMIRE, item(7), person(8));
    let record = record::project(&sections, facts()).unwrap();
    assert_eq!(record.actions.len(), 1);
    assert!(record.boards.is_empty());
}

#[test]
fn cost_and_staff_notes_are_never_in_it() {
    let sections = complete();
    let staff = &sections[&Section::StaffPreparation];
    staff.add(&staff::COSTS, item(8), NewItem::default().with("funding", "notional-budget-marker"));
    staff.add(&staff::NOTES, item(9), NewItem::default().with("text", "staff-note-marker"));
    let json = record::canonical_json(&record::project(&sections, facts()).unwrap()).unwrap();
    assert!(!json.contains("marker"));
}

#[test]
fn the_same_sections_give_the_same_bytes_and_hash() {
    let json = |sections| record::canonical_json(&record::project(&sections, facts()).unwrap()).unwrap();
    let (one, other) = (json(complete()), json(complete()));
    assert_eq!(one, other);
    assert_eq!(record::hash(&one), record::hash(&other));
    let keys: Vec<usize> =
        ["\"actions\"", "\"agreed_at\"", "\"targets\"", "\"version\""].iter().map(|k| one.find(k).unwrap()).collect();
    assert!(keys.is_sorted());
    let back: record::AgreedRecord = serde_json::from_str(&one).unwrap();
    assert_eq!(record::canonical_json(&back).unwrap(), one);
}

#[test]
fn a_program_that_sends_nul_keeps_nobody_from_agreeing() {
    let sections = complete();
    let nul = Splice { at: 0, delete: 0, insert: "\0".to_owned() };
    sections[&Section::Plan].splice(&plan::TARGETS, item(1), "pupil_words", &nul);
    let record = record::project(&sections, facts()).unwrap();
    assert_eq!(record.targets[0].pupil_words, "I can play with Jakub.");
    assert!(!record::canonical_json(&record).unwrap().contains("\\u0000"));
}

#[test]
fn the_record_knows_whose_words_and_whose_hand() {
    let mut sections = complete();
    let scribe = SectionDoc::from_state(Section::Passport, hand::for_pupil(6), &sections[&Section::Passport].state());
    let scribe = scribe.unwrap();
    scribe.add(&passport::HELP, item(8), NewItem::by(person(7)).with("text", "Wait until I have finished."));
    sections.insert(Section::Passport, scribe);
    let owners = hand::Owners::from([(1, person(7)), (hand::for_pupil(6), person(6))]);
    let facts = Facts { owners: BTreeMap::from([(Section::Passport, owners)]), ..facts() };

    let record = record::project(&sections, facts).unwrap();
    let [own, typed] = record.passport[0].statements.as_slice() else { panic!("{:?}", record.passport) };
    assert_eq!((own.said_by, own.hands.as_slice()), (Some(person(7)), [].as_slice()));
    let hand = record::Hand { person: person(6), name: "Mr Adeyemi".to_owned(), for_pupil: true };
    assert_eq!((typed.said_by_name.as_str(), typed.hands.as_slice()), ("Tomek", [hand].as_slice()));
    // A record from before hands were kept reads the same, and has the same bytes.
    let json = record::canonical_json(&record).unwrap();
    assert_eq!(json.matches("hands").count(), 1);
}
