//! What an update says it does, read from its bytes in one pass and without allocating for what it
//! only claims to hold.
//!
//! yrs would decode an update by recursion and reserve what its counts ask for. Nothing that is not
//! outlined here first reaches it, so that neither can be used against the server: a list within a
//! list within a list is refused at the first bracket.
//!
//! The format is Yjs’s update, version 1: for each client its runs of content, then the ids deleted.

use std::collections::HashSet;

use yrs::{StateVector, block::ClientID};

use crate::{ItemId, Section, schema};

/// Ids of one client, `from` included, `to` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub client: u64,
    pub from: u32,
    pub to: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// What it holds, whether new to anybody or not. One client’s runs stand together, in order.
    pub inserts: Vec<Run>,
    /// What it deletes, likewise. One client’s runs stand together, in order, and do not overlap.
    pub deletes: Vec<Run>,
    /// The ids, as (client, clock), that its content stands beside or inside of.
    pub needs: Vec<(u64, u32)>,
    /// The words that were put between two others.
    pub between: Vec<Between>,
}

/// Words from this id on, put between what stood beside each other where they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    pub words: (u64, u32),
    pub left: (u64, u32),
    pub right: (u64, u32),
}

/// Why an update is not looked at any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not an update.
    Malformed,
    /// An update, with content that no section has a place for.
    Undeclared,
}

pub fn outline(section: Section, update: &[u8]) -> Result<Outline, Unfit> {
    let mut read = Reader { bytes: update };
    let mut outline = Outline::default();
    let mut clients = HashSet::new();
    for _ in 0..read.uint()? {
        let runs = read.uint()?;
        let client = read.client()?;
        once(&mut clients, client)?;
        let mut clock = read.clock()?;
        for _ in 0..runs {
            let needed = outline.needs.len();
            let (length, kind) = read.run(section, &mut outline.needs)?;
            if let (Some(STRING), [left, right]) = (kind, &outline.needs[needed..]) {
                outline.between.push(Between { words: (client, clock), left: *left, right: *right });
            }
            let to = clock.checked_add(length).ok_or(Unfit::Malformed)?;
            if kind.is_some() {
                push(&mut outline.inserts, Run { client, from: clock, to });
            }
            clock = to;
        }
    }
    clients.clear();
    for _ in 0..read.uint()? {
        let client = read.client()?;
        once(&mut clients, client)?;
        let mut last = 0;
        for _ in 0..read.uint()? {
            let (from, length) = (read.clock()?, read.clock()?);
            let to = from.checked_add(length).ok_or(Unfit::Malformed)?;
            // Yjs writes them sorted, and to subtract what is known already relies on it.
            if from < last || length == 0 {
                return Err(Unfit::Malformed);
            }
            last = to;
            push(&mut outline.deletes, Run { client, from, to });
        }
    }
    if read.bytes.is_empty() { Ok(outline) } else { Err(Unfit::Malformed) }
}

/// A state vector, without reserving room for more clients than its bytes name: yrs would take ten bytes’
/// word for four thousand million of them.
pub fn state_vector(bytes: &[u8]) -> Result<StateVector, Unfit> {
    let mut read = Reader { bytes };
    let mut clocks = StateVector::default();
    for _ in 0..read.uint()? {
        let (client, clock) = (read.client()?, read.clock()?);
        clocks.set_max(ClientID::new(client), clock);
    }
    if read.bytes.is_empty() { Ok(clocks) } else { Err(Unfit::Malformed) }
}

/// A client that came twice could be written out of order.
fn once(seen: &mut HashSet<u64>, client: u64) -> Result<(), Unfit> {
    if seen.insert(client) { Ok(()) } else { Err(Unfit::Malformed) }
}

fn push(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.client == run.client && last.to == run.from => last.to = run.to,
        _ if run.from == run.to => {}
        _ => runs.push(run),
    }
}

const GC: u8 = 0;
const SKIP: u8 = 10;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_SUB: u8 = 0x20;
const UNUSED: u8 = 0x10;

const DELETED: u8 = 1;
const STRING: u8 = 4;
const TYPE: u8 = 7;
const ANY: u8 = 8;

const TYPE_MAP: u8 = 1;
const TYPE_TEXT: u8 = 2;

/// Where content says it stands. Content beside other content does not say: it stands with that.
enum Parent<'a> {
    Root { name: &'a str, key: Option<&'a str> },
    Inside { key: Option<&'a str> },
    Beside,
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// One run of content: its length, and of which kind it is; of none, if it is a hole.
    fn run(&mut self, section: Section, needs: &mut Vec<(u64, u32)>) -> Result<(u32, Option<u8>), Unfit> {
        let info = self.byte()?;
        if info == GC || info == SKIP {
            let length = self.clock()?;
            return if length == 0 { Err(Unfit::Malformed) } else { Ok((length, (info == GC).then_some(GC))) };
        }
        if info & UNUSED != 0 {
            return Err(Unfit::Malformed);
        }
        let parent = self.parent(info, needs)?;
        let kind = info & 0x0f;
        let length = self.content(section, kind, &parent)?;
        Ok((length, Some(kind)))
    }

    fn parent(&mut self, info: u8, needs: &mut Vec<(u64, u32)>) -> Result<Parent<'a>, Unfit> {
        for origin in [HAS_ORIGIN, HAS_RIGHT_ORIGIN] {
            if info & origin != 0 {
                needs.push((self.client()?, self.clock()?));
            }
        }
        if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) != 0 {
            return Ok(Parent::Beside);
        }
        let root = if self.uint()? == 1 { Some(self.string()?) } else { None };
        if root.is_none() {
            needs.push((self.client()?, self.clock()?));
        }
        let key = if info & HAS_PARENT_SUB != 0 { Some(self.string()?) } else { None };
        Ok(root.map_or(Parent::Inside { key }, |name| Parent::Root { name, key }))
    }

    fn content(&mut self, section: Section, kind: u8, parent: &Parent) -> Result<u32, Unfit> {
        // Directly under a root there are items and nothing else, whatever has become of them.
        if let Parent::Root { name, key } = parent {
            let is_item = key.is_some_and(|key| key.parse::<ItemId>().is_ok());
            if schema::list(section, name).is_none() || !is_item || !matches!(kind, TYPE | DELETED) {
                return Err(Unfit::Undeclared);
            }
        }
        if let Parent::Inside { key: Some(key) } = parent
            && !super::is_key(section, key)
        {
            return Err(Unfit::Undeclared);
        }
        match kind {
            DELETED => match self.clock()? {
                0 => Err(Unfit::Malformed),
                length => Ok(length),
            },
            STRING if !matches!(parent, Parent::Inside { key: Some(_) }) => {
                u32::try_from(self.string()?.encode_utf16().count()).map_err(|_| Unfit::Malformed)
            }
            TYPE => match (self.byte()?, parent) {
                (TYPE_MAP, Parent::Root { .. }) => Ok(1),
                (TYPE_TEXT, Parent::Inside { key: Some(key) }) if super::is_text_key(section, key) => Ok(1),
                _ => Err(Unfit::Undeclared),
            },
            ANY if !matches!(parent, Parent::Inside { key: None }) => {
                let length = self.clock()?;
                for _ in 0..length {
                    self.scalar()?;
                }
                Ok(length)
            }
            // JSON, bytes, embeds, formats, documents in documents, moves.
            _ => Err(Unfit::Undeclared),
        }
    }

    fn scalar(&mut self) -> Result<(), Unfit> {
        match self.byte()? {
            // Undefined, null, false, true.
            127 | 126 | 121 | 120 => Ok(()),
            125 => {
                for _ in 0..10 {
                    if self.byte()? < 0x80 {
                        return Ok(());
                    }
                }
                Err(Unfit::Malformed)
            }
            124 => self.take(4).map(drop),
            123 | 122 => self.take(8).map(drop),
            119 => self.string().map(drop),
            // Objects, lists and bytes: whatever they hold, no field has a place for them.
            116..=118 => Err(Unfit::Undeclared),
            _ => Err(Unfit::Malformed),
        }
    }

    fn byte(&mut self) -> Result<u8, Unfit> {
        let (&byte, rest) = self.bytes.split_first().ok_or(Unfit::Malformed)?;
        self.bytes = rest;
        Ok(byte)
    }

    fn uint(&mut self) -> Result<u64, Unfit> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Unfit::Malformed)
    }

    /// A clock or a length. Half of what fits, because Yjs counts some of them in signed numbers.
    fn clock(&mut self) -> Result<u32, Unfit> {
        let value = self.uint()?;
        i32::try_from(value).map(i32::cast_unsigned).map_err(|_| Unfit::Malformed)
    }

    /// A client id: what a JavaScript number holds exactly.
    fn client(&mut self) -> Result<u64, Unfit> {
        let value = self.uint()?;
        if value < 1 << 53 { Ok(value) } else { Err(Unfit::Malformed) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Unfit> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(Unfit::Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn string(&mut self) -> Result<&'a str, Unfit> {
        let length = usize::try_from(self.uint()?).map_err(|_| Unfit::Malformed)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Unfit::Malformed)
    }
}
