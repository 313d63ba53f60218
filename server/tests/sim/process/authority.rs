//! Rights, and saving the record, as the backend does it.

use super::*;

impl Process {
    pub(super) fn refresh(&mut self, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        room.stale = true;
        if !out.disk.answers(out.chance) {
            return;
        }
        room.stale = false;
        let (stage, participants) = (out.disk.stage, out.disk.participants.clone());
        let before = room.state.as_ref().map(|state| state.stage());
        if before != Some(stage) {
            room.rights.stage = stage;
            self.handle(Input::StageChanged(stage), out);
        }
        let Some(room) = self.room.as_mut() else { return };
        room.rights.participants.clone_from(&participants);
        self.handle(Input::ParticipantsChanged(participants), out);
        let Some(room) = self.room.as_mut() else { return };
        let waiting = room.questions.values().any(|question| matches!(question, Question::Quiesce { .. }));
        if room.resume && room.quiet == 0 && !waiting {
            room.resume = false;
            self.handle(Input::Resume, out);
        }
    }

    pub(super) fn agree(&mut self, asked: u64, out: &mut Outside) {
        if out.now - asked > PATIENCE || out.disk.stage != Stage::Meeting || !out.disk.answers(out.chance) {
            return out.after(0, Timer::Agreed { attempt: 0, honest: false });
        }
        if out.chance.one_in(2) {
            // Something the Code of Practice asks for is missing.
            let wait = out.chance.between(1, 400);
            return out.after(wait, Timer::Agreed { attempt: 0, honest: false });
        }
        self.records += 1;
        // Apart from the attempts of the log.
        let attempt = u64::MAX - self.records;
        let fate = out.disk.fate(out.chance);
        out.acts.push(Act::Commit { transaction: Transaction::Agree, fate, attempt });
        // The pool and the person have no patience for ever either.
        let answers = fate.answers.unwrap_or(PATIENCE);
        out.after(answers, Timer::Agreed { attempt, honest: fate.honest });
    }

    pub(super) fn released(&mut self, out: &mut Outside) {
        let Some(room) = self.room.as_mut().filter(|room| room.quiet > 0) else { return };
        room.quiet -= 1;
        room.resume = true;
        self.refresh(out);
    }
}
