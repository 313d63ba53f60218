//! Rooms full of people.

use std::{rc::Rc, time::Duration};

use anyhow::ensure;
use shared::doc::SectionDoc;
use tokio::time::sleep;

use crate::{
    client::{Client, Entrance, open_all},
    edit,
    measure::Deliveries,
    paper::{Paper, SECTION, words},
    target::{Room, Server},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// Rooms, and who is in each.
#[derive(Debug)]
pub(crate) struct Gathering {
    pub(crate) rooms: Vec<(Room, Vec<Rc<Client>>)>,
}

impl Gathering {
    /// Fills these rooms. The first to come into each brings the paper, where the server has none, and
    /// keeps what they see.
    pub(crate) async fn of(
        server: &Server,
        rooms: Vec<Room>,
        people: usize,
        paper: &Paper,
        counts: &Rc<Deliveries>,
    ) -> anyhow::Result<Self> {
        let state = Rc::new(paper.state.clone());
        let entrance = |seat: usize| Entrance {
            seat,
            text: paper.texts[seat % paper.texts.len()],
            counts: Some(counts.clone()),
            ..Entrance::default()
        };
        let first = |room: &Room| (room.clone(), Entrance { brings: Some(state.clone()), keeps: true, ..entrance(0) });
        let first = open_all(server, rooms.iter().map(first)).await?;
        for client in &first {
            client.until(PATIENCE, |eyes| eyes.acknowledged.get() > 0).await?;
        }
        let others = rooms.iter().flat_map(|room| (1..people).map(|seat| (room.clone(), entrance(seat))));
        let mut others = open_all(server, others).await?.into_iter().map(Rc::new);
        let with_first = rooms.into_iter().zip(first).map(|(room, client)| {
            let others = others.by_ref().take(people - 1);
            (room, std::iter::once(Rc::new(client)).chain(others).collect())
        });
        Ok(Self { rooms: with_first.collect() })
    }

    pub(crate) fn people(&self) -> Vec<Rc<Client>> {
        self.rooms.iter().flat_map(|(_, people)| people.iter().cloned()).collect()
    }

    pub(crate) fn typed(&self) -> u64 {
        self.rooms.iter().flat_map(|(_, people)| people).map(|client| u64::from(client.typed.count())).sum()
    }

    pub(crate) fn closed(&self) -> usize {
        self.rooms.iter().flat_map(|(_, people)| people).filter(|client| client.eyes.closed.get()).count()
    }

    /// In how many rooms somebody who comes now, or who was there from the start, does not have every
    /// letter.
    pub(crate) async fn rooms_that_differ(&self, server: &Server) -> anyhow::Result<usize> {
        let mut differ = 0;
        for (room, people) in &self.rooms {
            let late = read(server, room, |doc| has_all(doc, people)).await?;
            let there = SectionDoc::new(SECTION, 0);
            if let Some(kept) = &*people[0].eyes.kept.borrow() {
                edit::apply_all(&there, kept)?;
                // Their own letters are not sent back to them.
                let own = (0..people[0].typed.count()).map(|clock| edit::letter(people[0].id, clock, people[0].text()));
                edit::apply_all(&there, &own.collect::<Vec<_>>())?;
            }
            if !has_all(&late, people) || words(&late) != words(&there) {
                differ += 1;
            }
        }
        Ok(differ)
    }
}

fn has_all(doc: &SectionDoc, people: &[Rc<Client>]) -> bool {
    people.iter().all(|client| clock(doc, client.id) >= client.typed.count())
}

/// How many letters of this client a document has.
pub(crate) fn clock(doc: &SectionDoc, client: u64) -> u32 {
    use yrs::{ReadTxn, Transact, block::ClientID};
    doc.yrs().transact().state_vector().get(&ClientID::new(client))
}

/// What somebody is given who comes in now, as a real document; waits a while for it to be `enough`.
pub(crate) async fn read(
    server: &Server,
    room: &Room,
    enough: impl Fn(&SectionDoc) -> bool,
) -> anyhow::Result<SectionDoc> {
    let entrance = Entrance { seat: 6, keeps: true, silent: true, ..Entrance::default() };
    let client = Client::open(server, room, entrance).await?;
    let doc = SectionDoc::new(SECTION, 0);
    for _ in 0..60 {
        let came = client.eyes.kept.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default();
        edit::apply_all(&doc, &came)?;
        if enough(&doc) {
            break;
        }
        ensure!(!client.eyes.closed.get(), "somebody who came to read was sent away");
        sleep(Duration::from_millis(50)).await;
    }
    Ok(doc)
}
