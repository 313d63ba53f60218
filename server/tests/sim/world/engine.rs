//! The server’s process as part of the world: what it asks for happens, later or never.

use super::*;

impl World {
    pub(super) fn with_process(&mut self, act: impl FnOnce(&mut Process, &mut Outside)) {
        let mut acts = vec![];
        let mut out = Outside {
            now: self.now,
            epoch: self.epoch,
            chance: &mut self.chance,
            disk: &mut self.disk,
            witness: &mut self.witness,
            trace: &mut self.trace,
            acts: &mut acts,
        };
        act(&mut self.process, &mut out);
        for act in acts {
            self.act(act);
        }
    }

    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::Send { conn, frame } => {
                if let Some(link) = self.link_of(conn) {
                    self.send_down(link, frame);
                }
            }
            Act::Close { conn, code } => {
                if let Some(link) = self.link_of(conn) {
                    self.server_closes(link, code);
                }
            }
            Act::After(wait, timer) => {
                let process = self.process.number;
                self.schedule(wait, Event::Timer { process, timer });
            }
            Act::Commit { transaction, fate, attempt } => {
                let process = self.process.number;
                if let Some(lands) = fate.lands {
                    self.schedule(lands, Event::Lands { attempt, transaction, process });
                }
            }
            Act::Page { question, sections } => self.rendered(question, sections),
            Act::Crashed => self.crashed(),
        }
    }

    pub(super) fn timer(&mut self, process: u64, timer: Timer) {
        if process != self.process.number {
            return;
        }
        let landed = match &timer {
            Timer::Answer { attempt, .. } | Timer::Agreed { attempt, .. } => {
                self.landed.get(&(process, *attempt)).cloned()
            }
            _ => None,
        };
        self.with_process(|process, out| process.timer(timer, landed, out));
    }

    pub(super) fn lands(&mut self, attempt: u64, transaction: &Transaction, process: u64) {
        let result = match transaction {
            Transaction::Append(rows) => {
                let result = self.disk.append(rows);
                if let Ok(numbers) = &result {
                    self.witness.wrote(rows, numbers);
                }
                self.trace.note(self.now, || format!("attempt {attempt} to write {} updates: {result:?}", rows.len()));
                result
            }
            Transaction::Checkpoint { section, seq, state } => {
                self.disk.compact(*section, *seq, state);
                self.tally("checkpoints");
                self.witness.recovered(&self.disk.sections());
                self.trace.note(self.now, || format!("{section:?} is compacted up to {seq}"));
                Ok(vec![])
            }
            Transaction::Agree => {
                let result = self.disk.agree();
                if result.is_ok() {
                    self.witness.agreed();
                    self.tally("agreements");
                }
                self.trace.note(self.now, || format!("the record: {result:?}"));
                result.map(|()| vec![])
            }
        };
        self.landed.insert((process, attempt), result);
    }

    pub(super) fn starts(&mut self) {
        if self.process.is_alive() {
            return;
        }
        self.process = Process::new(self.process.number + 1);
        let number = self.process.number;
        self.trace.note(self.now, || format!("process {number} has started"));
    }

    /// The process is gone: every socket ends, at some point of what was on its way.
    pub(super) fn crashed(&mut self) {
        self.tally("crashes");
        for link in 0..self.links.len() {
            if self.links[link].server_open {
                self.links[link].server_open = false;
                self.cut_down(link, None);
            }
        }
        let wait = self.chance.between(5, 3_000);
        self.schedule(wait, Event::Starts);
    }

    pub(super) fn pump_drain(&mut self) {
        if self.process.is_alive() && self.process.has_drained() {
            self.with_process(|process, out| process.end(out));
        }
    }
}
