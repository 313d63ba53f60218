//! The demo school loads whole.

use base64::{Engine, prelude::BASE64_STANDARD};
use server::demo;
use shared::{
    Section, Stage,
    doc::SectionDoc,
    schema::{assess, passport, plan, review, views},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{NOON, TestServer};

#[sqlx::test(migrations = false)]
async fn three_pupils_each_with_two_records_and_a_meeting_to_come(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    for (pupil, parent) in [("Tomek", "Agnieszka"), ("Amara", "Denise"), ("Kai", "Pat")] {
        for cycle in [1, 2] {
            let seat = server.seat(pupil, parent, cycle).await;
            let page = server.backend.record_page(seat.viewer, seat.meeting).await.unwrap();
            assert_eq!(page.record.version, 1);
            assert!(page.record.targets.len() >= 2 && page.record.provision.len() >= 2, "{pupil} {cycle}");
            // A plan knows nothing of what was measured after it was agreed.
            let late = page.record.baselines.iter().find(|one| one.measured_on > page.record.meeting.held_on);
            assert!(late.is_none(), "{pupil} {cycle}: {late:?}");
            // What helps reading is not for a card against anger.
            let card = page.record.targets.iter().find(|step| step.title.starts_with("Use the cool-down card"));
            let mut reading = page.record.provision.iter().filter(|help| help.name.contains("Reading tutor"));
            assert!(card.is_none_or(|card| reading.all(|help| !help.targets.contains(&card.id))), "{pupil} {cycle}");
            assert!(page.record.agreements.len() >= 3 && !page.record.review_on.is_empty());
        }
        let seat = server.seat(pupil, parent, 3).await;
        let page = server.backend.meeting_page(seat.viewer, seat.meeting).await.unwrap();
        assert_eq!(page.stage, Stage::Preparing);
        let section = |section: Section| {
            let state = page.sections.iter().find(|state| state.section == section).unwrap();
            SectionDoc::from_state(section, 0, &BASE64_STANDARD.decode(&state.state).unwrap()).unwrap()
        };
        for (doc, lists) in [
            (section(Section::Passport), &passport::LISTS[..5]),
            (section(Section::Assess), &assess::LISTS[..6]),
            (section(Section::Plan), &[plan::OUTCOMES, plan::TARGETS, plan::PROVISION]),
            (section(Section::Review), &[review::TARGETS, review::REMARKS]),
            (section(Section::FamilyViews), &[views::VIEWS]),
        ] {
            for list in lists {
                assert!(!doc.items(list).is_empty(), "{pupil}: {}", list.key);
            }
        }
    }
}

#[sqlx::test(migrations = false)]
async fn a_second_start_finds_it_as_it_was(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let before = server.seat("Amara", "Denise", 3).await;
    demo::seed(&server.db, NOON.date()).await.unwrap();
    assert_eq!(server.seat("Amara", "Denise", 3).await.participant, before.participant);
}

#[sqlx::test(migrations = false)]
async fn nobody_is_sent_what_is_not_for_them(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pat = server.seat("Kai", "Pat", 3).await;
    let fenn = server.seat("Kai", "Miss Fenn", 3).await;
    let sections = async |seat: &crate::support::Seat| -> Vec<Section> {
        let page = server.backend.meeting_page(seat.viewer, seat.meeting).await.unwrap();
        page.sections.into_iter().map(|section| section.section).collect()
    };
    let (family, staff) = (sections(&pat).await, sections(&fenn).await);
    assert!(family.contains(&Section::Pep) && family.contains(&Section::FamilyViews));
    assert!(!family.contains(&Section::StaffPreparation) && !family.contains(&Section::PupilViews));
    assert!(!staff.contains(&Section::Costs) && !staff.contains(&Section::PepRestricted));
    assert!(staff.contains(&Section::StaffPreparation) && !staff.contains(&Section::FamilyViews));
    // Who was left out on purpose is known to the school alone: neither in the room nor in what was agreed.
    let page = server.backend.meeting_page(pat.viewer, pat.meeting).await.unwrap();
    assert!(page.people.iter().all(|person| person.name != "Kai's mum"));
    let last = server.seat("Kai", "Pat", 2).await;
    let page = server.backend.record_page(last.viewer, last.meeting).await.unwrap();
    assert!(!page.record.attendance.is_empty());
    assert!(page.record.attendance.iter().all(|person| person.name != "Kai's mum"));
    assert!(page.people.iter().all(|person| person.name != "Kai's mum"));
}
