//! A child’s page, for each pair of eyes.

use app::{
    backend::Viewer,
    error::AppError,
    view::{map::MapQuery, pupils::PupilPage, register::RegisterQuery},
};
use server::db::posts;
use shared::{PupilId, record::AgreedRecord, rights::Post};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, text};

impl TestServer {
    /// The child of whoever sits at this table.
    pub(crate) async fn pupil_of(&self, seat: &Seat) -> PupilId {
        let mut txn = self.db.begin(seat.viewer.school).await.unwrap();
        let id =
            sqlx::query_scalar::<_, uuid::Uuid>("select pupil_id from meetings where id = $1").bind(seat.meeting.0);
        PupilId(id.fetch_one(txn.connection()).await.unwrap())
    }

    async fn pupil_page(&self, child: &str, name: &str) -> Result<PupilPage, AppError> {
        let seat = self.seat(child, name, 3).await;
        self.backend.pupil_page(seat.viewer, self.pupil_of(&seat).await).await
    }
}

#[sqlx::test(migrations = false)]
async fn a_meeting_has_one_day_everywhere_the_day_it_was_held(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let seat = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    // It was to be held in spring, and was held today.
    sqlx::query("update meetings set held_on = '2027-03-26' where id = $1")
        .bind(seat.meeting.0)
        .execute(&mut crate::support::owner(&options).await)
        .await
        .unwrap();
    server.backend.meeting_start(seat.viewer, seat.meeting).await.unwrap();
    server.backend.record_agree(seat.viewer, seat.meeting).await.unwrap();
    let record = server.backend.record_page(seat.viewer, seat.meeting).await.unwrap().record;
    assert_eq!(record.meeting.held_on, "2026-11-19");
    let page = server.pupil_page("Kai", "Mrs Hussain-Webb").await.unwrap();
    let met = page.meetings.iter().find(|met| met.id == seat.meeting).unwrap();
    assert_eq!((met.held_on.as_str(), met.agreed), ("2026-11-19", true));
    assert_eq!(page.cycles.last().unwrap().planned_on, "2026-11-19");
}

#[sqlx::test(migrations = false)]
async fn the_page_says_what_the_records_agreed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let page = server.pupil_page("Tomek", "Mrs Pike").await.unwrap();
    let record = async |cycle| -> AgreedRecord {
        let seat = server.seat("Tomek", "Agnieszka", cycle).await;
        server.backend.record_page(seat.viewer, seat.meeting).await.unwrap().record
    };
    let (first, second) = (record(1).await, record(2).await);
    let [oldest, planned, running] = &page.cycles[..] else { panic!("three meetings agreed a plan") };

    assert_eq!((oldest.term.as_str(), oldest.targets.len()), ("Spring 2026", 2));
    // Nine groups of twenty-two, and forty-nine quiet starts of fifty-five.
    assert_eq!(oldest.delivered, Some(58));
    assert_eq!(oldest.reviewed_in.as_ref().map(|(meeting, _)| *meeting), Some(first.meeting.id));

    assert_eq!(planned.reviewed_in, Some((second.meeting.id, second.meeting.held_on.clone())));
    assert_eq!(planned.term, "Summer 2026");
    let sessions: i64 = second.delivery.iter().filter_map(|help| help.delivered).sum();
    assert_eq!(planned.delivered, Some(sessions));
    for (shown, target) in planned.targets.iter().zip(&first.targets) {
        let review = second.reviews.iter().find(|review| review.id == target.id).unwrap();
        assert_eq!((&shown.title, &shown.rating, &shown.reached), (&target.title, &review.rating, &review.exit));
        assert_eq!((shown.before, shown.after), (review.before, review.after));
    }
    assert!(page.was_promised);
    assert_eq!((running.reviewed_in.as_ref(), running.delivered), (None, None));
    assert_eq!(running.targets.len(), second.targets.len());

    let needs = page.needs.unwrap();
    assert_eq!((needs.provision.as_str(), &needs.types[..]), ("K", &["ASD".to_owned(), "SLCN".to_owned()][..]));
    let passport = page.passport.unwrap();
    assert_eq!((passport.this, passport.versions.len()), (second.meeting.id.0, 3));
    assert!(passport.versions.iter().all(|version| version.saved_by.is_none()));
    assert!(page.access.iter().any(|help| help.status == "normal_way_of_working"));
    assert_eq!(page.meetings.len(), 4);
    assert!(page.actions.is_empty(), "what July promised is done");
}

#[sqlx::test(migrations = false)]
async fn everybody_sees_what_is_for_them_and_others_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let family = server.pupil_page("Kai", "Pat").await.unwrap();
    assert!(family.identity.is_none() && family.looked_after.is_none() && !family.may_tick_actions);
    assert!(family.needs.is_some() && !family.cycles.is_empty() && !family.help.is_empty());
    assert!(family.help.iter().all(|help| help.pence.is_none()));
    let child = server.pupil_page("Kai", "Kai").await.unwrap();
    assert!(child.needs.is_none() && child.passport.is_some());
    let teacher = server.pupil_page("Kai", "Miss Fenn").await.unwrap();
    assert!(teacher.identity.is_some() && teacher.looked_after == Some(true));
    assert!(teacher.help.iter().all(|help| help.pence.is_none()));
    // The SENCO has no place at Kai’s table, and answers for all children.
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let senco = server.backend.pupil_page(pike.viewer, kai).await.unwrap();
    assert!(senco.help.iter().any(|help| help.pence.is_some()));

    // Those who only came along, another child’s people, another school, and who was left out on purpose.
    let nobody = Err(AppError::NotFound);
    assert_eq!(server.pupil_page("Tomek", "Ewa").await, nobody);
    let agnieszka = server.seat("Tomek", "Agnieszka", 3).await;
    assert_eq!(server.backend.pupil_page(agnieszka.viewer, kai).await, nobody);
    let amara = server.seat("Amara", "Mr Prys", 3).await;
    assert_eq!(server.backend.pupil_page(amara.viewer, kai).await, nobody);
    assert_eq!(server.pupil_page("Kai", "Kai's mum").await, nobody);
    // The SENCO of the school Kai moves to is a visitor here, whatever he is there.
    let visitor = server.pupil_page("Kai", "Mr Prys").await.unwrap();
    assert!(visitor.identity.is_none() && !visitor.here.is_staff);
}

#[sqlx::test(migrations = false)]
async fn what_is_not_for_somebody_never_reaches_their_browser(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Kai", "Pat", 3).await;
    let path = format!("/pupils/{}", server.pupil_of(&seat).await);
    let page = text(server.get(&path, Some(&server.sign_in(&seat).await)).await).await;
    assert!(page.contains("Kai") && page.contains("ELSA"));
    for restricted in ["0004321", "2016-06-19", "looked_after\":true", "16560", "SEN notional budget"] {
        assert!(!page.contains(restricted), "{restricted}");
    }
}

#[sqlx::test(migrations = false)]
async fn what_is_done_is_ticked_off_by_staff_and_the_record_stays(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let actions = async |viewer: Viewer| backend.pupil_page(viewer, tomek).await.unwrap().actions;
    let before = actions(marek.viewer).await;
    assert_eq!(before.len(), 3);
    assert!(before.iter().all(|action| !action.overdue));

    let first = before[0].clone();
    let by_family = backend.action_tick(marek.viewer, tomek, first.meeting, first.id).await;
    assert_eq!(by_family, Err(AppError::NotAllowed));
    let elsewhere = backend.action_tick(pike.viewer, tomek, pike.meeting, shared::ItemId(uuid::Uuid::nil())).await;
    assert_eq!(elsewhere, Err(AppError::NotFound));
    backend.action_tick(pike.viewer, tomek, first.meeting, first.id).await.unwrap();
    backend.action_tick(pike.viewer, tomek, first.meeting, first.id).await.unwrap();
    assert_eq!(actions(marek.viewer).await, before[1..]);
    let record = backend.record_page(marek.viewer, pike.meeting).await.unwrap().record;
    assert_eq!(record.actions.len(), 3);

    server.clock.forward(time::Duration::days(60));
    assert!(actions(pike.viewer).await.iter().all(|action| action.overdue));
}

#[sqlx::test(migrations = false)]
async fn who_is_round_a_child_does_not_tell_that_they_are_looked_after(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    for (name, is_told) in [("Miss Fenn", true), ("Imogen", false), ("Mr Prys", false), ("Pat", false), ("Kai", false)]
    {
        let seat = server.seat("Kai", name, 3).await;
        let path = format!("/pupils/{}", server.pupil_of(&seat).await);
        let page = text(server.get(&path, Some(&server.sign_in(&seat).await)).await).await;
        assert!(page.contains("Who is round ") && page.contains("Hussain-Webb"), "{name}");
        for telling in ["looked-after", "Foster", "Social worker", "Virtual School"] {
            assert_eq!(page.contains(telling), is_told, "{name}: {telling}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn a_class_teacher_reads_what_teaching_a_child_needs_and_nothing_else(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    // She sits at Kai’s table, and at none of Tomek’s.
    let (fenn, pike) = (server.seat("Kai", "Miss Fenn", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    let teaches = async |class: &str| {
        let mut txn = server.db.begin(fenn.viewer.school).await.unwrap();
        posts::set(&mut txn, fenn.viewer.person, &[Post::Teacher], class).await.unwrap();
        txn.commit().await.unwrap();
    };
    let on_register = async || {
        let query = RegisterQuery { class: "4Q".to_owned(), ..RegisterQuery::default() };
        let rows = backend.register_page(fenn.viewer, query).await.unwrap().rows;
        rows.into_iter().any(|row| row.pupil == tomek)
    };
    teaches("5R").await;
    assert_eq!(backend.pupil_page(fenn.viewer, tomek).await, Err(AppError::NotFound), "she does not teach him");
    assert!(!on_register().await);

    teaches("4Q").await;
    let read_before = server.trail_of(&options, "pupil-read").await;
    let page = backend.pupil_page(fenn.viewer, tomek).await.unwrap();
    assert_eq!(server.trail_of(&options, "pupil-read").await, read_before + 1);
    assert!(page.passport.is_some() && page.needs.is_some() && page.reading.version.is_some());
    let [now] = &page.cycles[..] else { panic!("what holds now, and nothing earlier") };
    assert!(now.reviewed_in.is_none() && !now.targets.is_empty() && now.disagreed.is_empty());
    assert!(!page.help.is_empty() && page.help.iter().all(|help| help.pence.is_none()));
    // Whole sentences, with how anybody will know, and nothing to unfold.
    let html = text(server.get(&format!("/pupils/{tomek}"), Some(&server.sign_in(&fenn).await)).await).await;
    let step = &now.targets[0];
    assert!(html.contains(&step.pupil_words) && html.contains(&step.reached) && html.contains("We’ll know by: "));
    assert!(!html.contains("class=\"brief\""));
    assert!(page.identity.is_none() && page.looked_after.is_none() && !page.may_open_pep);
    assert!(page.meetings.is_empty() && page.actions.is_empty() && page.people.is_empty());
    assert!(page.change_passport.is_none() && !page.may_tick_actions && !page.may_change_line);

    assert!(on_register().await);
    let home = backend.meetings_page(fenn.viewer, 1).await.unwrap().staff.unwrap();
    assert!(home.reviews.iter().any(|due| due.pupil == tomek));
    assert!(home.drafts.iter().all(|draft| draft.pupil != tomek));
    let map = backend.map_page(fenn.viewer, MapQuery { class: "4Q".to_owned(), ..MapQuery::default() }).await.unwrap();
    assert!(!map.rows.is_empty() && map.rows.iter().all(|row| row.pence.is_none()));
    let cared_for = RegisterQuery { looked_after: true, ..RegisterQuery::default() };
    let rows = backend.register_page(fenn.viewer, cared_for).await.unwrap().rows;
    assert!(rows.iter().all(|row| row.pupil != tomek));

    // Nothing of it is theirs to change, and nothing else of it to read.
    assert_eq!(backend.pep_page(fenn.viewer, tomek).await.err(), Some(AppError::NotFound));
    assert_eq!(backend.record_page(fenn.viewer, pike.meeting).await.err(), Some(AppError::NotFound));
    assert_eq!(backend.passport_open(fenn.viewer, tomek).await.err(), Some(AppError::NotAllowed));
    let cookie = server.sign_in(&fenn).await;
    let file = text(server.get("/register.csv", Some(&cookie)).await).await;
    let his = file.lines().find(|line| line.contains("Tomek")).unwrap();
    for path in [format!("/pupils/{tomek}"), format!("/pupils/{tomek}/passport")] {
        let page = text(server.get(&path, Some(&cookie)).await).await;
        for restricted in ["0004321", "2018-02-14", "£"] {
            assert!(!page.contains(restricted) && !his.contains(restricted), "{path}: {restricted}");
        }
    }
    assert_eq!(his.split(',').nth(9), Some("\"\""), "whether he is looked after is not said: {his}");

    // Whoever is kept from him by name is, whatever they teach.
    let mut txn = server.db.begin(fenn.viewer.school).await.unwrap();
    server::db::pupils::withhold(&mut txn, tomek, fenn.viewer.person, "So it was decided").await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(backend.pupil_page(fenn.viewer, tomek).await, Err(AppError::NotFound));
    assert!(!on_register().await);
}
