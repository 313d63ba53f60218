//! The next cycle starts from what the last one agreed.

use base64::{Engine, prelude::BASE64_STANDARD};
use server::db;
use shared::{
    ItemId, Section, Stage,
    doc::{NewItem, SectionDoc},
    protocol::Message,
    schema::{actions, passport, plan, review},
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::support::{Seat, TestServer, text};

#[sqlx::test(migrations = false)]
async fn the_next_meeting_carries_over_what_was_agreed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, meeting) = (&server.backend, pike.meeting);
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let record = backend.record_page(pike.viewer, meeting).await.unwrap();
    assert!(record.can_start_next);

    let next = backend.meeting_start_next(pike.viewer, meeting).await.unwrap();
    assert_eq!(backend.meeting_start_next(pike.viewer, meeting).await.unwrap(), next, "pressed twice");
    let last = backend.record_page(pike.viewer, meeting).await.unwrap();
    assert_eq!(last.next_meeting, Some(next));

    let page = backend.meeting_page(pike.viewer, next).await.unwrap();
    assert_eq!(page.stage, Stage::Preparing);
    assert!(page.when.starts_with("Tuesday 16 March"));
    assert_eq!(page.people.len(), 9);
    assert!(page.people.iter().all(|person| person.answer.is_none()));

    let section = |section: Section| {
        let state = page.sections.iter().find(|state| state.section == section).unwrap();
        SectionDoc::from_state(section, 0, &BASE64_STANDARD.decode(&state.state).unwrap()).unwrap()
    };
    let record = last.record;

    let reviewed = section(Section::Review);
    let targets = reviewed.items(&review::TARGETS);
    assert_eq!(targets, record.targets.iter().map(|target| target.id).collect::<Vec<_>>());
    assert_eq!(reviewed.words(&review::TARGETS, targets[0], "pupil_words"), "I can play with Jakub and one more.");
    assert_eq!(reviewed.words(&review::TARGETS, targets[0], "exit"), "");

    let planned = section(Section::Plan);
    assert_eq!(planned.items(&plan::OUTCOMES).len(), record.outcomes.len());
    assert!(planned.items(&plan::TARGETS).is_empty());
    // The game target could not be judged, so its help goes on.
    assert_eq!(planned.items(&plan::PROVISION).len(), 2);
    let doing = section(Section::Do);
    assert_eq!(doing.items(&actions::ACTIONS).len(), 3);
    assert_eq!(doing.items(&actions::DELIVERY).len(), record.provision.len());

    // The passport is the same, and still everybody’s own words.
    assert_eq!(section(Section::Passport).items(&passport::HELP).len(), 4);
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let owners = |sections: Vec<db::documents::StoredSection>| {
        let passport = sections.into_iter().find(|stored| stored.section == Section::Passport).unwrap();
        let mut owners = passport.owners;
        owners.sort();
        owners
    };
    let before = owners(db::documents::load(&mut txn, meeting).await.unwrap());
    let after = owners(db::documents::load(&mut txn, next).await.unwrap());
    assert!(before.iter().all(|owner| after.contains(owner)));
}

#[sqlx::test(migrations = false)]
async fn help_for_a_step_that_is_new_goes_along(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let address = server.listen().await;
    let mut tab = server.open(&address, &pike, Section::Plan, 31_339).await;
    let [step, help] = [1, 2].map(|n| ItemId(Uuid::from_u128(n)));
    let asks =
        NewItem::default().with("title", "Ask for a turn").with("success", "Three times a week").with("area", "C&I");
    tab.edit(|doc| doc.add(&plan::TARGETS, step, asks)).await;
    let new = NewItem::default().with("name", "A card to show").with("targets", step.to_string());
    tab.edit(|doc| doc.add(&plan::PROVISION, help, new)).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let next = server.backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();

    server.backend.meeting_start(pike.viewer, next).await.unwrap();
    let mut tab = server.open(&address, &Seat { meeting: next, ..pike.clone() }, Section::Plan, 31_340).await;
    let helps = tab.doc.items(&plan::PROVISION);
    let names: Vec<_> = helps.iter().map(|help| tab.doc.words(&plan::PROVISION, *help, "name")).collect();
    assert!(names.iter().any(|name| name == "A card to show"), "{names:?}");

    // Carried on, it is the step it was, so that its help is its own again; what it was known by comes along.
    let page = server.backend.meeting_page(pike.viewer, next).await.unwrap();
    let state = page.sections.iter().find(|state| state.section == Section::Review).unwrap();
    let review = SectionDoc::from_state(Section::Review, 0, &BASE64_STANDARD.decode(&state.state).unwrap()).unwrap();
    assert!(review.items(&review::TARGETS).contains(&step));
    let brought = ["title", "success", "area"].map(|field| review.words(&review::TARGETS, step, field));
    assert_eq!(brought, ["Ask for a turn", "Three times a week", "C&I"]);
    tab.edit(|doc| doc.add(&plan::TARGETS, step, NewItem::default().with("title", "Ask for a turn"))).await;
    let whole = tab.doc.items(&plan::WHOLE)[0];
    let impact = Splice { at: 0, delete: 0, insert: "More turns.".to_owned() };
    tab.edit(|doc| doc.splice(&plan::WHOLE, whole, "expected_impact", &impact)).await;
    tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", "2027-03-16")).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, next).await.unwrap();
    let record = server.backend.record_page(pike.viewer, next).await.unwrap().record;
    let its_help: Vec<_> = record.provision.iter().filter(|help| help.targets.contains(&step)).collect();
    assert_eq!((record.targets.len(), its_help.len(), its_help[0].name.as_str()), (1, 1, "A card to show"));
}

#[sqlx::test(migrations = false)]
async fn what_the_pupil_wrote_in_a_step_is_the_pupils_when_it_is_looked_back_on(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let (pike, tomek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Tomek", 3).await);
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let address = server.listen().await;
    let mut tab = server.open(&address, &tomek, Section::Plan, 31_337).await;
    let step = tab.doc.items(&plan::TARGETS)[0];
    let end = tab.doc.words(&plan::TARGETS, step, "pupil_words").encode_utf16().count() as u32;
    let more = Splice { at: end, delete: 0, insert: " Lena too.".to_owned() };
    tab.edit(|doc| doc.splice(&plan::TARGETS, step, "pupil_words", &more)).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let next = server.backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();

    let seat = Seat { meeting: next, ..pike };
    let mut senco = server.open(&address, &seat, Section::Review, 31_338).await;
    let words = |doc: &SectionDoc, at: usize| {
        let step = doc.items(&review::TARGETS)[at];
        (step, doc.words(&review::TARGETS, step, "pupil_words"))
    };
    let (first, said) = words(&senco.doc, 0);
    assert!(said.ends_with(" Lena too."), "{said}");
    let (second, _) = words(&senco.doc, 1);
    let taken = Splice { at: 0, delete: 3, insert: String::new() };
    senco.edit(|doc| doc.splice(&review::TARGETS, second, "pupil_words", &taken)).await;
    senco.until_saved().await;
    senco.edit(|doc| doc.splice(&review::TARGETS, first, "pupil_words", &taken)).await;
    senco.until(|message| *message == Message::SyncStatus(false)).await;
}

#[sqlx::test(migrations = false)]
async fn a_plan_that_is_replaced_on_its_day_is_no_cycle_and_its_record_says_how_it_is_corrected(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let mut pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, cookie) = (&server.backend, server.sign_in(&pike).await);
    let child = server.pupil_of(&pike).await;
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let record = format!("/meetings/{}/record", pike.meeting);
    const SAID: &str = "To put something in it right, open the meeting again, below";
    assert!(text(server.get(&record, Some(&cookie)).await).await.contains(SAID));
    let before = backend.pupil_page(pike.viewer, child).await.unwrap().cycles;

    pike.meeting = backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tab = server.open(&address, &pike, Section::Plan, 92_001).await;
    tab.begin().await;
    let whole = tab.doc.items(&plan::WHOLE)[0];
    let impact = Splice { at: 0, delete: 0, insert: "More games.".to_owned() };
    tab.edit(|doc| doc.splice(&plan::WHOLE, whole, "expected_impact", &impact)).await;
    tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", "2027-03-16")).await;
    tab.until_saved().await;
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();

    let cycles = backend.pupil_page(pike.viewer, child).await.unwrap().cycles;
    assert_eq!(cycles.len(), before.len() + 1);
    assert_eq!(cycles.iter().map(|cycle| cycle.of_no_days).collect::<Vec<_>>(), [false, false, false, true, false]);
    assert!(cycles.iter().all(|cycle| !cycle.term.is_empty()));
    let page = text(server.get(&format!("/pupils/{child}"), Some(&cookie)).await).await;
    assert!(page.contains("One plan was agreed and replaced on the same day, 19 November 2026"), "{page}");
    assert!(!page.contains("Replaced on the same day"), "it takes no place among the last three");

    server.clock.forward(time::Duration::days(1));
    assert!(!text(server.get(&record, Some(&cookie)).await).await.contains(SAID), "the day is over");
}
