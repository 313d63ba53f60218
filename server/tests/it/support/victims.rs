//! People who go on writing while somebody attacks: two at the attacked table, two at another.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use shared::{Section, doc::NewItem, schema::plan::TARGETS, splice::Splice};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    TestServer,
    socket::{Address, Tab},
    table::item,
};

/// A quick hand.
const BETWEEN_LETTERS: Duration = Duration::from_millis(15);

pub(crate) struct Victims {
    stop: watch::Sender<bool>,
    typing: Vec<JoinHandle<(u32, Duration, Tab)>>,
    letters: Vec<Arc<AtomicU32>>,
    watching: Vec<Tab>,
}

impl Victims {
    pub(crate) async fn start(server: &TestServer, address: &Address) -> Self {
        let (stop, _) = watch::channel(false);
        let (mut typing, mut watching, mut letters) = (vec![], vec![], vec![]);
        for (pupil, hand, eye, id) in [("Tomek", "Agnieszka", "Mrs Pike", 501), ("Kai", "Pat", "Miss Fenn", 503)] {
            let (hand, eye) = (server.seat(pupil, hand, 3).await, server.seat(pupil, eye, 3).await);
            let writer = server.open(address, &hand, Section::Plan, id).await;
            watching.push(server.open(address, &eye, Section::Plan, id + 1).await);
            letters.push(Arc::new(AtomicU32::new(0)));
            typing.push(tokio::spawn(write(writer, stop.subscribe(), letters[letters.len() - 1].clone())));
        }
        Self { stop, typing, letters, watching }
    }

    /// They noticed nothing: every letter was saved, and seen by the other, on sockets that stayed open.
    pub(crate) async fn noticed_nothing(self) {
        // They go on when the attack is over.
        for letters in &self.letters {
            let before = letters.load(Relaxed);
            while letters.load(Relaxed) < before + 5 && !self.typing.iter().any(JoinHandle::is_finished) {
                tokio::time::sleep(BETWEEN_LETTERS).await;
            }
        }
        self.stop.send_replace(true);
        for (typing, mut eye) in self.typing.into_iter().zip(self.watching) {
            let (letters, slowest, mut hand) = typing.await.expect("somebody who was writing was disturbed");
            eprintln!("{letters} letters, the slowest saved after {slowest:?}");
            let written = hand.doc.words(&TARGETS, item(900), "title");
            assert_eq!(written.len(), letters as usize);
            eye.until_doc(|doc| doc.words(&TARGETS, item(900), "title") == written).await;
            hand.heard_so_far().await;
        }
    }
}

async fn write(mut tab: Tab, stop: watch::Receiver<bool>, done: Arc<AtomicU32>) -> (u32, Duration, Tab) {
    tab.edit(|doc| doc.add(&TARGETS, item(900), NewItem::default())).await;
    tab.until_saved().await;
    let (mut letters, mut slowest) = (0, Duration::ZERO);
    while !*stop.borrow() && letters < 1_900 {
        let began = Instant::now();
        let letter = Splice { at: letters, delete: 0, insert: "a".to_owned() };
        tab.edit(|doc| doc.splice(&TARGETS, item(900), "title", &letter)).await;
        tab.until_saved().await;
        letters += 1;
        done.store(letters, Relaxed);
        slowest = slowest.max(began.elapsed());
        tokio::time::sleep(BETWEEN_LETTERS).await;
    }
    (letters, slowest, tab)
}
