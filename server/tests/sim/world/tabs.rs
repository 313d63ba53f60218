//! Tabs: opened with a page, and what they say and are said to have saved.

use super::*;

impl World {
    pub(super) fn seat_tab(&mut self, tab: usize) -> Option<&mut Tab> {
        self.tabs.get_mut(&tab)?.tab.as_mut()
    }

    pub(super) fn open_tab(&mut self, who: Who) {
        let tab = self.tabs.len();
        let seat =
            Seat { who, tab: None, link: None, asleep_until: 0, offline_until: 0, retrying: false, closed: false };
        self.tabs.insert(tab, seat);
        let wait = self.chance.between(0, 300);
        self.schedule(wait, Event::AskForPage { tab, who });
    }

    pub(super) fn ask_for_page(&mut self, tab: usize, who: Who) {
        if self.tabs[&tab].closed {
            return;
        }
        let person = self.cast[who].id;
        if self.disk.participant(person).is_none() {
            return;
        }
        if self.process.accepts() {
            self.with_process(|process, out| process.put(Mail::Page { question: tab as u64 }, out));
        }
        // No answer, or none in time: the person presses reload.
        let wait = 4_000 + self.chance.between(0, 2_000);
        if self.tabs[&tab].tab.is_none() {
            self.schedule(wait, Event::AskForPage { tab, who });
        }
    }

    pub(super) fn rendered(&mut self, question: u64, sections: Vec<SectionCopy>) {
        let tab = question as usize;
        let Some(seat) = self.tabs.get(&tab) else { return };
        let Some(participant) = self.disk.participant(self.cast[seat.who].id) else { return };
        let page =
            Page { role: participant.role, scribe: participant.scribe.writes(), stage: self.disk.stage, sections };
        let wait = self.chance.between(10, 800);
        self.schedule(wait, Event::Page { tab, page });
    }

    pub(super) fn page(&mut self, tab: usize, page: &Page) {
        let (ids, repeats) = (self.chance.fork(), self.chance.one_in(5));
        let Some(seat) = self.tabs.get_mut(&tab).filter(|seat| seat.tab.is_none() && !seat.closed) else { return };
        let person = &self.cast[seat.who];
        let name = format!("{}/{tab}", person.name);
        seat.tab = Some(Tab::open(name, person, self.cast[PUPIL].id, page, self.clock.clone(), ids, repeats));
        self.learn_hands(tab);
        self.trace.note(self.now, || format!("{}/{tab} has the page", self.cast[self.tabs[&tab].who].name));
        self.retry(tab, 5);
    }

    /// Every document a tab has begins under an id of its own.
    pub(super) fn learn_hands(&mut self, tab: usize) {
        let Some(seat) = self.tabs.get(&tab) else { return };
        let person = self.cast[seat.who].id;
        for line in seat.tab.iter().flat_map(|tab| tab.lines.values()) {
            line.hands().into_iter().for_each(|client| self.witness.hand(client, person));
        }
    }

    pub(super) fn says(&mut self, tab: usize, says: Vec<Say>) {
        self.learn_hands(tab);
        for say in says {
            match say {
                Say::Send(section, message) => {
                    if let Some(link) = self.tabs.get(&tab).and_then(|seat| seat.link) {
                        self.send_up(link, Frame::new(section.document_name(MEETING), message).encode());
                    }
                }
                Say::Dropped(dropped) => self.dropped(tab, &dropped),
            }
        }
        self.look_at(tab);
    }

    /// What a tab calls saved, is; or it lies where its person can copy it.
    pub(super) fn look_at(&mut self, tab: usize) {
        let Some(open) = self.tabs.get(&tab).and_then(|seat| seat.tab.as_ref()) else { return };
        for line in open.lines.values() {
            if line.sync.is_saved() && line.loaded {
                self.witness.is_saved(line.current(), line.epoch, &open.name);
                if line.rejoins() {
                    self.witness.keeps(&line.doc, &open.kept, &open.name);
                }
            }
        }
    }

    pub(super) fn dropped(&mut self, tab: usize, Dropped(doc): &Dropped) {
        self.tally("documents dropped");
        let Some(open) = self.tabs.get(&tab).and_then(|seat| seat.tab.as_ref()) else { return };
        self.witness.keeps(doc, &open.kept, &open.name);
    }

    pub(super) fn script_says(&mut self, link: usize, frames: Vec<(Section, Message)>) {
        for (section, message) in frames {
            self.send_up(link, Frame::new(section.document_name(MEETING), message).encode());
        }
    }
}
