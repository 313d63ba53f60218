//! One tab of one person: a line for each section it may read, one socket, and what the person does.
//! Behaves as `app/src/collab/driver.rs` does in a browser.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
};

use server::room::SectionCopy;
use shared::{
    Access, ItemId, ParticipantId, PersonId, Role, Section, Stage,
    doc::{FieldAddress, NewItem, SectionDoc},
    event::ServerEvent,
    policy::{Protection, Scribe, access_for, protection},
    protocol::{CloseCode, Frame, Message},
    schema::{self, Kind, List},
    splice::Splice,
    sync::{Input, SaveState},
};
use uuid::Uuid;

use crate::{
    cast::Person,
    chance::Chance,
    line::{Ask, Dropped, Kept, Line},
};

pub(crate) struct Tab {
    pub(crate) name: String,
    person: PersonId,
    seat: ParticipantId,
    pupil: PersonId,
    role: Role,
    scribe: bool,
    stage: Stage,
    pub(crate) lines: BTreeMap<Section, Line>,
    pub(crate) connected: bool,
    /// Closed for good: not to be tried again.
    pub(crate) ended: bool,
    pub(crate) failures: u32,
    pub(crate) kept: BTreeMap<String, Kept>,
    /// Where undo was last used or text last written.
    focus: Option<FieldAddress>,
    clock: Arc<AtomicU64>,
    ids: Chance,
    pub(crate) repeats: bool,
}

/// What comes of something that happened to a tab.
#[derive(Debug)]
pub(crate) enum Say {
    Send(Section, Message),
    Dropped(Dropped),
}

/// What somebody does in a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Type,
    Delete,
    Replace,
    Undo,
    Redo,
    Add,
    Remove,
    PutBack,
    Move,
    Choose,
    Count,
}

/// What a deed came to, for the trace and the witness.
pub(crate) struct Done {
    pub(crate) what: String,
    pub(crate) says: Vec<Say>,
    /// Letters that were deleted.
    pub(crate) deleted: String,
    /// Letters of this section before and after, and the updates that were made, if something was undone.
    pub(crate) undone: Option<Undone>,
}

pub(crate) struct Undone {
    pub(crate) section: Section,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) updates: Vec<Vec<u8>>,
}

/// What a page brings with it.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) role: Role,
    pub(crate) scribe: bool,
    pub(crate) stage: Stage,
    pub(crate) sections: Vec<SectionCopy>,
}

impl Tab {
    pub(crate) fn open(
        name: String,
        person: &Person,
        pupil: PersonId,
        page: &Page,
        clock: Arc<AtomicU64>,
        mut ids: Chance,
        repeats: bool,
    ) -> Self {
        let mut lines = BTreeMap::new();
        for copy in &page.sections {
            let access = access_for(copy.section, page.role, Scribe::named(page.scribe), page.stage);
            if access.can_read() {
                let given = Some((copy.epoch, &*copy.state));
                let mut line = Line::new(copy.section, given, access, clock.clone(), ids.fork());
                line.repeats = repeats;
                lines.insert(copy.section, line);
            }
        }
        Self {
            name,
            person: person.id,
            seat: person.seat,
            pupil,
            role: page.role,
            scribe: page.scribe,
            stage: page.stage,
            lines,
            connected: false,
            ended: false,
            failures: 0,
            kept: BTreeMap::new(),
            focus: None,
            clock,
            ids,
            repeats,
        }
    }

    pub(crate) fn save_state(&self) -> SaveState {
        SaveState::of(self.lines.values().map(|line| &line.sync), self.connected, false)
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.ended
            || (self.connected
                && self.lines.values().all(|line| line.sync.is_saved() && line.sync.is_live() && !line.rejoins()))
    }

    // ── the socket ──

    pub(crate) fn opened(&mut self) -> Vec<Say> {
        self.connected = true;
        self.everywhere(&Input::Connected)
    }

    pub(crate) fn closed(&mut self, code: Option<u16>) -> Vec<Say> {
        self.connected = false;
        self.ended |= code.is_some_and(CloseCode::is_final);
        self.everywhere(&Input::Disconnected)
    }

    pub(crate) fn received(&mut self, bytes: &[u8]) -> Vec<Say> {
        self.failures = 0;
        let Ok(Frame { document, message }) = Frame::decode(bytes) else { return vec![] };
        let Some((_, section)) = Section::parse_document_name(&document) else { return vec![] };
        let Some(line) = self.lines.get_mut(&section) else { return vec![] };
        let asks = line.handle(Input::Received(message));
        self.perform(section, asks)
    }

    fn everywhere(&mut self, input: &Input) -> Vec<Say> {
        let mut says = vec![];
        for section in self.lines.keys().copied().collect::<Vec<_>>() {
            let asks = self.lines.get_mut(&section).map(|line| line.handle(input.clone()));
            says.extend(self.perform(section, asks.unwrap_or_default()));
        }
        says
    }

    fn perform(&mut self, section: Section, asks: Vec<Ask>) -> Vec<Say> {
        let mut says = vec![];
        for ask in asks {
            match ask {
                Ask::Send(message) => says.push(Say::Send(section, message)),
                Ask::Keep(kept) => drop(self.kept.insert(kept.field.to_string(), kept)),
                Ask::Event(event) => says.extend(self.hear(event)),
                Ask::Denied => says.extend(self.set_access(section, Access::None)),
                Ask::Dropped(dropped) => says.push(Say::Dropped(dropped)),
            }
        }
        says
    }

    fn hear(&mut self, event: ServerEvent) -> Vec<Say> {
        match event {
            ServerEvent::Opened { section, access, .. } | ServerEvent::Access { section, access } => {
                self.set_access(section, access)
            }
            ServerEvent::Stage { stage } => {
                self.stage = stage;
                let mut says = vec![];
                for section in Section::ALL {
                    let access = access_for(section, self.role, Scribe::named(self.scribe), stage);
                    if !self.lines.contains_key(&section) && access.can_read() {
                        says.extend(self.set_access(section, access));
                    }
                }
                says
            }
            ServerEvent::Here { scribe, .. } => {
                self.scribe = scribe == Some(self.seat);
                vec![]
            }
            ServerEvent::Removed => {
                self.ended = true;
                vec![]
            }
            _ => vec![],
        }
    }

    fn set_access(&mut self, section: Section, access: Access) -> Vec<Say> {
        if !access.can_read() {
            let gone = self.lines.remove(&section);
            return gone.map(|line| Say::Dropped(Dropped(line.doc.clone()))).into_iter().collect();
        }
        if let Some(line) = self.lines.get_mut(&section) {
            line.access = access;
            return vec![];
        }
        let mut line = Line::new(section, None, access, self.clock.clone(), self.ids.fork());
        line.repeats = self.repeats;
        let asks = if self.connected { line.handle(Input::Connected) } else { vec![] };
        self.lines.insert(section, line);
        self.perform(section, asks)
    }

    // ── the person ──

    /// Does something, somewhere that this page lets them.
    pub(crate) fn does(&mut self, deed: Deed, person: &Person, dice: &mut Chance) -> Option<Done> {
        let places: Vec<_> =
            self.lines.iter().filter(|(_, line)| line.may_write()).map(|(section, _)| *section).collect();
        let section = *dice.pick(&places)?;
        let line = self.lines.get_mut(&section)?;
        let (mut deleted, mut undone, mut field) = (String::new(), None, None);
        // The scribe types for the pupil: statements, and the pupil’s own texts of what is worded together.
        let (scribe, pupil) = (self.scribe && protection(section) == Protection::Everything, self.pupil);
        let own_texts = self.scribe && protection(section) == Protection::OwnTexts;
        let for_pupil = |doc: &SectionDoc, list: &List, item: ItemId, field: &str| {
            (own_texts && schema::is_pupils(list, field))
                || (scribe && doc.meta(list, item).and_then(|meta| meta.said_by) == Some(pupil))
        };
        let what = match deed {
            Deed::Type | Deed::Delete | Deed::Replace => {
                let address = a_text(&line.doc, dice)?;
                let (list, schema) = address.schema()?;
                let before = line.doc.words(list, address.item, schema.key);
                let splice = a_splice(deed, &before, person, dice)?;
                let for_pupil = for_pupil(&line.doc, list, address.item, schema.key);
                if !for_pupil {
                    line.focus(&address);
                }
                line.write(for_pupil, |doc| doc.splice(list, address.item, schema.key, &splice));
                deleted = cut_out(&before, &splice);
                let what = format!("{deed:?} at {} −{} +“{}” in {address}", splice.at, splice.delete, splice.insert);
                self.focus = Some(address.clone());
                field = Some(address);
                what
            }
            Deed::Undo | Deed::Redo => {
                let address = self.focus.clone()?;
                let section = address.section;
                let line = self.lines.get_mut(&section).filter(|line| line.may_write())?;
                let (list, schema) = address.schema()?;
                let before = line.doc.words(list, address.item, schema.key);
                let updates = line.undo(&address, deed == Deed::Redo);
                let after = line.doc.words(list, address.item, schema.key);
                let what = format!("{deed:?} “{before}” → “{after}” in {address}");
                undone = Some(Undone { section, before, after, updates });
                let asks = line.edited(Some(address));
                let says = self.perform(section, asks);
                return Some(Done { what, says, deleted, undone });
            }
            Deed::Add => {
                let list = a_list(section, dice);
                if list.single || line.doc.all_items(list).len() > 8 {
                    return None;
                }
                let item = ItemId(Uuid::from_u128(u128::from(dice.next())));
                let for_pupil = scribe && dice.one_in(2);
                let by = if for_pupil { pupil } else { self.person };
                line.write(for_pupil, |doc| doc.add(list, item, NewItem::by(by)));
                format!("adds {item} to {section:?}/{}", list.key)
            }
            Deed::Remove | Deed::PutBack | Deed::Move | Deed::Choose | Deed::Count => {
                let list = a_list(section, dice);
                let items = line.doc.all_items(list);
                let item = dice.pick(&items)?.id;
                let choice = list.fields.iter().find_map(|field| match field.kind {
                    Kind::Choice(codes) => Some((field.key, dice.pick(codes)?.code)),
                    _ => None,
                });
                let number = list.fields.iter().find(|field| matches!(field.kind, Kind::Number { .. }));
                let (up, count, me) = (dice.one_in(2), 1 + dice.below(5) as i64, self.person);
                let for_pupil = for_pupil(&line.doc, list, item, schema::item::ORDER);
                line.write(for_pupil, |doc| match (deed, choice, number) {
                    (Deed::Remove, ..) => doc.remove(list, item, me),
                    (Deed::PutBack, ..) => doc.put_back(list, item),
                    (Deed::Move, ..) => doc.move_by(list, item, if up { 1 } else { -1 }),
                    (Deed::Choose, Some((key, code)), _) => doc.set_words(list, item, key, code),
                    (Deed::Count, _, Some(field)) => doc.set_number(list, item, field.key, Some(count)),
                    _ => {}
                });
                format!("{deed:?} {item} of {section:?}/{}", list.key)
            }
        };
        let line = self.lines.get_mut(&section)?;
        let presence = field.as_ref().filter(|_| self.connected).map(|field| line.presence(field));
        let asks = line.edited(field);
        let mut says = self.perform(section, asks);
        says.extend(presence.map(|message| Say::Send(section, message)));
        Some(Done { what, says, deleted, undone })
    }
}

/// Few lists, so that people meet.
fn a_list(section: Section, dice: &mut Chance) -> &'static List {
    let lists = schema::lists(section);
    &lists[dice.below(lists.len().min(2))]
}

/// Some text of an item that is on the page.
fn a_text(doc: &SectionDoc, dice: &mut Chance) -> Option<FieldAddress> {
    let list = a_list(doc.section(), dice);
    let items = doc.items(list);
    let item = *dice.pick(&items)?;
    let texts: Vec<_> = list.fields.iter().filter(|field| matches!(field.kind, Kind::Text { .. })).take(2).collect();
    Some(FieldAddress::new(doc.section(), list, item, dice.pick(&texts)?))
}

/// An edit of this text that no surrogate pair is cut by.
fn a_splice(deed: Deed, text: &str, person: &Person, dice: &mut Chance) -> Option<Splice> {
    let letters: Vec<u32> = text.chars().map(|letter| letter.len_utf16() as u32).collect();
    let insert = match deed {
        Deed::Delete => String::new(),
        // Long texts only make everything slow.
        _ if letters.len() > 60 => return None,
        _ => person.words(dice, 5),
    };
    let from = dice.below(letters.len() + usize::from(deed == Deed::Type));
    let count = if deed == Deed::Type { 0 } else { 1 + dice.below(4) };
    let to = (from + count).min(letters.len());
    if deed == Deed::Delete && from == to {
        return None;
    }
    Some(Splice { at: letters[..from].iter().sum(), delete: letters[from..to].iter().sum(), insert })
}

fn cut_out(text: &str, splice: &Splice) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16_lossy(&units[splice.at as usize..(splice.at + splice.delete) as usize])
}
