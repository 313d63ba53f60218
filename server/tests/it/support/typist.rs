//! Somebody who types, whatever happens to the server, and remembers what they were told and shown.
//!
//! Between the keys and the wire is the product’s own client, [`SectionSync`]. Each types the alphabet
//! at the end of a text of their own and watches all the others’, so that a word lost, doubled or out of
//! place shows in the text itself.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use shared::{
    ItemId, MeetingId, Section,
    doc::{NewItem, SectionDoc},
    protocol::{CloseCode, Frame, Message},
    schema::plan::TARGETS,
    splice::Splice,
    sync::{Effect, Input, SectionSync},
};
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message as Packet};
use yrs::{ReadTxn, Transact};

use super::{
    house::{House, Place},
    socket::{Address, knock},
    table::item,
};

/// Brisk, for a person.
const BETWEEN_KEYS: Duration = Duration::from_millis(40);

/// Before trying again where nobody answers.
const PAUSE: Duration = Duration::from_millis(50);

/// Long enough for the slowest machine; nobody waits for it who sees what they wait for.
const PATIENCE: Duration = Duration::from_secs(90);

const FIELD: &str = "impact";
const ORIGIN: &str = "http://meetings.example";

/// What one person knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) typed: usize,
    /// How many of their letters were called saved.
    pub(crate) acknowledged: usize,
    /// How many letters of each text they have seen.
    pub(crate) seen: BTreeMap<ItemId, usize>,
    pub(crate) saved: bool,
    pub(crate) connections: usize,
    /// Why each connection ended; 0 if nobody said.
    pub(crate) closed: Vec<u16>,
    /// Things that must not happen.
    pub(crate) wrongs: Vec<String>,
}

pub(crate) struct Typist {
    pub(crate) item: ItemId,
    account: watch::Receiver<Account>,
    typing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Everybody round one table.
pub(crate) struct Typists {
    pub(crate) meeting: MeetingId,
    pub(crate) all: Vec<Typist>,
}

/// The first so many letters that each of them types.
pub(crate) fn letters(count: usize) -> String {
    ('a'..='z').cycle().take(count).collect()
}

impl Typists {
    /// Everybody at Tomek’s table who may write in the plan, typing.
    pub(crate) async fn sit_down(house: &House) -> Self {
        let mut places = house.places("Tomek");
        places.retain(|place| place.role != "observer" && place.role != "interpreter");
        let meeting = places[0].meeting;
        let items: Vec<_> = (1..=places.len() as u128).map(item).collect();
        let mut all = vec![];
        for ((place, item), client) in places.iter().zip(&items).zip(100..) {
            all.push(Typist::sit_down(house, place, *item, &items, client).await);
        }
        let typists = Self { meeting, all };
        // Everybody is seen by everybody: now it is a meeting.
        typists.until("everybody sees everybody", |account| account.seen.values().all(|seen| *seen > 0)).await;
        typists
    }

    /// Somebody who sees nobody else, with a text of their own.
    pub(crate) async fn sit_down_alone(house: &House, who: u32) -> Self {
        let place = &house.places("Tomek")[who as usize];
        let text = item(1 + u128::from(who));
        let typist = Typist::sit_down(house, place, text, &[text], 100 + u64::from(who)).await;
        Self { meeting: place.meeting, all: vec![typist] }
    }

    /// Waits until this is so of each.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Account) -> bool) {
        for typist in &self.all {
            let mut account = typist.account.clone();
            let waited = tokio::time::timeout(PATIENCE, account.wait_for(|account| wanted(account))).await;
            if waited.is_err() {
                panic!("waited for: {what}; {:?}", typist.account());
            }
        }
    }

    /// Waits until each has typed so many letters more.
    pub(crate) async fn until_typed(&self, more: usize) {
        let target = self.all.iter().map(|typist| typist.account().typed).max().unwrap() + more;
        self.until("more letters", |account| account.typed >= target).await;
    }

    pub(crate) fn accounts(&self) -> Vec<Account> {
        self.all.iter().map(Typist::account).collect()
    }

    /// What may not be lost from here on: of each text, how much was called saved or seen by anybody else.
    pub(crate) fn promised(&self) -> BTreeMap<ItemId, usize> {
        let accounts = self.accounts();
        let promised = |typist: &Typist| {
            let others = self.all.iter().zip(&accounts).filter(|(other, _)| other.item != typist.item);
            let seen = others.filter_map(|(_, account)| account.seen.get(&typist.item).copied()).max();
            typist.account().acknowledged.max(seen.unwrap_or_default())
        };
        self.all.iter().map(|typist| (typist.item, promised(typist))).collect()
    }

    /// Everybody lifts their hands; returns when each reads “Saved” and sees all that was typed, and
    /// Postgres has the same.
    pub(crate) async fn come_together(&self, house: &House) {
        for typist in &self.all {
            typist.typing.send_replace(false);
        }
        self.until("saved", |account| account.saved).await;
        let typed: BTreeMap<_, _> = self.all.iter().map(|typist| (typist.item, typist.account().typed)).collect();
        self.until("the same for all", |account| account.seen == typed).await;
        for account in self.accounts() {
            assert_eq!(account.wrongs, Vec::<String>::new());
            assert_eq!(account.acknowledged, account.typed);
        }
        self.check_kept(house, &typed).await;
    }

    /// Postgres, asked alone, has at least this much of each text, and nothing that was not typed.
    pub(crate) async fn check_kept(&self, house: &House, promised: &BTreeMap<ItemId, usize>) {
        let kept = house.kept(self.meeting, Section::Plan).await;
        assert!(!kept.yrs().transact().has_missing_updates(), "something is kept without what it builds on");
        for (item, promised) in promised {
            let text = kept.words(&TARGETS, *item, FIELD);
            assert_eq!(text, letters(text.len()), "in Postgres");
            assert!(text.len() >= *promised, "{promised} letters were promised, and {} are in Postgres", text.len());
        }
    }
}

impl Drop for Typists {
    fn drop(&mut self) {
        for typist in &self.all {
            typist.task.abort();
        }
    }
}

impl Typist {
    async fn sit_down(house: &House, place: &Place, item: ItemId, items: &[ItemId], client: u64) -> Self {
        let cookie = house.sign_in(place).await;
        let seen = items.iter().map(|item| (*item, 0)).collect();
        let (account_sender, account) = watch::channel(Account { seen, ..Account::default() });
        let (typing, keys) = watch::channel(true);
        let hands = Hands {
            address: house.address,
            cookie,
            meeting: place.meeting,
            item,
            doc: SectionDoc::new(Section::Plan, client),
            sync: SectionSync::new(None),
            sent: vec![],
            on_the_way: VecDeque::new(),
            account: account_sender,
            keys,
        };
        Self { item, account, typing, task: tokio::spawn(hands.type_on()) }
    }

    pub(crate) fn account(&self) -> Account {
        self.account.borrow().clone()
    }
}

struct Hands {
    address: Address,
    cookie: String,
    meeting: MeetingId,
    item: ItemId,
    doc: SectionDoc,
    sync: SectionSync,
    /// What the last edit went up to.
    sent: Vec<u8>,
    /// For each message that will be acknowledged, how many letters it makes durable.
    on_the_way: VecDeque<usize>,
    account: watch::Sender<Account>,
    keys: watch::Receiver<bool>,
}

impl Hands {
    async fn type_on(mut self) {
        let mut keys = interval(BETWEEN_KEYS);
        keys.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let Ok(mut socket) = knock(&self.address, Some(&self.cookie), Some(ORIGIN)).await else {
                tokio::time::sleep(PAUSE).await;
                self.press_key();
                continue;
            };
            self.account.send_modify(|account| account.connections += 1);
            self.sent = self.doc.state_vector();
            self.handle(Input::Connected, &mut socket).await;
            let code = loop {
                tokio::select! {
                    packet = socket.next() => match packet {
                        Some(Ok(Packet::Binary(bytes))) => {
                            let message = Frame::decode(&bytes).unwrap().message;
                            if message == Message::SyncStatus(true) {
                                self.acknowledged();
                            }
                            self.handle(Input::Received(message), &mut socket).await;
                        }
                        Some(Ok(Packet::Close(Some(frame)))) => break frame.code.into(),
                        Some(Ok(Packet::Close(None)) | Err(_)) | None => break 0,
                        Some(Ok(_)) => {}
                    },
                    _ = keys.tick() => if let Some(update) = self.press_key() {
                        self.handle(Input::Edited(update), &mut socket).await;
                    },
                }
            };
            self.handle(Input::Disconnected, &mut socket).await;
            self.on_the_way.clear();
            self.account.send_modify(|account| account.closed.push(code));
            if CloseCode::is_final(code) {
                return;
            }
        }
    }

    /// One letter at the end, once the page is ready for it; and what there is to send of it.
    fn press_key(&mut self) -> Option<Vec<u8>> {
        if !*self.keys.borrow() || !self.is_ready() {
            return None;
        }
        let (own, typed) = (self.item, self.account.borrow().typed);
        if self.doc.text_ref(&TARGETS, own, FIELD).is_none() {
            self.doc.add(&TARGETS, own, NewItem::default());
        }
        let letter = letters(typed + 1).split_off(typed);
        let at = u32::try_from(typed).unwrap();
        self.doc.splice(&TARGETS, own, FIELD, &Splice { at, delete: 0, insert: letter });
        self.account.send_modify(|account| {
            account.typed += 1;
            account.saved = false;
            account.seen.insert(own, account.typed);
        });
        let update = self.doc.diff(&self.sent).unwrap();
        self.sent = self.doc.state_vector();
        Some(update)
    }

    /// A page may be typed into from the moment it first had everything.
    fn is_ready(&self) -> bool {
        self.account.borrow().typed > 0 || self.sync.is_live()
    }

    fn acknowledged(&mut self) {
        match self.on_the_way.pop_front() {
            Some(letters) => {
                self.account.send_modify(|account| account.acknowledged = account.acknowledged.max(letters));
            }
            None => self.wrong("an acknowledgement of nothing"),
        }
    }

    async fn handle(&mut self, input: Input, socket: &mut WebSocketStream<TcpStream>) {
        for effect in self.sync.handle(input) {
            match effect {
                Effect::Send(message) => self.send(message, socket).await,
                Effect::AskForMissing => self.send(Message::SyncStep1(self.doc.state_vector()), socket).await,
                Effect::AnswerWithMissing { state_vector } => {
                    let missing = self.doc.diff(&state_vector).unwrap();
                    self.sent = self.doc.state_vector();
                    self.send(Message::SyncStep2(missing), socket).await;
                }
                Effect::Apply(update) => {
                    self.doc.apply(&update).unwrap();
                    self.look();
                }
                Effect::StartAfresh => self.wrong("the page was to begin again"),
                Effect::KeepWords(refusal) => self.wrong(&format!("refused: {refusal:?}")),
                Effect::Denied(words) => self.wrong(&words),
                _ => {}
            }
        }
        let saved = self.sync.is_saved() && self.sync.is_live();
        self.account.send_if_modified(|account| std::mem::replace(&mut account.saved, saved) != saved);
    }

    async fn send(&mut self, message: Message, socket: &mut WebSocketStream<TcpStream>) {
        if matches!(message, Message::Update(_) | Message::SyncStep2(_)) {
            self.on_the_way.push_back(self.account.borrow().typed);
        }
        let frame = Frame::new(Section::Plan.document_name(self.meeting), message);
        // A socket that was closed on us says so when it is read.
        let _ = socket.send(Packet::binary(frame.encode())).await;
    }

    /// Looks at the others’ texts.
    fn look(&self) {
        let items: Vec<_> = self.account.borrow().seen.keys().copied().collect();
        for item in items.into_iter().filter(|item| *item != self.item) {
            let text = self.doc.words(&TARGETS, item, FIELD);
            if text != letters(text.len()) {
                self.wrong(&format!("out of place: {text}"));
            }
            self.account.send_modify(|account| {
                let before = account.seen.insert(item, text.len()).unwrap_or_default();
                if text.len() < before {
                    account.wrongs.push(format!("{before} letters were seen, and now {}", text.len()));
                }
            });
        }
    }

    fn wrong(&self, what: &str) {
        self.account.send_modify(|account| account.wrongs.push(what.to_owned()));
    }
}
