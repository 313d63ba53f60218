//! One person’s socket says whatever it likes. It is that socket which ends; the others at the table, and at
//! the next one, go on writing and notice nothing.

use futures::future::join_all;
use server::limits::Limit;
use shared::{
    Section,
    doc::NewItem,
    event::ServerEvent,
    protocol::{
        CloseCode, FRAME_LIMIT, MESSAGE_LIMIT, Message, Retry,
        awareness::{self, Entry},
    },
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_tungstenite::tungstenite::Message as Packet;

use crate::support::{
    Seat, TestServer,
    limit::{closes, refuses},
    socket::{Address, ORIGIN, Tab, knock},
    table::item,
    victims::Victims,
};

struct Scene {
    server: TestServer,
    address: Address,
    seat: Seat,
    cookie: String,
    victims: Victims,
}

impl Scene {
    async fn start(pool: PgPoolOptions, options: PgConnectOptions) -> Self {
        let server = TestServer::start(pool, options).await;
        let address = server.listen().await;
        let seat = server.seat("Tomek", "Mr Adeyemi", 3).await;
        let cookie = server.sign_in(&seat).await;
        let victims = Victims::start(&server, &address).await;
        Self { server, address, seat, cookie, victims }
    }

    /// A socket of the attacker’s, with nothing open.
    async fn connect(&self) -> Tab {
        Tab::connect(&self.address, &self.cookie, self.seat.meeting, Section::Plan, 600).await
    }

    /// And with the plan open.
    async fn tab(&self) -> Tab {
        let mut tab = self.connect().await;
        tab.begin().await;
        tab
    }

    /// Sends each on a socket that is opened anew whenever the last was closed. Returns the codes.
    async fn throw(&self, messages: impl IntoIterator<Item = Packet>) -> Vec<u16> {
        let mut codes = vec![];
        let mut tab = self.tab().await;
        for message in messages {
            tab.send(message).await;
            match tab.still_open().await {
                // On another socket, because one may ask to begin again only so often.
                Ok(true) => tab = self.tab().await,
                Ok(false) => {}
                Err(code) => {
                    codes.push(code);
                    tab = self.tab().await;
                }
            }
        }
        codes
    }

    /// The same, for what is not to be waited for one by one: all of them, and then how it ended, if it did.
    async fn flood(&self, messages: impl IntoIterator<Item = Packet>) -> Option<u16> {
        let mut tab = self.tab().await;
        for message in messages {
            tab.send(message).await;
        }
        tab.still_open().await.err()
    }

    fn update(&self, update: Vec<u8>) -> Packet {
        Tab::packet(self.seat.meeting, Section::Plan, Message::Update(update))
    }

    fn awareness(&self, body: Vec<u8>) -> Packet {
        Tab::packet(self.seat.meeting, Section::Plan, Message::Awareness(body))
    }

    async fn end(self) {
        // Whoever comes now gets in, as soon as those left behind are noticed, and is not handed what they left.
        let mut late = loop {
            let mut late = self.connect().await;
            late.say(Message::AuthToken(String::new())).await;
            if late.still_open().await.is_ok() {
                break late;
            }
        };
        self.victims.noticed_nothing().await;
        late.still_open().await.expect("somebody who has just come was disturbed");
        assert!(late.doc.words(&TARGETS, item(900), "title").starts_with('a'));
    }
}

/// Chance that is the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..=self.next(most)).map(|_| self.next(256) as u8).collect()
    }
}

fn uint(mut value: u64) -> Vec<u8> {
    let mut out = vec![];
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A letter of this client, after its letter before, or first in the root `targets`.
fn letter(client: u64, clock: u64, text: &str) -> Vec<u8> {
    let mut out = [vec![1, 1], uint(client), uint(clock)].concat();
    match clock.checked_sub(1) {
        None => out.extend([&[4, 1, 7], &b"targets"[..]].concat()),
        Some(before) => out.extend([vec![0x84], uint(client), uint(before)].concat()),
    }
    out.extend(uint(text.len() as u64));
    out.extend(text.as_bytes());
    out.push(0);
    out
}

const MOST: u64 = u32::MAX as u64;
const EXACT: u64 = (1 << 53) - 1;

macro_rules! attack {
    ($(#[$doc:meta])* $name:ident, $scene:ident, $attack:block) => {
        $(#[$doc])*
        #[sqlx::test(migrations = false)]
        async fn $name(pool: PgPoolOptions, options: PgConnectOptions) {
            let $scene = Scene::start(pool, options).await;
            $attack;
            $scene.end().await;
        }
    };
}

attack!(random_bytes, scene, {
    let mut chance = Chance(1);
    let codes = scene.throw((0..60).map(|_| Packet::binary(chance.bytes(512))).collect::<Vec<_>>()).await;
    assert!(codes.len() > 50 && codes.iter().all(|code| *code == CloseCode::Malformed.code()), "{codes:?}");
});

attack!(random_updates, scene, {
    let mut chance = Chance(2);
    let codes = scene.throw((0..60).map(|_| scene.update(chance.bytes(300))).collect::<Vec<_>>()).await;
    assert!(codes.len() > 40 && codes.iter().all(|code| *code == CloseCode::Malformed.code()), "{codes:?}");
});

attack!(updates_with_flipped_bits, scene, {
    let mut chance = Chance(3);
    let mut flipped = vec![];
    for n in 0..100 {
        let mut update = letter(5_000 + n % 50, n % 40, "x");
        for _ in 0..=chance.next(4) {
            let at = chance.next(update.len());
            update[at] ^= 1 << chance.next(8);
        }
        flipped.push(scene.update(update));
    }
    let codes = scene.throw(flipped).await;
    assert!(codes.iter().all(|code| *code == CloseCode::Malformed.code()), "{codes:?}");
});

attack!(updates_cut_short, scene, {
    let whole = letter(6_000, 0, &"hello world ".repeat(5));
    let cut = (1..whole.len() - 1).step_by(3).map(|end| scene.update(whole[..end].to_vec())).collect::<Vec<_>>();
    let codes = scene.throw(cut).await;
    assert!(codes.iter().all(|code| *code == CloseCode::Malformed.code()), "{codes:?}");
    // And a whole message cut short, its length still as it was.
    let Packet::Binary(message) = scene.update(whole) else { unreachable!() };
    let codes = scene.throw((1..message.len()).step_by(9).map(|end| Packet::binary(message[..end].to_vec()))).await;
    assert!(!codes.is_empty() && codes.iter().all(|code| *code == CloseCode::Malformed.code()), "{codes:?}");
});

attack!(empty_messages_and_kinds_nobody_knows, scene, {
    let name = [vec![41], format!("{}/plan", scene.seat.meeting).into_bytes()].concat();
    let unknown = |kind: &[u8]| Packet::binary([&name[..], kind].concat());
    let messages = [
        Packet::binary(vec![]),
        unknown(&[]),
        unknown(&[6, 1, 2, 3]),
        unknown(&[99]),
        unknown(&[0, 3, 0]),
        unknown(&[0, 99, 0]),
        unknown(&[2, 7, 0]),
    ];
    assert!(scene.throw(messages).await.iter().all(|code| *code == CloseCode::Malformed.code()));
});

attack!(lengths_that_are_not_there, scene, {
    let name = [vec![41], format!("{}/plan", scene.seat.meeting).into_bytes()].concat();
    let message = |body: Vec<u8>| Packet::binary([&name[..], &body].concat());
    let (most, exact) = (uint(MOST), uint(EXACT));
    let claims = vec![
        message([vec![0, 2], most.clone(), vec![1, 2]].concat()),
        message([vec![1], most.clone(), vec![0]].concat()),
        message([vec![1, 5], most.clone()].concat()),
        // State vectors of four thousand million clients, and of more.
        message([vec![0, 0, 5], most.clone()].concat()),
        message([vec![0, 0, 8], exact.clone()].concat()),
        message([vec![0, 0, 4], uint(200_000_000)].concat()),
        scene.update([most.clone(), vec![1, 1, 0]].concat()),
        scene.update([vec![1], most.clone(), vec![9, 0]].concat()),
        scene.update(exact.clone()),
        scene.update([vec![1], exact.clone(), vec![9, 0]].concat()),
        scene.update([vec![0], most.clone()].concat()),
        scene.update([vec![0, 1, 9], most.clone()].concat()),
        scene.update([vec![0, 1, 9], exact].concat()),
    ];
    let sent = claims.len();
    let codes = scene.throw(claims).await;
    assert_eq!(codes, vec![CloseCode::Malformed.code(); sent]);
});

attack!(runs_that_are_longer_than_anything, scene, {
    let (most, exact) = (uint(MOST), uint(EXACT));
    let root = [&[1, 7], &b"targets"[..]].concat();
    let long = vec![
        [vec![1, 1, 9, 0, 0], most.clone(), vec![0]].concat(),
        [vec![1, 1, 10, 0, 10], exact.clone(), vec![0]].concat(),
        [vec![1, 1, 11, 0, 1], root.clone(), most.clone(), vec![0]].concat(),
        [vec![1, 1, 12, 0, 1], root.clone(), exact.clone(), vec![0]].concat(),
        [vec![1, 1, 13, 0, 8], root.clone(), most.clone()].concat(),
        [vec![1, 1, 14, 0, 2], root, most.clone()].concat(),
        [vec![0, 1, 9, 1, 0], exact.clone()].concat(),
        [vec![0, 1, 9, 1], exact.clone(), exact.clone()].concat(),
        [vec![1, 1, 15], exact, vec![0], most, vec![0]].concat(),
        // The longest that can be counted, of nothing.
        [vec![1, 1, 16, 0, 0], uint(i32::MAX as u64), vec![0]].concat(),
    ];
    scene.throw(long.into_iter().map(|update| scene.update(update)).collect::<Vec<_>>()).await;
});

attack!(
    /// Thirty thousand fit into a frame; sixty and two hundred thousand are longer than is looked into.
    lists_within_lists,
    scene,
    {
        let mut tab = scene.tab().await;
        tab.edit(|doc| doc.add(&TARGETS, item(901), NewItem::default())).await;
        tab.until_saved().await;
        // Where a field of a row stands.
        let (row, place) = (uint(tab.doc.client_id()), [&[0, 5][..], b"order", &[1]].concat());
        let update = |client, value: &[u8]| [&[1, 1, client, 0, 0x28, 0], &row[..], &place, value].concat();
        // Nothing but their depth is wrong with them.
        tab.say(Message::Update(update(20, &[119, 1, b'm', 0]))).await;
        tab.until_saved().await;
        let depths = [(30_000, Limit::Nesting), (60_000, Limit::FrameSize), (200_000, Limit::FrameSize)];
        for (client, (depth, limit)) in (21..).zip(depths) {
            let deep = update(client, &[&[117, 1].repeat(depth)[..], &[126, 0]].concat());
            tab.say(Message::Update(deep)).await;
            tab.until(|message| *message == Message::SyncStatus(false)).await;
            let reason = refuses(limit);
            let words = reason.sentence().to_owned();
            tab.until_event(&ServerEvent::Refused { refused: Section::Plan, reason, words }).await;
            tab.begin().await;
        }
    }
);

attack!(updates_that_build_on_nothing, scene, {
    let mut tab = scene.tab().await;
    let before = tab.doc.state_vector();
    for n in 0..10 {
        tab.say(Message::Update(letter(700_000 + n, 5_000, &"z".repeat(100)))).await;
        tab.until(|message| *message == Message::SyncStatus(false)).await;
        tab.begin().await;
    }
    // None is kept for later, and handed to whoever comes.
    let late = scene.server.open(&scene.address, &scene.seat, Section::Plan, 601).await;
    assert!(late.doc.state_vector().len() <= before.len() + 16);
});

attack!(presence_that_is_no_presence, scene, {
    let garbage = |n: u64| if n.is_multiple_of(2) { "nul" } else { "{bad json" };
    let entry = |n| Entry { client_id: 8_000 + n, clock: 1, state: garbage(n).to_owned() };
    let sent = (0..100).map(|n| scene.awareness(awareness::encode(&[entry(n)]))).collect::<Vec<_>>();
    assert_eq!(scene.flood(sent).await, None, "not even worth a close");
});

attack!(presence_of_a_crowd, scene, {
    let state = format!(r#"{{"user":"{}"}}"#, "x".repeat(1_000));
    let crowd = |n: u64| {
        let entries = (0..50).map(|k| Entry { client_id: 20_000_000 + n * 50 + k, clock: 1, state: state.clone() });
        scene.awareness(awareness::encode(&entries.collect::<Vec<_>>()))
    };
    let sent = (0..60).map(crowd).collect::<Vec<_>>();
    let too_many = closes(Limit::ByteRate, Some(Retry::Later)).code();
    assert_eq!(scene.flood(sent).await, Some(too_many), "three megabytes at once");
    let entries = (0..65).map(|k| Entry { client_id: k, clock: 1, state: "{}".to_owned() }).collect::<Vec<_>>();
    let stop = closes(Limit::AwarenessEntries, None).code();
    assert_eq!(scene.throw([scene.awareness(awareness::encode(&entries))]).await, [stop]);
});

attack!(a_message_of_thirty_two_megabytes, scene, {
    let mut tab = scene.tab().await;
    // Closed at its first byte: the rest is not looked at, and whoever sends it is told why.
    tab.send(Packet::binary(vec![1; 32 << 20])).await;
    assert_eq!(tab.until_closed().await, closes(Limit::MessageSize, None).code());
});

attack!(sixteen_megabytes_of_good_words, scene, {
    let mut tab = scene.tab().await;
    tab.say(Message::Update(letter(31_337, 0, &"a".repeat(16 << 20)))).await;
    assert_eq!(tab.until_closed().await, CloseCode::TooBig.code());
});

attack!(
    /// A Yjs program comes back after every close and sends the same again: so it is told, and stays.
    an_edit_beyond_a_frame_is_refused_and_its_socket_stays,
    scene,
    {
        let mut tab = scene.tab().await;
        for length in [FRAME_LIMIT, MESSAGE_LIMIT - 1_000] {
            tab.say(Message::Update(letter(31_337, 0, &"a".repeat(length)))).await;
            tab.until(|message| *message == Message::SyncStatus(false)).await;
            let reason = refuses(Limit::FrameSize);
            let words = reason.sentence().to_owned();
            tab.until_event(&ServerEvent::Refused { refused: Section::Plan, reason, words }).await;
            tab.begin().await;
        }
    }
);

attack!(text_instead_of_bytes, scene, {
    assert_eq!(scene.throw([Packet::text(r#"{"hello":"text frame"}"#)]).await, [CloseCode::Malformed.code()]);
});

attack!(what_is_no_websocket, scene, {
    let masked = |first: u8, body: &[u8]| [&[first, 0x80 | body.len() as u8, 0, 0, 0, 0], body].concat();
    let bad = [
        masked(0x83, &[1]),
        masked(0xc2, &[1, 2, 3]),
        vec![0x82, 3, 1, 2, 3],
        masked(0x81, &[0xff, 0xfe, 0xfd]),
        [&[0x89, 0xfe, 0, 200, 0, 0, 0, 0], &[0; 200][..]].concat(),
        masked(0x88, &[3, 0xe7]),
        masked(0x80, &[1]),
        vec![0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    ];
    for bytes in bad {
        let mut tab = scene.tab().await;
        tab.send_raw(&bytes).await;
        tab.until_closed().await;
    }
});

attack!(
    /// Who does not read is closed when too much waits; the others do not wait with them.
    people_who_do_not_read,
    scene,
    {
        let mut deaf = vec![];
        for _ in 0..4 {
            deaf.push(scene.tab().await);
        }
        // Documents that nobody takes: what the system holds for a socket is soon full, and then the outbox.
        let answers = async {
            let mut tabs = deaf;
            for _ in 0..100 {
                for tab in &mut tabs {
                    tab.say(Message::SyncStep1(vec![0])).await;
                }
            }
            tabs
        };
        let mut tabs = answers.await;
        for tab in &mut tabs {
            // Whatever became of it, it can say so once somebody listens.
            let _ = tab.still_open().await;
        }
    }
);

attack!(people_who_come_again_and_again, scene, {
    for _ in 0..5 {
        let opened = join_all((0..30).map(|_| async {
            let mut tab = scene.connect().await;
            tab.say(Message::AuthToken(String::new())).await;
            tab.say(Message::SyncStep1(vec![0])).await;
            tab
        }))
        .await;
        drop(opened);
    }
});

#[sqlx::test(migrations = false)]
async fn asking_for_everything_again_and_again_ends_the_one_who_asks(pool: PgPoolOptions, options: PgConnectOptions) {
    let scene = Scene::start(pool, options).await;
    let mut tab = scene.tab().await;
    for _ in 0..200 {
        tab.say(Message::SyncStep1(vec![0])).await;
    }
    assert_eq!(tab.until_closed().await, closes(Limit::Questions, Some(Retry::Later)).code());
    scene.end().await;
}

#[sqlx::test(migrations = false)]
async fn a_crowd_of_one_person_is_let_in_so_far(pool: PgPoolOptions, options: PgConnectOptions) {
    let scene = Scene::start(pool, options).await;
    let mut tabs = vec![];
    for _ in 0..21 {
        let mut tab = scene.connect().await;
        tab.say(Message::AuthToken(String::new())).await;
        tabs.push(tab);
    }
    let mut closed = vec![];
    for tab in &mut tabs {
        closed.extend(tab.still_open().await.err());
    }
    assert_eq!(closed, [CloseCode::TooMany.code()]);
    drop(tabs);
    scene.end().await;
}

#[sqlx::test(migrations = false)]
async fn looking_for_other_peoples_meetings_ends_the_one_who_looks(pool: PgPoolOptions, options: PgConnectOptions) {
    let scene = Scene::start(pool, options).await;
    let kai = scene.server.seat("Kai", "Pat", 3).await;
    let tries = (0..40).map(|_| Tab::packet(kai.meeting, Section::Plan, Message::AuthToken(String::new())));
    let code = closes(Limit::Denials, Some(Retry::Later)).code();
    assert_eq!(scene.flood(tries.collect::<Vec<_>>()).await, Some(code));
    assert!(knock(&scene.address, None, Some(ORIGIN)).await.is_err());
    scene.end().await;
}
