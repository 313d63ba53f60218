//! The same meeting on other servers: what they say, who is there, and when to look for ourselves.
//!
//! A room that serves the meeting alone has no [`Elsewhere`], and nothing here happens.
//!
//! What must stay true: whatever is lost on the way, the next tick, beat or look finds it; people of a
//! server that is gone are not shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use shared::{
    ParticipantId, Section,
    presence::Presence,
    protocol::awareness::{self, Entry},
};

use super::{Effect, RoomState, missed::Reading};
use crate::{
    limits::Limit,
    room::{
        notice::{Beat, NodeId, Notice},
        presence::ENTRIES_LIMIT,
    },
};

/// How often the others hear that we are here, though nothing changed.
pub const BEAT: Duration = Duration::from_secs(2);

/// A server that says nothing for so long is gone, and its people with it.
pub const SILENCE: Duration = Duration::from_secs(6);

/// How often the database is asked what was missed although nobody seems to be missing: another server
/// may have been cut off from NATS before it ever said that it is there.
const LOOK: Duration = Duration::from_secs(5);

/// And how often what people may do is asked for as well, which costs more.
const LOOK_AT_RIGHTS: Duration = Duration::from_secs(30);

/// How long a server that fell silent may go on serving its people, unheard: so long we look at every tick.
const UNHEARD: Duration = Duration::from_secs(600);

/// Servers that may share one meeting. Nobody has so many.
pub(crate) const NODE_LIMIT: usize = 32;

pub(super) struct Elsewhere {
    nodes: BTreeMap<NodeId, Node>,
    pub(super) reading: BTreeMap<Section, Reading>,
    /// Others hear us, as far as we know.
    linked: bool,
    beat_at: Option<Instant>,
    looked_at: Option<Instant>,
    looked_at_rights: Option<Instant>,
    /// Since when somebody has been silent who had not said goodbye.
    unheard_since: Option<Instant>,
}

struct Node {
    heard_at: Instant,
    here: BTreeSet<ParticipantId>,
}

impl RoomState {
    /// The same room, where other servers may have the meeting open too.
    pub fn among_others(mut self) -> Self {
        let (nodes, reading) = (BTreeMap::new(), BTreeMap::new());
        self.elsewhere = Some(Elsewhere {
            nodes,
            reading,
            linked: false,
            beat_at: None,
            looked_at: None,
            looked_at_rights: None,
            unheard_since: None,
        });
        self
    }

    pub(super) fn is_alone(&self) -> bool {
        self.elsewhere.is_none()
    }

    pub(super) fn tell_others(&mut self, notice: impl FnOnce() -> Notice) {
        if self.elsewhere.is_some() {
            self.effects.push(Effect::Tell(notice()));
        }
    }

    pub(super) fn here_elsewhere(&self) -> impl Iterator<Item = ParticipantId> {
        self.elsewhere.iter().flat_map(|elsewhere| elsewhere.nodes.values().flat_map(|node| node.here.iter().copied()))
    }

    /// The way to the others is open, or shut. Whatever was said meanwhile was missed.
    pub(super) fn linked(&mut self, linked: bool) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        elsewhere.linked = linked;
        if linked {
            self.beat(true);
            self.effects.push(Effect::ReadHeads);
            self.effects.push(Effect::ReadRights);
        }
    }

    pub(super) fn notice(&mut self, node: NodeId, notice: Notice, now: Instant) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        if let Some(known) = elsewhere.nodes.get_mut(&node) {
            known.heard_at = now;
        } else if elsewhere.nodes.len() >= NODE_LIMIT {
            Limit::Servers.reached();
            return;
        } else if notice != Notice::Gone {
            elsewhere.nodes.insert(node, Node { heard_at: now, here: BTreeSet::new() });
        }
        match notice {
            Notice::Committed { section, committed } => {
                let Some(state) = self.sections.get_mut(&section) else { return };
                state.numbers.heard(committed);
                if !self.take_in(section) {
                    self.ask_log(section);
                }
            }
            Notice::Presence { section, entries } => {
                let Ok(entries) = awareness::decode(&entries) else { return };
                self.show_at(section, &entries);
                let heard = self.presence.entry(section).or_default().heard(node, entries);
                if let Some(heard) = heard {
                    self.tell_everybody_here(section, heard);
                }
            }
            Notice::Beat(beat) => self.heard_beat(node, beat),
            Notice::Gone => self.node_gone(node),
            Notice::Event(event) => self.announce(&event),
            Notice::Authority => self.effects.push(Effect::ReadRights),
        }
    }

    /// Whom other servers show at which client ids.
    fn show_at(&mut self, section: Section, entries: &[Entry]) {
        let Some(state) = self.sections.get_mut(&section) else { return };
        for entry in entries.iter().take(ENTRIES_LIMIT) {
            if let Ok(shown) = serde_json::from_str::<Presence>(&entry.state) {
                state.show(entry.client_id, shown.person);
            }
        }
    }

    fn heard_beat(&mut self, node: NodeId, beat: Beat) {
        for (section, head) in beat.heads {
            if let Some(state) = self.sections.get_mut(&section) {
                state.numbers.rumoured(head);
            }
        }
        let mut shown: BTreeMap<Section, Vec<_>> = BTreeMap::new();
        for (section, entries) in beat.presence {
            shown.entry(section).or_default().extend(awareness::decode(&entries).unwrap_or_default());
        }
        for section in self.sections.keys().copied().collect::<Vec<_>>() {
            let shown = shown.remove(&section).unwrap_or_default();
            if shown.is_empty() && !self.presence.contains_key(&section) {
                continue;
            }
            self.show_at(section, &shown);
            for heard in self.presence.entry(section).or_default().shown(node, shown) {
                self.tell_everybody_here(section, heard);
            }
        }
        if let Some(node) = self.elsewhere.as_mut().and_then(|elsewhere| elsewhere.nodes.get_mut(&node)) {
            node.here = beat.here.into_iter().collect();
        }
        if beat.asks {
            self.beat(false);
        }
    }

    fn node_gone(&mut self, node: NodeId) {
        if let Some(elsewhere) = &mut self.elsewhere {
            elsewhere.nodes.remove(&node);
        }
        for section in self.presence.keys().copied().collect::<Vec<_>>() {
            let gone = self.presence.get_mut(&section).map(|presence| presence.shown(node, vec![]));
            for gone in gone.into_iter().flatten() {
                self.tell_everybody_here(section, gone);
            }
        }
    }

    /// Says that we are here, how far we are, and who is with us.
    pub(super) fn beat(&mut self, asks: bool) {
        if self.elsewhere.is_none() {
            return;
        }
        let heads = self.sections.iter().map(|(section, state)| (*section, state.numbers.through())).collect();
        let shown = self.presence.iter().flat_map(|(section, presence)| {
            presence.own().into_iter().map(|entries| (*section, entries)).collect::<Vec<_>>()
        });
        let presence = shown.collect();
        let here = self.here_on_this_server.iter().copied().collect();
        self.effects.push(Effect::Tell(Notice::Beat(Beat { heads, here, presence, asks })));
    }

    /// What time alone brings about.
    pub(super) fn look_after_others(&mut self, now: Instant) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        let silent = elsewhere.nodes.iter().filter(|(_, node)| now.duration_since(node.heard_at) >= SILENCE);
        let silent: Vec<_> = silent.map(|(node, _)| *node).collect();
        if !silent.is_empty() {
            elsewhere.unheard_since = Some(now);
        }
        let is_over = |at: Option<Instant>, time| at.is_none_or(|at| now.duration_since(at) >= time);
        let deaf = !elsewhere.linked || !is_over(elsewhere.unheard_since, UNHEARD);
        let beats = is_over(elsewhere.beat_at, BEAT);
        let looks = deaf || is_over(elsewhere.looked_at, LOOK);
        let looks_at_rights = deaf || is_over(elsewhere.looked_at_rights, LOOK_AT_RIGHTS);
        elsewhere.beat_at = if beats { Some(now) } else { elsewhere.beat_at };
        elsewhere.looked_at = if looks { Some(now) } else { elsewhere.looked_at };
        elsewhere.looked_at_rights = if looks_at_rights { Some(now) } else { elsewhere.looked_at_rights };
        let failed: Vec<_> =
            elsewhere.reading.iter().filter(|(_, reading)| reading.failed).map(|(section, _)| *section).collect();
        for section in failed {
            self.ask_log(section);
        }
        for node in &silent {
            self.node_gone(*node);
        }
        if looks {
            self.effects.push(Effect::ReadHeads);
        }
        if looks_at_rights {
            self.effects.push(Effect::ReadRights);
        }
        let stuck =
            self.sections.iter_mut().filter_map(|(section, state)| state.numbers.is_stuck().then_some(*section));
        for section in stuck.collect::<Vec<_>>() {
            self.ask_log(section);
        }
        if beats {
            self.beat(false);
        }
    }
}
