//! What the plan of a run has somebody or something do.

use super::*;

impl World {
    pub(super) fn operation(&mut self, at: usize) {
        self.next = at + 1;
        if let Some(next) = self.plan.get(at + 1) {
            let pause = next.pause;
            self.schedule(pause, Event::Operation(at + 1));
        }
        if self.skip[at] {
            return;
        }
        let operation = self.plan[at].clone();
        self.trace.note(self.now, || format!("#{at} {:?}", operation.what));
        let mut dice = Chance::new(operation.dice);
        match operation.what {
            What::Deed { tab, deed } => self.deed(tab, deed, &mut dice),
            What::Burst { tab, count } => {
                for _ in 0..count {
                    self.deed(tab, Deed::Type, &mut dice);
                }
            }
            What::Cut { tab } => {
                if let Some(link) = self.some_link(tab) {
                    self.cut(link);
                }
            }
            What::Offline { tab, for_ms } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let until = self.now + for_ms;
                if let Some(seat) = self.tabs.get_mut(&tab) {
                    seat.offline_until = until;
                    if let Some(link) = seat.link {
                        self.cut(link);
                    }
                    self.schedule_at(until, Event::Online { tab });
                    self.tally("times offline");
                }
            }
            What::Storm => {
                for _ in 0..dice.between(1, 4) {
                    for link in 0..self.links.len() {
                        if self.links[link].client_open && matches!(self.links[link].end, End::Tab(_)) {
                            self.cut(link);
                        }
                    }
                }
            }
            What::Suspend { tab, for_ms } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let until = self.now + for_ms;
                if let Some(seat) = self.tabs.get_mut(&tab) {
                    seat.asleep_until = until;
                    let link = seat.link.filter(|_| dice.one_in(2));
                    self.schedule_at(until, Event::Awake { tab });
                    if let Some(link) = link {
                        self.cut(link);
                    }
                }
            }
            What::Laggy { for_ms } => self.laggy_until = self.now + for_ms,
            What::Reload { tab } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let who = self.tabs[&tab].who;
                self.close_tab(tab);
                self.open_tab(who);
            }
            What::OpenTab { person } => {
                let who = person % self.cast.len();
                if self.tabs.values().filter(|seat| seat.who == who && !seat.closed).count() < 3 {
                    self.open_tab(who);
                }
            }
            What::Leave { for_ms } => {
                self.away_until = self.now + for_ms;
                for link in 0..self.links.len() {
                    if self.links[link].client_open {
                        self.hang_up(link);
                    }
                }
                self.schedule(for_ms, Event::Return);
            }
            What::Crash { steps } => {
                if self.process.is_alive() {
                    self.process.fuse = Some(steps);
                }
            }
            What::Drain => {
                if self.process.accepts() {
                    self.tally("drains");
                    self.with_process(|process, out| process.drain(out));
                }
            }
            What::Disk { weather, for_ms } => {
                self.disk.weather = weather;
                self.weather_until = self.now + for_ms;
                self.tally("bad disks");
                self.schedule(for_ms, Event::Weather);
            }
            What::Jump { ms } => self.now += ms,
            What::Restore { section } => self.restore(section, &mut dice),
            What::Start => self.authority(|disk| disk.stage = disk.stage.max(Stage::Meeting)),
            What::Agree => {
                if self.process.accepts() && self.disk.stage == Stage::Meeting {
                    self.with_process(|process, out| process.put(Mail::Quiesce, out));
                }
            }
            What::Role { person } => {
                // The pupil stays the pupil.
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                let role =
                    [Role::Parent, Role::Teacher, Role::Observer, Role::Interpreter, Role::Specialist][dice.below(5)];
                self.authority(|disk| {
                    if let Some(who) = disk.participants.iter_mut().find(|who| who.person == person) {
                        who.role = role;
                    }
                });
            }
            What::Dismiss { person } => {
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                let before = self.disk.participants.len();
                self.authority(|disk| disk.participants.retain(|who| who.person != person));
                if self.disk.participants.len() < before {
                    self.tally("removals");
                }
            }
            What::Admit { person } => {
                let who = person % self.cast.len();
                let participant = self.cast[who].participant();
                self.authority(|disk| {
                    if disk.participant(participant.person).is_none() {
                        disk.participants.push(participant);
                    }
                });
                self.open_tab(who);
            }
            What::Scribe { person } => {
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                let named = dice.one_in(2);
                self.authority(|disk| {
                    for who in &mut disk.participants {
                        who.scribe = shared::policy::Scribe::named(named && who.person == person);
                    }
                });
            }
            What::Trick { person, trick } => self.trick(person % self.cast.len(), trick, dice),
            What::Rest => self.rest("in between"),
        }
    }

    pub(super) fn deed(&mut self, tab: usize, deed: Deed, dice: &mut Chance) {
        let Some(tab) = self.some_tab(tab) else { return };
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        if self.now < seat.asleep_until {
            return;
        }
        let person = self.cast[seat.who].clone();
        let Some(Done { what, says, deleted, undone }) =
            seat.tab.as_mut().and_then(|tab| tab.does(deed, &person, dice))
        else {
            return;
        };
        self.tally("deeds");
        self.trace.note(self.now, || format!("   {}/{tab}: {what}", person.name));
        self.witness.deletes_of_others(person.id, &deleted);
        if let Some(undone) = undone {
            self.witness.undone(person.id, &undone);
            self.tally("undos");
        }
        self.says(tab, says);
    }

    /// A command of the facilitator’s: on the disk, and then told to the room.
    pub(super) fn authority(&mut self, change: impl FnOnce(&mut Disk)) {
        if !self.process.accepts() || self.disk.stage == Stage::Agreed || self.disk.weather == Weather::Away {
            return;
        }
        let before = self.disk.stage;
        change(&mut self.disk);
        let stage = self.disk.stage;
        let letter = if stage == before { Mail::ParticipantsChanged } else { Mail::StageChanged(stage) };
        self.with_process(|process, out| process.put(letter, out));
    }

    /// A backup is played back: one section is of another history, and the server starts anew.
    pub(super) fn restore(&mut self, section: usize, dice: &mut Chance) {
        if self.disk.stage == Stage::Agreed {
            return;
        }
        let sections = self.disk.names();
        let section = sections[section % sections.len()];
        self.with_process(|process, out| process.end(out));
        // Nothing of the old history is still on its way.
        self.events.retain(|_, event| !matches!(event, Event::Lands { .. }));
        self.epochs += 1;
        let (cast, epoch) = (self.cast.clone(), self.epochs);
        seed_section(section, epoch, &cast, dice, false, &mut self.disk, &mut self.witness);
        self.tally("restores");
    }

    pub(super) fn trick(&mut self, who: Who, trick: Trick, dice: Chance) {
        let script = self.scripts.len();
        let sections = self.disk.names();
        let person = self.cast[who].clone();
        self.scripts.insert(script, Script::new(who, person, trick, &sections, dice, &mut self.witness));
        self.tally("tricks");
        self.connect(End::Script(script));
    }

    pub(super) fn some_tab(&self, number: usize) -> Option<usize> {
        let open: Vec<_> =
            self.tabs.iter().filter(|(_, seat)| seat.tab.is_some() && !seat.closed).map(|(tab, _)| *tab).collect();
        open.get(number % open.len().max(1)).copied()
    }

    pub(super) fn some_link(&self, tab: usize) -> Option<usize> {
        self.tabs.get(&self.some_tab(tab)?)?.link
    }

    pub(super) fn close_tab(&mut self, tab: usize) {
        if let Some(link) = self.tabs[&tab].link {
            self.hang_up(link);
        }
        if let Some(seat) = self.tabs.get_mut(&tab) {
            seat.closed = true;
            seat.tab = None;
        }
    }
}
