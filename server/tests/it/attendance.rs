//! Who came, in the record, is what was seen and what the person running the meeting says: never the plan.

use app::error::AppError;
use shared::{Attendance, Section, event::ServerEvent};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

use crate::support::{Seat, TestServer, socket::Tab};

/// What the record says of somebody.
async fn recorded(server: &TestServer, seat: &Seat) -> Attendance {
    let page = server.backend.record_page(seat.viewer, seat.meeting).await.unwrap();
    let person = seat.viewer.person;
    page.record.attendance.iter().find(|attendee| attendee.person == person).unwrap().attendance
}

/// What the page of the meeting says of somebody.
async fn shown(server: &TestServer, seat: &Seat) -> Attendance {
    let page = server.backend.meeting_page(seat.viewer, seat.meeting).await.unwrap();
    page.people.iter().find(|person| person.id == seat.participant).unwrap().attendance
}

async fn leave(server: &TestServer, seat: &Seat, tab: Tab) {
    drop(tab);
    let room = server.rooms.open(seat.viewer.school, seat.meeting);
    // Each answer comes from the room, after all that reached it before.
    while room.here().await.unwrap().contains(&seat.participant) {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = false)]
async fn who_was_seen_was_there_and_who_was_not_is_not_said_to_be(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let seat = async |name| server.seat("Tomek", name, 3).await;
    let (pike, mum, dad) = (seat("Mrs Pike").await, seat("Agnieszka").await, seat("Marek").await);
    let (teacher, tomek, ruth, ewa) =
        (seat("Miss Qureshi").await, seat("Tomek").await, seat("Ruth").await, seat("Ewa").await);

    // One reads the evening before and does not come; two are there when it begins.
    let early = server.open(&address, &teacher, Section::Plan, 5).await;
    leave(&server, &teacher, early).await;
    let _pike = server.open(&address, &pike, Section::Plan, 6).await;
    let _ewa = server.open(&address, &ewa, Section::Plan, 7).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    // Two come later: one had only sent her views; the other leaves before the end.
    let _ruth = server.open(&address, &ruth, Section::Plan, 8).await;
    let brief = server.open(&address, &mum, Section::Plan, 9).await;
    leave(&server, &mum, brief).await;
    assert_eq!(shown(&server, &mum).await, Attendance::InPerson);
    assert_eq!(shown(&server, &dad).await, Attendance::NotNoted);

    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    assert_eq!(recorded(&server, &pike).await, Attendance::InPerson);
    assert_eq!(recorded(&server, &mum).await, Attendance::InPerson);
    assert_eq!(recorded(&server, &ewa).await, Attendance::Remote);
    assert_eq!(recorded(&server, &ruth).await, Attendance::Remote);
    for expected in [dad, teacher, tomek] {
        assert_eq!(recorded(&server, &expected).await, Attendance::NotNoted);
    }
    let pupil = server.pupil_of(&pike).await;
    let page = server.backend.pupil_page(pike.viewer, pupil).await.unwrap();
    assert_eq!(page.held_this_year, 1, "her mum was there for a part: it was held with the family");
}

#[sqlx::test(migrations = false)]
async fn the_word_of_whoever_runs_the_meeting_wins_and_everybody_hears(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let seat = async |name| server.seat("Tomek", name, 3).await;
    let (pike, dad, tomek) = (seat("Mrs Pike").await, seat("Marek").await, seat("Tomek").await);
    let (backend, meeting) = (&server.backend, pike.meeting);
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    let mut page = server.open(&address, &dad, Section::Plan, 5).await;

    // The child sat at his father’s screen, and went after his part.
    let note =
        async |who: &Seat, how| backend.meeting_attendance(pike.viewer, meeting, vec![who.participant], how).await;
    note(&tomek, Attendance::InPerson).await.unwrap();
    note(&tomek, Attendance::PartOfMeeting).await.unwrap();
    note(&dad, Attendance::InPerson).await.unwrap();
    page.until_event(&ServerEvent::Attended { participants: vec![tomek.participant] }).await;
    assert_eq!(shown(&server, &tomek).await, Attendance::PartOfMeeting);

    backend.record_agree(pike.viewer, meeting).await.unwrap();
    assert_eq!(recorded(&server, &tomek).await, Attendance::PartOfMeeting);
    assert_eq!(recorded(&server, &dad).await, Attendance::InPerson);
    assert_eq!(note(&dad, Attendance::Remote).await, Err(AppError::Agreed));
}

#[sqlx::test(migrations = false)]
async fn only_whoever_runs_it_says_who_came_and_only_of_this_table(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = async |pupil, name| server.seat(pupil, name, 3).await;
    let (fenn, pat) = (seat("Kai", "Miss Fenn").await, seat("Kai", "Pat").await);
    let (mum, stranger) = (seat("Kai", "Kai's mum").await, seat("Tomek", "Marek").await);
    let facilitator = seat("Kai", "Mrs Hussain-Webb").await;
    let (backend, meeting) = (&server.backend, pat.meeting);
    let note = async |by: &Seat, who: &Seat, how| {
        backend.meeting_attendance(by.viewer, meeting, vec![who.participant], how).await
    };

    assert_eq!(note(&facilitator, &pat, Attendance::InPerson).await, Err(AppError::NotStarted));
    backend.meeting_start(facilitator.viewer, meeting).await.unwrap();
    assert_eq!(note(&pat, &pat, Attendance::InPerson).await, Err(AppError::NotAllowed));
    assert_eq!(note(&fenn, &pat, Attendance::Apologies).await, Err(AppError::NotAllowed));
    assert_eq!(note(&stranger, &pat, Attendance::InPerson).await, Err(AppError::NotFound));
    // Neither somebody of another table, nor who was left out on purpose.
    for nobody in [&stranger, &mum] {
        assert_eq!(note(&facilitator, nobody, Attendance::InPerson).await, Err(AppError::NotFound));
    }
    for unsaid in [Attendance::NotInvitedOnPurpose, Attendance::NotNoted] {
        assert_eq!(note(&facilitator, &pat, unsaid).await, Err(AppError::Unreadable));
    }
    assert_eq!(shown(&server, &pat).await, Attendance::NotNoted);
}

#[sqlx::test(migrations = false)]
async fn the_record_knows_the_day_people_met_and_the_day_they_agreed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.clock.forward(Duration::days(3));
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    server.clock.forward(Duration::days(1));
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let record = server.backend.record_page(pike.viewer, pike.meeting).await.unwrap().record;
    // Planned for the 19th.
    assert_eq!(record.meeting.held_on, "2026-11-22");
    assert!(record.agreed_at.starts_with("2026-11-23"), "{}", record.agreed_at);
}
