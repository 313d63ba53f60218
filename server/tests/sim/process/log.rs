//! The update log, as in `update_log.rs`.

use super::*;

impl Process {
    pub(super) fn append(&mut self, position: u64, what: Entrusted, out: &mut Outside) {
        let Some(room) = &self.room else { return };
        self.log.waiting.push_back(Entry { room: room.number, position, what });
        if !self.log.busy {
            self.log.busy = true;
            self.next_batch(out);
        }
    }

    pub(super) fn next_batch(&mut self, out: &mut Outside) {
        self.log.batch.clear();
        let count = self.log.waiting.len().min(BATCH);
        self.log.batch.extend(self.log.waiting.drain(..count));
        self.log.pause = FIRST_PAUSE;
        self.log.alone = false;
        self.log.busy = !self.log.batch.is_empty();
        if self.log.busy {
            // What is accepted in the same moment goes with it, or just misses it.
            let wait = out.chance.between(0, 2);
            out.after(wait, Timer::CommitAgain);
        }
    }

    pub(super) fn attempt(&mut self, out: &mut Outside) {
        let lost = self.room.as_ref().filter(|room| room.progress.lost).map(|room| room.number);
        self.log.batch.retain(|entry| Some(entry.room) != lost);
        if self.log.batch.is_empty() {
            return self.next_batch(out);
        }
        let updates = self.log.batch.iter().filter_map(|entry| match &entry.what {
            Entrusted::Update(row) => Some(row.clone()),
            Entrusted::Checkpoint { .. } => None,
        });
        let updates: Vec<_> = updates.collect();
        if updates.is_empty() {
            return self.compact(out);
        }
        if self.burn(out) {
            return;
        }
        self.log.attempts += 1;
        let attempt = self.log.attempts;
        let fate = out.disk.fate(out.chance);
        out.acts.push(Act::Commit { transaction: Transaction::Append(updates), fate, attempt });
        let answers = fate.answers.filter(|wait| *wait < COMMIT_PATIENCE);
        let honest = fate.honest && answers.is_some();
        out.after(answers.unwrap_or(COMMIT_PATIENCE), Timer::Answer { attempt, honest });
    }

    /// `landed` is what became of the attempt, if its writer is told.
    pub(super) fn answered(&mut self, attempt: u64, landed: Option<Result<Numbers, Taken>>, out: &mut Outside) {
        if attempt != self.log.attempts || self.burn(out) {
            return;
        }
        match landed {
            Some(Ok(numbers)) => {
                let updates = self.log.batch.iter().filter(|entry| matches!(entry.what, Entrusted::Update(_)));
                for (entry, seq) in updates.zip(numbers) {
                    let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) else { continue };
                    match (seq, &entry.what) {
                        (Some(seq), Entrusted::Update(row)) => room.progress.landed(entry.position, row.section, seq),
                        _ => room.progress.lose(),
                    }
                }
                self.compact(out);
            }
            Some(Err(Taken)) if self.log.alone => {
                for entry in &self.log.batch {
                    if let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) {
                        room.progress.lose();
                    }
                }
                self.next_batch(out);
            }
            Some(Err(Taken)) => {
                self.log.alone = true;
                self.attempt(out);
            }
            None => {
                let pause = self.log.pause;
                self.log.pause = (pause * 2).min(LONGEST_PAUSE);
                out.after(pause, Timer::CommitAgain);
            }
        }
    }

    /// Writes the checkpoints of the batch, one after the other, once each.
    pub(super) fn compact(&mut self, out: &mut Outside) {
        let lost = self.room.as_ref().filter(|room| room.progress.lost).map(|room| room.number);
        let checkpoint = |entry: &Entry| matches!(entry.what, Entrusted::Checkpoint { .. }) && Some(entry.room) != lost;
        self.log.batch.retain(checkpoint);
        let Some(Entrusted::Checkpoint { section, seq, state }) =
            self.log.batch.first().map(|entry| entry.what.clone())
        else {
            return self.next_batch(out);
        };
        if self.burn(out) {
            return;
        }
        self.log.attempts += 1;
        let (attempt, fate) = (self.log.attempts, out.disk.fate(out.chance));
        out.acts.push(Act::Commit { transaction: Transaction::Checkpoint { section, seq, state }, fate, attempt });
        let answers = fate.answers.unwrap_or(COMMIT_PATIENCE).min(COMMIT_PATIENCE);
        out.after(answers, Timer::Compacted { attempt });
    }

    pub(super) fn compacted(&mut self, out: &mut Outside) {
        let entry = self.log.batch.remove(0);
        if let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) {
            room.progress.through = room.progress.through.max(entry.position);
            room.progress.news = true;
        }
        self.compact(out);
    }
}
