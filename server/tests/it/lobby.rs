//! Before the door, through it, and shut out: links and knocks.

use app::{
    backend::{KnockSecrets, Viewer},
    error::AppError,
    view::doors::{Doors, LobbyState},
};
use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use server::{
    arrivals::{self, Arrival, NoDoor},
    db::login_sessions,
    secret::Hash,
};
use shared::{Role, Section, protocol::Message, record::Response as Answer};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use tower::ServiceExt;

use crate::support::{
    Seat, TestServer, owner,
    socket::{Address, Tab},
    text,
};

/// The value of a cookie that this answer sets; nothing, if it sets none or takes it away.
pub(crate) fn cookie(response: &Response<Body>, name: &str) -> Option<String> {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut values = cookies.filter_map(|cookie| cookie.split(';').next()?.strip_prefix(name)?.strip_prefix('='));
    values.next_back().filter(|value| !value.is_empty()).map(str::to_owned)
}

pub(crate) fn leads_to(response: &Response<Body>) -> &str {
    response.headers()[header::LOCATION].to_str().unwrap()
}

pub(crate) async fn post(server: &TestServer, path: &str, cookies: &str, form: &str) -> Response<Body> {
    let request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "meetings.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookies);
    server.router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap()
}

/// Tomek’s table, and who comes to its door.
pub(crate) struct House {
    pub(crate) server: TestServer,
    pub(crate) mum: Seat,
    pub(crate) pupil: Seat,
    pub(crate) senco: Seat,
}

impl House {
    pub(crate) async fn with(doors: Doors, pool: PgPoolOptions, options: PgConnectOptions) -> Self {
        let server = TestServer::start(pool, options).await;
        let seat = async |name| server.seat("Tomek", name, 3).await;
        let (mum, pupil, senco) = (seat("Agnieszka").await, seat("Tomek").await, seat("Mrs Pike").await);
        server.backend.doors_set(senco.viewer, senco.meeting, doors).await.unwrap();
        Self { server, mum, pupil, senco }
    }

    pub(crate) async fn press(&self, seat: &Seat) -> Response<Body> {
        let link = format!("/join/{}", self.server.token(seat).await);
        post(&self.server, &link, "", "asked=yes").await
    }

    pub(crate) async fn door(&self) -> app::view::doors::DoorPage {
        self.server.backend.door_page(self.senco.viewer, self.senco.meeting).await.unwrap()
    }

    pub(crate) async fn lobby(&self, secret: &str) -> Result<app::view::doors::LobbyPage, AppError> {
        self.server.backend.lobby_page(&KnockSecrets(vec![secret.to_owned()])).await
    }

    /// Makes a code, and returns its digits.
    pub(crate) async fn code(&self) -> String {
        self.server.backend.code_make(self.senco.viewer, self.senco.meeting).await.unwrap();
        self.door().await.code.unwrap().digits
    }

    pub(crate) async fn type_code(&self, code: &str, name: &str) -> Result<Arrival, NoDoor> {
        arrivals::by_code(&self.server.state, None, code, name, "Chrome on Android").await.unwrap()
    }

    /// Somebody comes by this code and is let in as this. Returns their session.
    pub(crate) async fn let_in(&self, code: &str, name: &str, role: Role) -> String {
        let secret = self.knock_by(code, name).await;
        self.admit(&secret, Some(role)).await
    }

    /// Somebody stands at the door by this code. Returns what they come in with, once they may.
    pub(crate) async fn knock_by(&self, code: &str, name: &str) -> String {
        let Ok(Arrival::AtDoor { secret }) = self.type_code(code, name).await else { panic!("no door") };
        secret
    }

    /// Mum knocks with her link and is let in, the same way.
    pub(crate) async fn let_mum_in(&self) -> String {
        let secret = cookie(&self.press(&self.mum).await, "knock").expect("she is at the door");
        self.admit(&secret, None).await
    }

    async fn admit(&self, secret: &str, role: Option<Role>) -> String {
        self.answer_knock(role).await;
        self.enter(secret).await
    }

    /// Whoever waits first may come in.
    pub(crate) async fn answer_knock(&self, role: Option<Role>) {
        let knock = self.door().await.knocks.remove(0);
        let Seat { viewer, meeting, .. } = self.senco;
        self.server.backend.knock_admit(viewer, meeting, knock.id, role).await.unwrap();
    }

    pub(crate) async fn enter(&self, secret: &str) -> String {
        let entered = post(&self.server, "/lobby/enter", &format!("knock={secret}"), "").await;
        cookie(&entered, "sid").expect("they are in")
    }
}

#[sqlx::test(migrations = false)]
async fn a_link_leads_to_the_door_and_no_further(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let pressed = house.press(&house.mum).await;
    assert_eq!(leads_to(&pressed), "/lobby");
    assert_eq!(cookie(&pressed, "sid"), None);
    let secret = cookie(&pressed, "knock").unwrap();
    let knock = format!("knock={secret}");
    let page = text(house.server.get("/lobby", Some(&knock)).await).await;
    assert!(page.contains("Agnieszka") && page.contains("Mrs Pike") && page.contains("Larkfield"));
    assert!(!page.contains("Tomek") && !page.contains("Wieczorek"));
    // The secret opens nothing else.
    let meeting = format!("/meetings/{}", house.mum.meeting);
    assert_eq!(house.server.get(&meeting, Some(&knock)).await.status(), StatusCode::UNAUTHORIZED);
    let early = post(&house.server, "/lobby/enter", &knock, "").await;
    assert_eq!((leads_to(&early), cookie(&early, "sid")), ("/lobby", None));

    let knocks = house.door().await.knocks;
    assert_eq!((knocks.len(), knocks[0].name.as_str()), (1, "Agnieszka"));
    assert_eq!(knocks[0].expected.as_ref().unwrap().role, Role::Parent);
    let answer = house.server.backend.knock_admit(house.senco.viewer, house.senco.meeting, knocks[0].id, None).await;
    answer.unwrap();
    assert_eq!(house.lobby(&secret).await.unwrap().state, LobbyState::Admitted);
    let entered = post(&house.server, "/lobby/enter", &knock, "").await;
    assert_eq!(leads_to(&entered), meeting);
    let sid = format!("sid={}", cookie(&entered, "sid").unwrap());
    assert_eq!(house.server.get(&meeting, Some(&sid)).await.status(), StatusCode::OK);
    // Once.
    let again = post(&house.server, "/lobby/enter", &knock, "").await;
    assert_eq!(cookie(&again, "sid"), None);
    assert!(house.door().await.knocks.is_empty());
}

#[sqlx::test(migrations = false)]
async fn who_is_declined_stays_outside_and_who_goes_away_is_not_shown(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let secret = cookie(&house.press(&house.mum).await, "knock").unwrap();
    let id = house.door().await.knocks[0].id;
    let (viewer, meeting) = (house.senco.viewer, house.senco.meeting);
    assert_eq!(house.server.backend.knock_decline(house.mum.viewer, meeting, id).await, Err(AppError::NotAllowed));
    house.server.backend.knock_decline(viewer, meeting, id).await.unwrap();
    assert_eq!(house.lobby(&secret).await.unwrap().state, LobbyState::Declined);
    let turned = post(&house.server, "/lobby/enter", &format!("knock={secret}"), "").await;
    assert_eq!(cookie(&turned, "sid"), None);
    // Answered is answered.
    assert_eq!(house.server.backend.knock_admit(viewer, meeting, id, None).await, Err(AppError::NotFound));

    let secret = cookie(&house.press(&house.mum).await, "knock").unwrap();
    house.server.clock.forward(Duration::seconds(19));
    assert_eq!(house.lobby(&secret).await.unwrap().state, LobbyState::Waiting);
    house.server.clock.forward(Duration::seconds(19));
    assert_eq!(house.door().await.knocks.len(), 1, "still asking");
    house.server.clock.forward(Duration::seconds(2));
    assert!(house.door().await.knocks.is_empty(), "asks no more");
}

#[sqlx::test(migrations = false)]
async fn nobody_is_let_in_as_somebody_who_reads_more(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let secret = cookie(&house.press(&house.mum).await, "knock").unwrap();
    let id = house.door().await.knocks[0].id;
    let admit = |role| house.server.backend.knock_admit(house.senco.viewer, house.senco.meeting, id, Some(role));
    for more in [Role::Teacher, Role::Assistant] {
        assert_eq!(admit(more).await, Err(AppError::NotAllowed), "{more:?}");
        assert_eq!(house.lobby(&secret).await.unwrap().state, LobbyState::Waiting);
    }
    admit(Role::Observer).await.unwrap();
    assert_eq!(house.lobby(&secret).await.unwrap().expected.unwrap().role, Role::Observer);
}

#[sqlx::test(migrations = false)]
async fn open_doors_let_in_who_is_expected_and_closed_ones_nobody(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let pressed = house.press(&house.mum).await;
    assert_eq!(leads_to(&pressed), format!("/meetings/{}", house.mum.meeting));
    let sid = format!("sid={}", cookie(&pressed, "sid").unwrap());

    let code = house.code().await;
    house.server.backend.doors_set(house.senco.viewer, house.senco.meeting, Doors::Closed).await.unwrap();
    let shut = house.press(&house.mum).await;
    assert!(leads_to(&shut).starts_with("/join/"));
    assert_eq!((cookie(&shut, "sid"), cookie(&shut, "knock")), (None, None));
    let page = text(house.server.get(leads_to(&shut), None).await).await;
    assert!(page.contains("The doors are closed"));
    assert_eq!(house.type_code(&code, "Zofia K").await, Err(NoDoor::Unknown));
    // Who is in, is in.
    let meeting = format!("/meetings/{}", house.mum.meeting);
    assert_eq!(house.server.get(&meeting, Some(&sid)).await.status(), StatusCode::OK);
}

#[sqlx::test(migrations = false)]
async fn a_link_to_one_meeting_opens_no_other_door(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let (server, senco, mum) = (&house.server, &house.senco, &house.mum);
    let earlier = server.seat("Tomek", "Agnieszka", 2).await;
    let table = format!("/meetings/{}", mum.meeting);
    let record = format!("/meetings/{}/record", earlier.meeting);
    let status = async |path: &str, cookies: &str| server.get(path, Some(cookies)).await.status();

    let pressed = house.press(&earlier).await;
    assert_eq!(leads_to(&pressed), record);
    let secret = cookie(&pressed, "sid").unwrap();
    let (old, viewer) = (format!("sid={secret}"), viewer(server, &secret).await);
    for doors in [Doors::Closed, Doors::Knock] {
        server.backend.doors_set(senco.viewer, senco.meeting, doors).await.unwrap();
        for path in [table.clone(), format!("{table}/prepare")] {
            let page = server.get(&path, Some(&old)).await;
            assert_eq!(page.status(), StatusCode::UNAUTHORIZED, "{path} {doors:?}");
            let page = text(page).await;
            assert!(page.contains(&AppError::NotSignedIn.to_string()) && !page.contains("Tomek"));
        }
        let answer = server.backend.meeting_answer(viewer, mum.meeting, Answer::Agree, String::new()).await;
        assert_eq!(answer, Err(AppError::NotSignedIn));
        // Nor what is written there of the passport, by the child’s page.
        let pupil = server.pupil_of(mum).await;
        assert_eq!(server.backend.passport_save(viewer, pupil).await, Err(AppError::NotSignedIn));
    }
    assert_eq!(status(&record, &old).await, StatusCode::OK, "what was agreed is read");

    // The meeting’s own link leads her to its door, in the same browser; let in, she is at both.
    let own = format!("/join/{}", server.token(mum).await);
    let at_door = post(server, &own, &old, "asked=yes").await;
    assert_eq!(leads_to(&at_door), "/lobby");
    let knock = house.door().await.knocks[0].id;
    server.backend.knock_admit(senco.viewer, senco.meeting, knock, None).await.unwrap();
    let cookies = format!("{old}; knock={}", cookie(&at_door, "knock").unwrap());
    let entered = post(server, "/lobby/enter", &cookies, "").await;
    assert_eq!(leads_to(&entered), table);
    let hers = format!("sid={}", cookie(&entered, "sid").unwrap());
    assert_eq!((status(&table, &hers).await, status(&record, &hers).await), (StatusCode::OK, StatusCode::OK));
    assert_eq!(leads_to(&post(server, &own, &hers, "asked=yes").await), table, "who is in does not knock again");
    let first = format!("/join/{}", server.token(&earlier).await);
    let again = format!("sid={}", cookie(&post(server, &first, &hers, "asked=yes").await, "sid").unwrap());
    assert_eq!(status(&table, &again).await, StatusCode::OK, "nor after she has read the plan once more");
    // Whoever else holds the old link is where they were.
    assert_eq!(status(&table, &old).await, StatusCode::UNAUTHORIZED);

    // Nor does a knock outlive the link it was made with.
    let waiting = cookie(&house.press(mum).await, "knock").unwrap();
    server.backend.link_take_back(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    assert_eq!(house.lobby(&waiting).await.err(), Some(AppError::NotSignedIn));
}

#[sqlx::test(migrations = false)]
async fn a_link_to_one_childs_meeting_reads_of_no_other_child(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let (kai, amara) = (server.seat("Kai", "Pat", 3).await, server.seat("Amara", "Denise", 3).await);
    let same = if kai.viewer.school == mum.viewer.school { kai } else { amara };
    let earlier = "select meeting_id from participants where person_id = $1 and meeting_id <> $2 limit 1";
    let earlier = sqlx::query_scalar::<_, uuid::Uuid>(earlier).bind(same.viewer.person.0).bind(same.meeting.0);
    let earlier = earlier.fetch_one(&mut owner(&options).await).await.unwrap();
    // She is a parent at the other table too.
    let sql = "update participants set person_id = $1 where person_id = $2";
    let moved = sqlx::query(sql).bind(mum.viewer.person.0).bind(same.viewer.person.0);
    moved.execute(&mut owner(&options).await).await.unwrap();
    let (tomek, other) = (server.pupil_of(&mum).await, server.pupil_of(&same).await);
    let status = async |path: &str, cookie: &str| server.get(path, Some(cookie)).await.status();

    let hers = server.sign_in(&mum).await;
    for path in [format!("/pupils/{tomek}"), format!("/pupils/{tomek}/passport"), format!("/meetings/{}", mum.meeting)]
    {
        assert_eq!(status(&path, &hers).await, StatusCode::OK, "{path}");
    }
    let theirs = [
        format!("/pupils/{other}"),
        format!("/pupils/{other}/passport"),
        format!("/meetings/{}", same.meeting),
        format!("/meetings/{earlier}/record"),
    ];
    for path in &theirs {
        let refused = status(path, &hers).await;
        assert!([StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED].contains(&refused), "{path}: {refused}");
    }
    let link = viewer(&server, hers.trim_start_matches("sid=")).await;
    assert_eq!(server.backend.passport_open(link, other).await.err(), Some(AppError::NotFound));
    let listed = async |viewer| server.backend.meetings_page(viewer, 1).await.unwrap().meetings;
    assert!(listed(link).await.iter().all(|meeting| meeting.pupil == "Tomek"));
    assert!(listed(mum.viewer).await.iter().any(|meeting| meeting.pupil != "Tomek"), "with an account all of them");

    // The link to the other meeting, in the same browser: now she is at both.
    let second = Seat { viewer: mum.viewer, ..same };
    let pressed = post(&server, &format!("/join/{}", server.token(&second).await), &hers, "asked=yes").await;
    let both = format!("sid={}", cookie(&pressed, "sid").unwrap());
    for path in theirs.iter().chain([&format!("/pupils/{tomek}")]) {
        assert_eq!(status(path, &both).await, StatusCode::OK, "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn whoever_runs_the_meeting_comes_in_by_their_own_link(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let (server, senco) = (&house.server, &house.senco);
    let table = format!("/meetings/{}", senco.meeting);
    for doors in [Doors::Knock, Doors::Closed] {
        server.backend.doors_set(senco.viewer, senco.meeting, doors).await.unwrap();
        let link = format!("/join/{}", server.token(senco).await);
        let page = text(server.get(&link, None).await).await;
        assert!(!page.contains("Knock") && !page.contains("doors are closed"), "{page}");
        let pressed = post(server, &link, "", "asked=yes").await;
        assert_eq!(leads_to(&pressed), table, "{doors:?}");
        let hers = format!("sid={}", cookie(&pressed, "sid").unwrap());
        assert_eq!(server.get(&table, Some(&hers)).await.status(), StatusCode::OK, "{doors:?}");
    }
    // Nobody else does, and they can be let in.
    server.backend.doors_set(senco.viewer, senco.meeting, Doors::Knock).await.unwrap();
    assert_eq!(leads_to(&house.press(&house.mum).await), "/lobby");
}

#[sqlx::test(migrations = false)]
async fn who_came_while_the_door_was_open_is_in_and_nobody_after(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let (server, mum, senco) = (&house.server, &house.mum, &house.senco);
    let address = server.listen().await;
    let earlier = server.seat("Tomek", "Agnieszka", 2).await;
    let session = async || format!("sid={}", cookie(&house.press(&earlier).await, "sid").unwrap());
    let (came, late) = (session().await, session().await);
    let mut tab = Tab::connect(&address, &came, mum.meeting, Section::Plan, 5).await;
    tab.begin().await;
    server.backend.doors_set(senco.viewer, senco.meeting, Doors::Closed).await.unwrap();
    let table = format!("/meetings/{}", mum.meeting);
    assert_eq!(server.get(&table, Some(&came)).await.status(), StatusCode::OK);
    assert_eq!(server.get(&table, Some(&late)).await.status(), StatusCode::UNAUTHORIZED);
    is_denied(&address, &late, mum).await;
}

#[sqlx::test(migrations = false)]
async fn what_is_corrected_is_read_by_its_link_and_changed_through_its_door(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 2).await, server.seat("Tomek", "Mrs Pike", 2).await);
    server.backend.doors_set(senco.viewer, senco.meeting, Doors::Knock).await.unwrap();
    let (hers, sencos) = (server.sign_in(&mum).await, server.sign_in(&senco).await);
    // Nobody listens before it is open who would not be let in then.
    is_denied(&address, &hers, &mum).await;
    let by_link = viewer(&server, sencos.trim_start_matches("sid=")).await;
    server.backend.record_reopen(by_link, senco.meeting, "The day was wrong".to_owned()).await.unwrap();
    let table = format!("/meetings/{}", mum.meeting);
    assert_eq!(server.get(&table, Some(&sencos)).await.status(), StatusCode::OK, "whoever opens it is in");
    assert_eq!(server.get(&table, Some(&hers)).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.get(&format!("{table}/record"), Some(&hers)).await.status(), StatusCode::OK);
}

pub(crate) async fn viewer(server: &TestServer, session: &str) -> Viewer {
    login_sessions::find(&server.db, Hash::of(session)).await.unwrap().unwrap().viewer
}

async fn is_denied(address: &Address, session: &str, at: &Seat) {
    let mut tab = Tab::connect(address, session, at.meeting, Section::Plan, 7).await;
    tab.say(Message::AuthToken(String::new())).await;
    tab.until(|message| matches!(message, Message::PermissionDenied(_))).await;
}

#[sqlx::test(migrations = false)]
async fn no_session_lasts_longer_than_the_link_it_was_made_by(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options.clone()).await;
    let (server, mum, senco) = (&house.server, &house.mum, &house.senco);
    let table = format!("/meetings/{}", mum.meeting);
    let status = async |path: &str, cookies: &str| server.get(path, Some(cookies)).await.status();
    let ends_in = async |seat: &Seat, hours: i64| {
        server.token(seat).await;
        let sql = "update join_links set expires_at = $2 where participant_id = $1";
        let ends = server.state.clock.now() + Duration::hours(hours);
        sqlx::query(sql).bind(seat.participant.0).bind(ends).execute(&mut owner(&options).await).await.unwrap();
    };
    // The token of a link, without making it last longer.
    let path = async |seat: &Seat| {
        let url = server.backend.link_show(senco.viewer, seat.meeting, seat.participant).await.unwrap().url;
        url[url.find("/join/").unwrap()..].to_owned()
    };
    // Straight in, and by the lobby.
    ends_in(mum, 3).await;
    let pressed = post(server, &path(mum).await, "", "asked=yes").await;
    let straight = format!("sid={}", cookie(&pressed, "sid").unwrap());
    server.backend.doors_set(senco.viewer, senco.meeting, Doors::Knock).await.unwrap();
    let at_door = post(server, &path(mum).await, "", "asked=yes").await;
    let knock = house.door().await.knocks[0].id;
    server.backend.knock_admit(senco.viewer, senco.meeting, knock, None).await.unwrap();
    let entered = post(server, "/lobby/enter", &format!("knock={}", cookie(&at_door, "knock").unwrap()), "").await;
    let admitted = format!("sid={}", cookie(&entered, "sid").unwrap());
    // Nor do its places, taken along to where another link leads that is good for longer.
    let earlier = server.seat("Tomek", "Agnieszka", 2).await;
    let other = format!("/join/{}", server.token(&earlier).await);
    let along = format!("sid={}", cookie(&post(server, &other, &straight, "asked=yes").await, "sid").unwrap());
    for cookies in [&straight, &admitted, &along] {
        assert_eq!(status(&table, cookies).await, StatusCode::OK);
    }
    server.clock.forward(Duration::hours(3));
    for (cookies, how) in [(&straight, "straight in"), (&admitted, "by the lobby"), (&along, "taken along")] {
        assert_eq!(status(&table, cookies).await, StatusCode::UNAUTHORIZED, "{how}");
    }
    // A link that ends while somebody is held at the door leads nobody in.
    let pupil = &house.pupil;
    ends_in(pupil, 1).await;
    let at_door = post(server, &path(pupil).await, "", "asked=yes").await;
    server.clock.forward(Duration::minutes(59));
    let secret = cookie(&at_door, "knock").unwrap();
    house.lobby(&secret).await.unwrap();
    let knock = house.door().await.knocks[0].id;
    server.backend.knock_admit(senco.viewer, senco.meeting, knock, None).await.unwrap();
    server.clock.forward(Duration::minutes(2));
    let late = post(server, "/lobby/enter", &format!("knock={secret}"), "").await;
    assert_eq!(cookie(&late, "sid"), None);
}

#[sqlx::test(migrations = false)]
async fn a_link_is_taken_back_and_made_anew(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let (viewer, meeting, who) = (house.senco.viewer, house.senco.meeting, house.mum.participant);
    let backend = &house.server.backend;
    house.server.token(&house.mum).await;
    let first = backend.link_show(viewer, meeting, who).await.unwrap().url;
    let path = |url: &str| url[url.find("/join/").unwrap()..].to_owned();
    assert_eq!(backend.link_show(house.mum.viewer, meeting, who).await, Err(AppError::NotAllowed));
    backend.link_take_back(viewer, meeting, who).await.unwrap();
    assert_eq!(house.server.get(&path(&first), None).await.status(), StatusCode::GONE);
    assert_eq!(backend.link_show(viewer, meeting, who).await, Err(AppError::LinkEnded));
    backend.link_make(viewer, meeting, who).await.unwrap();
    let second = backend.link_show(viewer, meeting, who).await.unwrap().url;
    assert_ne!(first, second);
    assert_eq!(house.server.get(&path(&first), None).await.status(), StatusCode::GONE);
    assert_eq!(house.server.get(&path(&second), None).await.status(), StatusCode::OK);
    // A third takes the place of the second, though nobody took that back.
    backend.link_make(viewer, meeting, who).await.unwrap();
    assert_eq!(house.server.get(&path(&second), None).await.status(), StatusCode::GONE);
}

#[sqlx::test(migrations = false)]
async fn nobody_becomes_somebody_else_in_a_browser_without_being_asked(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let mums = cookie(&house.press(&house.mum).await, "sid").unwrap();
    let link = format!("/join/{}", house.server.token(&house.pupil).await);
    let here = format!("sid={mums}");
    // Leptos puts marks between words that it may have to change.
    let plain =
        async |path: &str, cookies: &str| text(house.server.get(path, Some(cookies)).await).await.replace("<!>", "");
    let page = plain(&link, &here).await;
    assert!(page.contains("You are Agnieszka here") && page.contains("Be Tomek"));
    let unasked = post(&house.server, &link, &here, "asked=yes").await;
    assert_eq!((leads_to(&unasked), cookie(&unasked, "sid")), (link.as_str(), None));

    let switched = post(&house.server, &link, &here, "asked=yes&switch=yes").await;
    let (tomeks, others) = (cookie(&switched, "sid").unwrap(), cookie(&switched, "others").unwrap());
    assert_eq!(others, mums);
    let both = format!("sid={tomeks}; others={others}");
    let home = plain("/", &both).await;
    assert!(home.contains("Hello, Tomek") && home.contains("Be Agnieszka"), "{home}");

    // And back, without the link.
    let form = format!("person={}&meeting={}", house.mum.viewer.person, house.mum.meeting);
    let back = post(&house.server, "/switch", &both, &form).await;
    assert_eq!((cookie(&back, "sid"), cookie(&back, "others")), (Some(mums.clone()), Some(tomeks.clone())));
    // Only to somebody who came in here.
    let form = format!("person={}", house.senco.viewer.person);
    let refused = post(&house.server, "/switch", &both, &form).await;
    assert_eq!(cookie(&refused, "sid"), None);

    // Who finishes here, finishes for both.
    post(&house.server, "/finish", &both, "").await;
    for sid in [mums, tomeks] {
        let page = house.server.get("/", Some(&format!("sid={sid}"))).await;
        assert!(!text(page).await.contains("Hello, "));
    }
}
