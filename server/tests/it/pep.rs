//! A looked-after child’s education plan, and those it is for.

use app::{error::AppError, view::pep::PepPage};
use shared::{
    pep::{Rating, State},
    record::AgreedRecord,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, text};

impl TestServer {
    async fn pep(&self, seat: &Seat, child: &str, of: &str) -> Result<PepPage, AppError> {
        let child = self.pupil_of(&self.seat(child, of, 3).await).await;
        self.backend.pep_page(seat.viewer, child).await
    }
}

#[sqlx::test(migrations = false)]
async fn it_is_made_of_what_was_agreed_and_says_what_is_missing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let designated = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let plan = server.pep(&designated, "Kai", "Pat").await.unwrap().plan.unwrap();
    let july = server.seat("Kai", "Pat", 2).await;
    let record: AgreedRecord = server.backend.record_page(july.viewer, july.meeting).await.unwrap().record;
    assert_eq!((plan.agreed_in, plan.term.as_str()), (july.meeting, "Summer 2026"));
    let (titles, agreed): (Vec<_>, Vec<_>) =
        (plan.targets.iter().map(|t| &t.title).collect(), record.targets.iter().map(|t| &t.title).collect());
    assert_eq!(titles, agreed, "the steps are the support plan’s own");
    assert!(plan.wishes.iter().any(|wish| wish.words.contains("I like the workshop")));
    let spends: Vec<_> = plan.spends.iter().map(|spend| (spend.allocated, spend.spent)).collect();
    assert_eq!(spends, [(Some(38_000), Some(26_600))]);
    assert_eq!(plan.subjects.len(), 3);
    assert!(!plan.paid_help.is_empty() && plan.paid_help.iter().all(|help| !help.steps.is_empty()));
    // July’s was agreed for the autumn, and November’s meeting is on time for it.
    assert_eq!((plan.due.term.as_str(), plan.due.is_late, plan.due.is_planned_late), ("Autumn 2026", false, false));

    assert_eq!(plan.checks.len(), 9);
    assert_eq!(plan.checks[0].state, State::There);
    assert_eq!(plan.checks[6].state, State::There, "{:?}", plan.checks[6]);
    // The demo’s plans say no time: exactly that is asked for.
    assert_eq!(plan.checks[4].state, State::Partly);
    assert!(plan.checks[4].add.contains("a time"), "{}", plan.checks[4].add);
    assert_eq!(plan.rating, Rating::Amber);

    server.clock.forward(time::Duration::days(60));
    let later = server.pep(&designated, "Kai", "Pat").await.unwrap().plan.unwrap();
    assert!(later.due.is_late, "the autumn is over");
}

#[sqlx::test(migrations = false)]
async fn it_is_for_those_who_answer_for_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    assert!(server.pep(&pike, "Kai", "Pat").await.is_ok(), "the SENCO has no place at his table");
    for name in ["Mrs Hussain-Webb", "Chidi", "Gareth"] {
        let seat = server.seat("Kai", name, 3).await;
        assert!(server.pep(&seat, "Kai", "Pat").await.is_ok(), "{name}");
        let child = server.backend.pupil_page(seat.viewer, server.pupil_of(&seat).await).await.unwrap();
        assert!(child.may_open_pep, "{name}");
    }
    // Nobody else, however near; and nobody learns from the answer that he is looked after.
    for name in ["Pat", "Len", "Kai", "Miss Fenn", "Mr Bowen", "Imogen", "Mr Prys", "Kai's mum"] {
        let seat = server.seat("Kai", name, 3).await;
        assert_eq!(server.pep(&seat, "Kai", "Pat").await, Err(AppError::NotFound), "{name}");
        if let Ok(page) = server.backend.pupil_page(seat.viewer, server.pupil_of(&seat).await).await {
            assert!(!page.may_open_pep, "{name}");
        }
    }
    let elsewhere = server.seat("Amara", "Mr Prys", 3).await;
    assert_eq!(server.pep(&elsewhere, "Kai", "Pat").await, Err(AppError::NotFound));
    assert_eq!(server.pep(&pike, "Tomek", "Marek").await, Err(AppError::NotFound), "he is not looked after");
    // Whoever it is withheld from, whatever they are.
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    server::db::pupils::withhold(&mut txn, kai, pike.viewer.person, "A relative").await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(server.pep(&pike, "Kai", "Pat").await, Err(AppError::NotFound));
}

#[sqlx::test(migrations = false)]
async fn nothing_of_care_placement_or_contact_is_on_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    for name in ["Mrs Hussain-Webb", "Chidi"] {
        let seat = server.seat("Kai", name, 3).await;
        let path = format!("/pupils/{}/pep", server.pupil_of(&seat).await);
        let page = text(server.get(&path, Some(&server.sign_in(&seat).await)).await).await;
        assert!(page.contains("Pupil premium plus") && page.contains("I like the workshop"));
        for restricted in [
            "Care order",
            "care order",
            "2025-08-11",
            "Delegated",
            "delegated",
            "Marlow",
            "FICTIONAL-UPN",
            "2016-06-19",
        ] {
            assert!(!page.contains(restricted), "{name}: {restricted}");
        }
    }
    let pat = server.seat("Kai", "Pat", 3).await;
    let path = format!("/pupils/{}/pep", server.pupil_of(&pat).await);
    let answer = server.get(&path, Some(&server.sign_in(&pat).await)).await;
    assert_eq!(answer.status(), 404);
    assert!(!text(answer).await.contains("premium"));
}
