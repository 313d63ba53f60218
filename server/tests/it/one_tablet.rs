//! Several who knock at one device: each waits, is told of, and comes in or goes away.

use app::{
    backend::KnockSecrets,
    view::doors::{Doors, LobbyState},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

use crate::{
    lobby::{House, cookie, leads_to, post, viewer},
    support::text,
};

#[sqlx::test(migrations = false)]
async fn two_wait_at_one_tablet_and_both_come_in(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let link = async |seat| format!("/join/{}", house.server.token(seat).await);
    let hers = cookie(&house.press(&house.mum).await, "knock").unwrap();
    let at_door = post(&house.server, &link(&house.pupil).await, &format!("knock={hers}"), "asked=yes").await;
    let both = cookie(&at_door, "knock").unwrap();
    let page = async |knocks: &str| text(house.server.get("/lobby", Some(&format!("knock={knocks}"))).await).await;
    let waiting = page(&both).await;
    assert!(waiting.contains("We are keeping your seat") && waiting.contains("Agnieszka waits at this device too."));
    // Both are still there while the one page asks.
    house.server.clock.forward(Duration::seconds(19));
    page(&both).await;
    house.server.clock.forward(Duration::seconds(19));
    assert_eq!(house.door().await.knocks.len(), 2);

    house.answer_knock(None).await;
    let one = page(&both).await;
    assert!(one.contains("The door is open") && one.contains("Tomek still waits at this device."));
    assert!(!one.contains("data-at-once"), "nobody is left behind unasked");
    house.answer_knock(None).await;
    assert!(page(&both).await.contains("data-at-once"));
    let entered = post(&house.server, "/lobby/enter", &format!("knock={both}"), "").await;
    assert_eq!(leads_to(&entered), format!("/meetings/{}", house.mum.meeting));
    let (now, also) = (cookie(&entered, "sid").unwrap(), cookie(&entered, "others").unwrap());
    assert_eq!(viewer(&house.server, &now).await.person, house.pupil.viewer.person, "who came last is here");
    assert_eq!(viewer(&house.server, &also).await.person, house.mum.viewer.person);
    assert_eq!(cookie(&entered, "knock"), None);
}

#[sqlx::test(migrations = false)]
async fn of_two_at_one_tablet_one_goes_in_or_away_and_the_other_waits_on(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with(Doors::Knock, pool, options).await;
    let hers = cookie(&house.press(&house.mum).await, "knock").unwrap();
    let link = format!("/join/{}", house.server.token(&house.pupil).await);
    let at_door = async |knocks: &str| {
        cookie(&post(&house.server, &link, &format!("knock={knocks}"), "asked=yes").await, "knock").unwrap()
    };
    // Pressed twice, he still waits once, and goes away at once.
    let three = at_door(&at_door(&hers).await).await;
    let lobby = KnockSecrets(three.split('.').map(str::to_owned).collect());
    let page = house.server.backend.lobby_page(&lobby).await.unwrap();
    assert_eq!((page.name.as_str(), page.beside.len()), ("Tomek", 1));
    let form = format!("knock={}", page.knock);
    let left = post(&house.server, "/lobby/leave", &format!("knock={three}"), &form).await;
    assert_eq!((leads_to(&left), cookie(&left, "knock").unwrap()), ("/lobby", hers.clone()));
    assert_eq!(house.door().await.knocks.len(), 1);

    let both = at_door(&hers).await;
    house.answer_knock(None).await;
    let entered = post(&house.server, "/lobby/enter", &format!("knock={both}"), "").await;
    assert_eq!(viewer(&house.server, &cookie(&entered, "sid").unwrap()).await.person, house.mum.viewer.person);
    let his = cookie(&entered, "knock").unwrap();
    assert_eq!(house.lobby(&his).await.unwrap().state, LobbyState::Waiting);
    let id = house.lobby(&his).await.unwrap().knock;
    let left = post(&house.server, "/lobby/leave", &format!("knock={his}"), &format!("knock={id}")).await;
    assert_eq!((leads_to(&left), cookie(&left, "knock")), ("/", None));
}
