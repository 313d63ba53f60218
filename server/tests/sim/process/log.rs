//! The one task that writes to the update log: what it decides is `update_log::batch`’s, and each of its awaits is an
//! event here.

use server::update_log::{
    BATCH,
    batch::{Answer, Entrusted, Next},
};

use super::*;

impl Process {
    pub(super) fn append(&mut self, position: u64, what: What, out: &mut Outside) {
        let Some(room) = &self.room else { return };
        let (room, progress) = (room.number, room.progress.clone());
        self.log.waiting.push_back(Entry { room, progress, position, what });
        if self.log.batch.is_none() {
            self.next_batch(out);
        }
    }

    fn next_batch(&mut self, out: &mut Outside) {
        let count = self.log.waiting.len().min(BATCH);
        let entries: Vec<_> = self.log.waiting.drain(..count).collect();
        self.log.batch = (!entries.is_empty()).then(|| Batch::new(entries));
        if self.log.batch.is_some() {
            // What is accepted in the same moment just misses it.
            let wait = out.chance.between(0, 2);
            out.after(wait, Timer::Write);
        }
    }

    /// Does what is next with the batch at hand.
    pub(super) fn write(&mut self, out: &mut Outside) {
        let Some(batch) = &self.log.batch else { return };
        let transaction = match batch.next() {
            Next::Append(entries) => Transaction::Append(entries.into_iter().filter_map(Entry::row).cloned().collect()),
            Next::Checkpoint(Entry { what: What::Checkpoint { section, seq, state }, .. }) => {
                Transaction::Checkpoint { section: *section, seq: *seq, state: state.clone() }
            }
            Next::Wait(pause) => return out.after(pause.as_millis() as u64, Timer::Waited),
            Next::Checkpoint(_) | Next::Through => return self.next_batch(out),
            Next::GiveUp => return self.end(out),
        };
        if self.burn(out) {
            return;
        }
        self.log.attempts += 1;
        let (attempt, fate) = (self.log.attempts, out.disk.fate(out.chance));
        let answers = fate.answers.filter(|wait| *wait < COMMIT_PATIENCE);
        let honest = fate.honest && answers.is_some();
        let timer = match transaction {
            Transaction::Checkpoint { .. } => Timer::Compacted { attempt },
            _ => Timer::Answer { attempt, honest },
        };
        out.acts.push(Act::Commit { transaction, fate, attempt });
        out.after(answers.unwrap_or(COMMIT_PATIENCE), timer);
    }

    /// `landed` is what became of the attempt, if its writer is told.
    pub(super) fn answered(&mut self, attempt: u64, landed: Option<Result<Numbers, Taken>>, out: &mut Outside) {
        if attempt != self.log.attempts || self.burn(out) {
            return;
        }
        let answer = match landed {
            Some(Ok(numbers)) => Answer::Landed(numbers),
            Some(Err(Taken)) => Answer::Never,
            None => Answer::NotYet,
        };
        let closing = self.log.closing;
        self.go_on(out, |batch| {
            // It hears of it by its progress.
            let _lost = batch.answered(answer, closing);
        });
    }

    pub(super) fn compacted(&mut self, attempt: u64, out: &mut Outside) {
        if attempt == self.log.attempts && !self.burn(out) {
            self.go_on(out, Batch::tried);
        }
    }

    pub(super) fn waited(&mut self, out: &mut Outside) {
        self.go_on(out, Batch::waited);
    }

    fn go_on(&mut self, out: &mut Outside, heard: impl FnOnce(&mut Batch<Entry>)) {
        if let Some(batch) = &mut self.log.batch {
            heard(batch);
        }
        self.write(out);
    }
}

impl Entry {
    fn row(&self) -> Option<&Row> {
        match &self.what {
            What::Update(row) => Some(row),
            What::Checkpoint { .. } => None,
        }
    }
}

impl Entrusted for Entry {
    type Room = u64;

    fn room(&self) -> u64 {
        self.room
    }

    fn is_update(&self) -> bool {
        self.row().is_some()
    }

    fn is_lost(&self) -> bool {
        self.progress.borrow().lost
    }

    fn landed(&self, seq: u64) {
        let Some(row) = self.row() else { return };
        let mut progress = self.progress.borrow_mut();
        progress.through = progress.through.max(self.position);
        progress.landed.push((row.section, seq));
    }

    fn done(&self) {
        let mut progress = self.progress.borrow_mut();
        progress.through = progress.through.max(self.position);
        progress.news = true;
    }

    fn lose(&self) {
        let mut progress = self.progress.borrow_mut();
        (progress.lost, progress.news) = (true, true);
    }

    fn tell(&self) {
        self.progress.borrow_mut().news = true;
    }
}
