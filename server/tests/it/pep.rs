//! A looked-after child’s education plan, and those it is for.

use app::{
    error::AppError,
    view::pep::{PepPage, RatingSent},
};
use axum::http::StatusCode;
use shared::{
    Role, Section,
    doc::NewItem,
    pep::{Rating, State},
    record::AgreedRecord,
    rights::title_of_part,
    schema::pep as lists,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, owner, table::item, text};

impl TestServer {
    async fn pep(&self, seat: &Seat, child: &str, of: &str) -> Result<PepPage, AppError> {
        let child = self.pupil_of(&self.seat(child, of, 3).await).await;
        self.backend.pep_page(seat.viewer, child).await
    }
}

/// On no page of a table at which they sit, either.
#[sqlx::test(migrations = false)]
async fn who_may_not_know_that_a_child_is_looked_after_does_not_read_it_at_the_table(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (now, july) = (server.seat("Kai", "Pat", 3).await, server.seat("Kai", "Pat", 2).await);
    let read = async || {
        let meeting = server.backend.meeting_page(now.viewer, now.meeting).await.unwrap();
        let record = server.backend.record_page(july.viewer, july.meeting).await.unwrap();
        let listed = server.backend.meetings_page(now.viewer, 1).await.unwrap().meetings;
        let kinds: Vec<_> =
            listed.into_iter().map(|row| row.kind).chain([meeting.kind, record.record.meeting.kind]).collect();
        let people = meeting.people.into_iter().chain(record.people).map(|person| (person.role, person.title));
        let came = record.record.attendance.into_iter().map(|seat| (seat.role, seat.title));
        let agreed = record.record.agreements.into_iter().map(|agreed| (agreed.role, agreed.title));
        (kinds, people.chain(came).chain(agreed).collect::<Vec<_>>())
    };
    let cookie = server.sign_in(&july).await;
    let file = format!("/meetings/{}/record.json", july.meeting);
    let tells = |(role, title): &(Role, String)| *role == Role::SocialCare || title != title_of_part(*role);
    let (kinds, titles) = read().await;
    assert!(kinds.iter().any(|kind| kind.contains("PEP")) && titles.iter().any(tells), "{kinds:?}, {titles:?}");
    assert_eq!(server.get(&file, Some(&cookie)).await.status(), StatusCode::OK);

    for role in ["observer", "supporter"] {
        let sql = "update participants set role = $2 where person_id = $1";
        sqlx::query(sql).bind(now.viewer.person.0).bind(role).execute(&mut owner(&options).await).await.unwrap();
        let (kinds, titles) = read().await;
        assert!(kinds.len() > 2 && kinds.iter().all(|kind| !kind.contains("PEP")), "{role}: {kinds:?}");
        assert!(titles.len() > 10 && !titles.iter().any(tells), "{role}: {titles:?}");
        // What is given byte for byte is not given.
        assert_eq!(server.get(&file, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{role}");
        let page = text(server.get(&format!("/meetings/{}/record", july.meeting), Some(&cookie)).await).await;
        assert!(page.contains("Kai") && !page.contains("Social worker") && !page.contains("Virtual School"), "{page}");
    }
}

/// Else what is left out would tell them.
#[sqlx::test(migrations = false)]
async fn who_may_not_know_of_one_child_reads_alike_at_every_table(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    for role in [Role::Observer, Role::Supporter] {
        for (child, who) in [("Tomek", "Marek"), ("Kai", "Pat")] {
            let (now, last) = (server.seat(child, who, 3).await, server.seat(child, who, 2).await);
            let sql = "update participants set role = $2 where person_id = $1";
            sqlx::query(sql)
                .bind(now.viewer.person.0)
                .bind(role.name())
                .execute(&mut owner(&options).await)
                .await
                .unwrap();
            let meeting = server.backend.meeting_page(now.viewer, now.meeting).await.unwrap();
            let record = server.backend.record_page(last.viewer, last.meeting).await.unwrap();
            let came = record.record.attendance.into_iter().map(|seat| (seat.role, seat.title));
            let people = meeting.people.into_iter().chain(record.people).map(|person| (person.role, person.title));
            for (role, title) in people.chain(came) {
                assert_eq!(title, title_of_part(role), "{child}");
            }
            let cookie = server.sign_in(&last).await;
            let file = format!("/meetings/{}/record.json", last.meeting);
            assert_eq!(server.get(&file, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{child}");
        }
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
    // Measured for the support plan, and not a second time for this one.
    let measured = |all: &[app::view::pep::Measured]| all.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
    assert!(measured(&plan.attendance)[0].contains('9'), "{:?}", plan.attendance);
    let page = text(
        server
            .get(&format!("/pupils/{}/pep", server.pupil_of(&july).await), Some(&server.sign_in(&designated).await))
            .await,
    )
    .await;
    let newest = record.baselines.iter().any(|one| one.measure.to_lowercase().contains("attendance"));
    assert_eq!((plan.attendance_is_old, page.contains("Nobody measured it for this plan")), (!newest, !newest));
    let scores: Vec<_> = plan.sdq.iter().map(|one| (one.value.as_str(), one.on.as_str())).collect();
    assert_eq!(scores, [("22 (carer)", "2026-03-23")]);
    assert!(plan.agencies.iter().any(|agency| agency.contains("Chidi")), "{:?}", plan.agencies);
    assert!(!plan.paid_help.is_empty() && plan.paid_help.iter().all(|help| !help.steps.is_empty()));
    // July’s was agreed for the autumn, and November’s meeting is on time for it.
    assert_eq!((plan.due.term.as_str(), plan.due.is_late, plan.due.is_planned_late), ("Autumn 2026", false, false));

    assert_eq!(plan.checks.len(), 11);
    assert_eq!(plan.checks[0].state, State::There);
    assert_eq!(plan.checks[6].state, State::There, "{:?}", plan.checks[6]);
    // Each spend names the step it is for, and no other help answers for it.
    let steps: Vec<_> = plan.spends.iter().map(|spend| spend.step.as_str()).collect();
    assert_eq!(steps, ["I can read for twenty minutes about something I like."]);
    // Who he is and what he hopes for are parts of it as the others are.
    assert!(plan.about[0].contains("two hearing aids") && plan.hopes[0].words.contains("mechanic"));
    assert_eq!((plan.checks[9].state, plan.checks[10].state), (State::There, State::There));
    // The demo’s plans say no time: exactly that is asked for.
    assert_eq!(plan.checks[4].state, State::Partly);
    assert!(plan.checks[4].add.contains("a time"), "{}", plan.checks[4].add);
    assert_eq!(plan.rating, Rating::Amber);

    server.clock.forward(time::Duration::days(60));
    let later = server.pep(&designated, "Kai", "Pat").await.unwrap().plan.unwrap();
    assert!(later.due.is_late, "the autumn is over");
}

#[sqlx::test(migrations = false)]
async fn what_the_plan_that_is_being_written_lacks_is_said_before_it_is_agreed(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let designated = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let page = server.pep(&designated, "Kai", "Pat").await.unwrap();
    let (agreed, now) = (page.plan.unwrap(), page.unfinished.unwrap());
    assert_eq!((now.meeting, now.checks.len()), (designated.meeting, 11));
    assert_ne!(now.meeting, agreed.agreed_in);
    // July’s plan says what home does; November’s does not yet.
    assert_eq!((agreed.checks[5].state, now.checks[5].state), (State::There, State::Missing));
    assert_eq!((now.checks[5].add.as_str(), now.rating), ("Write what home will do.", Rating::Amber));
}

/// Nobody asked Kai anything: what he said in November is no voice in the plan after it.
#[sqlx::test(migrations = false)]
async fn what_is_taken_over_from_last_term_is_asked_about_and_not_counted(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let mut designated = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    server.backend.meeting_start(designated.viewer, designated.meeting).await.unwrap();
    server.backend.record_agree(designated.viewer, designated.meeting).await.unwrap();
    let agreed = server.pep(&designated, "Kai", "Pat").await.unwrap().plan.unwrap();
    assert_eq!((agreed.checks[0].state, agreed.checks[2].state), (State::There, State::There));
    assert_eq!(agreed.checks[8].state, State::Partly, "nobody but the school was there");

    designated.meeting = server.backend.meeting_start_next(designated.viewer, designated.meeting).await.unwrap();
    server.backend.meeting_start(designated.viewer, designated.meeting).await.unwrap();
    let next = server.pep(&designated, "Kai", "Pat").await.unwrap().unfinished.unwrap();
    for at in [0, 2, 7] {
        assert_eq!(next.checks[at].state, State::FromLast, "{:?}", next.checks[at]);
    }
    // Who he is, and what he hopes for one day, may stay.
    assert_eq!((next.checks[9].state, next.checks[10].state), (State::There, State::There));
    assert_eq!(next.rating, Rating::Red);
    let path = format!("/pupils/{}/pep", server.pupil_of(&designated).await);
    let page = text(server.get(&path, Some(&server.sign_in(&designated).await)).await).await;
    assert!(page.contains("From last term: still so?"));

    let mut tab = server.open(&address, &designated, Section::Pep, 91_001).await;
    tab.begin().await;
    let said = NewItem::by(designated.viewer.person).with("text", "I want to stay in the workshop group.");
    tab.edit(|doc| doc.add(&lists::WISHES, item(1), said)).await;
    tab.until_saved().await;
    let asked = server.pep(&designated, "Kai", "Pat").await.unwrap().unfinished.unwrap();
    assert_eq!(asked.checks[0].state, State::There);
}

#[sqlx::test(migrations = false)]
async fn that_he_is_looked_after_is_in_no_page_of_who_came_along(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let seat = server.seat("Kai", "Mr Prys", 3).await;
    let sql = "update participants set role = $2 where id = $1";
    for (role, is_told) in [("supporter", false), ("observer", false), ("parent", true), ("teacher", true)] {
        let place = sqlx::query(sql).bind(seat.participant.0).bind(role);
        place.execute(&mut owner(&options).await).await.unwrap();
        let page = server.backend.meeting_page(seat.viewer, seat.meeting).await.unwrap();
        assert_eq!(page.pupil.looked_after, is_told, "{role}");
        let reads = page.sections.iter().any(|section| section.section == Section::Pep);
        assert_eq!(reads, is_told, "the section needs it: {role}");
    }
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

/// Domain 4.5: premium rows are for the head, the SENCO, the designated teacher and social care.
#[sqlx::test(migrations = false)]
async fn what_the_premium_is_for_and_the_scores_are_in_no_page_of_the_meeting_but_of_those_who_answer_for_them(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let told = [
        (2, ["380.00", "266.00", "Interrupted in week 7", "Total, 0 to 40"]),
        (3, ["521.00", "464.00", "asks for the next book", "Total, 0 to 40"]),
    ];
    let (answer, others) = (["Mrs Hussain-Webb", "Chidi", "Gareth"], ["Kai", "Pat", "Len", "Imogen", "Miss Fenn"]);
    let new = ["Mr Bowen", "Mr Prys"];
    for (cycle, told) in told {
        for name in answer.iter().chain(&others).chain(new.iter().filter(|_| cycle == 3)) {
            let seat = server.seat("Kai", name, cycle).await;
            let cookie = server.sign_in(&seat).await;
            let page = text(server.get(&format!("/meetings/{}", seat.meeting), Some(&cookie)).await).await;
            assert!(page.contains("Kai"), "{name}, cycle {cycle}");
            let answers = answer.contains(name);
            let shown = told.iter().filter(|words| page.contains(**words)).count();
            assert_eq!(shown, if answers { told.len() } else { 0 }, "{name}, cycle {cycle}");
            assert!(answers || !page.to_lowercase().contains("premium"), "{name}, cycle {cycle}");
        }
    }
    // Nor in what was agreed, which the child has too.
    let kai = server.seat("Kai", "Kai", 2).await;
    let cookie = server.sign_in(&kai).await;
    for path in ["record", "record.json"] {
        let agreed = text(server.get(&format!("/meetings/{}/{path}", kai.meeting), Some(&cookie)).await).await;
        assert!(agreed.contains("Kai") && !agreed.contains("SDQ") && !agreed.contains("remium"), "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn what_help_costs_is_in_no_page_of_the_meeting_but_of_whoever_runs_it(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    for (name, is_told) in [("Mrs Pike", true), ("Miss Qureshi", false), ("Mr Adeyemi", false), ("Marek", false)] {
        let seat = server.seat("Tomek", name, 3).await;
        let cookie = server.sign_in(&seat).await;
        let page = text(server.get(&format!("/meetings/{}", seat.meeting), Some(&cookie)).await).await;
        assert!(page.contains("Board-game"), "{name}");
        assert_eq!(page.contains("35.75") && page.contains("£ a pupil"), is_told, "{name}");
        assert!(is_told || !page.contains("35.75") && !page.contains('£'), "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn nothing_of_care_placement_or_contact_is_on_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    for name in ["Mrs Hussain-Webb", "Chidi"] {
        let seat = server.seat("Kai", name, 3).await;
        let path = format!("/pupils/{}/pep", server.pupil_of(&seat).await);
        let page = text(server.get(&path, Some(&server.sign_in(&seat).await)).await).await;
        assert!(page.contains("Pupil premium plus") && page.contains("I like the workshop"));
        for restricted in
            ["Care order", "care order", "2025-08-11", "Delegated", "delegated", "Marlow", "0004321", "2016-06-19"]
        {
            assert!(!page.contains(restricted), "{name}: {restricted}");
        }
    }
    let pat = server.seat("Kai", "Pat", 3).await;
    let path = format!("/pupils/{}/pep", server.pupil_of(&pat).await);
    let answer = server.get(&path, Some(&server.sign_in(&pat).await)).await;
    assert_eq!(answer.status(), 404);
    assert!(!text(answer).await.contains("premium"));
}

#[sqlx::test(migrations = false)]
async fn the_virtual_school_rates_it_and_earlier_ratings_stay(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let gareth = server.seat("Kai", "Gareth", 3).await;
    let designated = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let before = server.pep(&gareth, "Kai", "Pat").await.unwrap();
    assert!(before.may_rate && before.ratings.is_empty());
    let plan = before.plan.unwrap();
    let kai = server.pupil_of(&gareth).await;
    let path = format!("/pupils/{kai}/pep/rating");
    let cookie = server.sign_in(&gareth).await;
    let send = async |rating: &str, words: &str| {
        let form = format!("plan={}&rating={rating}&words={}", plan.agreed_in, words.replace(' ', "+"));
        server.post_form_as(&path, Some(&cookie), form).await
    };
    // Without a colour or a sentence nothing is written down, and what was typed stays.
    for (rating, words, said) in
        [("", "Good voice", "Choose green"), ("blue", "Good voice", "Choose green"), ("red", "", "Say why")]
    {
        let refused = send(rating, words).await;
        assert_eq!(refused.status(), 422, "{rating}");
        let page = text(refused).await;
        assert!(page.contains(said) && page.contains(words), "{rating}");
    }
    assert_eq!(send("red", &"x".repeat(501)).await.status(), 422);
    assert!(server.pep(&gareth, "Kai", "Pat").await.unwrap().ratings.is_empty());

    assert_eq!(send("amber", "The voice is strong; say when each help happens").await.status(), 303);
    server.clock.forward(time::Duration::days(3));
    let cookie = server.sign_in(&gareth).await;
    let form = format!("plan={}&rating=green&words=All+of+it+now", plan.agreed_in);
    assert_eq!(server.post_form_as(&path, Some(&cookie), form).await.status(), 303);
    let page = server.pep(&designated, "Kai", "Pat").await.unwrap();
    assert!(!page.may_rate);
    // What is counted stands beside it, as it was.
    assert_eq!(page.plan.as_ref().unwrap().rating, plan.rating);
    let said: Vec<_> =
        page.ratings.iter().map(|rated| (rated.rating, rated.words.as_str(), rated.on.as_str())).collect();
    assert_eq!(
        said,
        [
            (Rating::Green, "All of it now", "2026-11-22"),
            (Rating::Amber, "The voice is strong; say when each help happens", "2026-11-19"),
        ]
    );
    assert!(page.ratings.iter().all(|rated| rated.is_of_newest && rated.name.contains("Gareth")));
    assert!(page.ratings[0].title.contains("Virtual School"), "{}", page.ratings[0].title);
    let html = server.get(&format!("/pupils/{kai}/pep"), Some(&server.sign_in(&designated).await)).await;
    let html = text(html).await;
    assert!(html.contains("Sunday 22 November 2026") && html.contains("Earlier ratings (1)"));
    assert!(!html.contains("Give this rating"));
    // Whose word each is, the earlier one too: a social worker may have given it.
    assert!(html.contains("By the Virtual School, or the social worker"), "{html}");
    let who = format!("{}, {}", page.ratings[0].name, page.ratings[0].title);
    assert_eq!(html.matches(&who).count(), 2, "{who}: {html}");
    assert_eq!(server.trail_of(&options, "pep-rated").await, 2);

    // The server itself cannot change or take back one.
    let mut txn = server.db.begin(gareth.viewer.school).await.unwrap();
    let changed = sqlx::query("update pep_ratings set rating = 'red'").execute(txn.connection()).await;
    assert!(changed.unwrap_err().to_string().contains("permission denied"));
}

#[sqlx::test(migrations = false)]
async fn nobody_of_the_school_rates_its_plan_and_an_older_plan_is_not_rated(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let gareth = server.seat("Kai", "Gareth", 3).await;
    let kai = server.pupil_of(&gareth).await;
    let plan = server.pep(&gareth, "Kai", "Pat").await.unwrap().plan.unwrap().agreed_in;
    let sent = RatingSent { plan: plan.to_string(), rating: "green".into(), words: "Good".into(), faults: vec![] };
    let rate = async |seat: &Seat, sent: &RatingSent| server.backend.pep_rate(seat.viewer, kai, sent.clone()).await;
    // Those who may read it hear that it is not theirs; to the others there is no such plan.
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    for seat in [&pike, &server.seat("Kai", "Mrs Hussain-Webb", 3).await] {
        assert_eq!(rate(seat, &sent).await, Err(AppError::NotAllowed));
    }
    for name in ["Pat", "Kai", "Miss Fenn"] {
        assert_eq!(rate(&server.seat("Kai", name, 3).await, &sent).await, Err(AppError::NotFound), "{name}");
    }
    let older = server.seat("Kai", "Pat", 1).await.meeting;
    let faults = rate(&gareth, &RatingSent { plan: older.to_string(), ..sent.clone() }).await.unwrap();
    assert!(faults[0].what_to_do.contains("not the newest plan"), "{faults:?}");
    assert_eq!(server.trail_of(&options, "pep-rated").await, 0);
    assert_eq!(rate(&gareth, &sent).await, Ok(vec![]));
}
