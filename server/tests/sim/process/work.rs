//! What the room’s task waits for and does, as in `room/task.rs`.

use super::*;

impl Process {
    pub(crate) fn timer(&mut self, timer: Timer, landed: Option<Result<Numbers, Taken>>, out: &mut Outside) {
        if !self.alive {
            return;
        }
        match timer {
            Timer::Load { room, step } => self.load(room, step, out),
            Timer::Tick { room } => self.tick(room, out),
            Timer::Answer { attempt, honest } => self.answered(attempt, landed.filter(|_| honest), out),
            Timer::Write => self.write(out),
            Timer::Waited => self.waited(out),
            Timer::Compacted { attempt } => self.compacted(attempt, out),
            Timer::GaveUp => self.gave_up(out),
            Timer::Agreed { honest, .. } => {
                if landed.filter(|_| honest).is_some_and(|landed| landed.is_ok()) {
                    self.put(Mail::StageChanged(Stage::Agreed), out);
                    let recorded = ServerEvent::Recorded { version: 1, at: String::new() };
                    self.put(Mail::Announce(recorded), out);
                }
                self.released(out);
            }
        }
        self.work(out);
    }

    pub(super) fn load(&mut self, number: u64, step: LoadStep, out: &mut Outside) {
        let Some(room) = self.room.as_mut().filter(|room| room.number == number && room.state.is_none()) else {
            return;
        };
        if out.now - room.since > LOAD_PATIENCE {
            return self.turn_away(CloseCode::TryAgain, out);
        }
        if !out.disk.answers(out.chance) {
            return out.after(LOAD_PAUSE, Timer::Load { room: number, step: LoadStep::Begin });
        }
        let wait = out.chance.between(0, 5);
        let next = match step {
            LoadStep::Begin => LoadStep::Documents(Loaded {
                meeting: out.disk.meeting,
                stage: out.disk.stage,
                pupil: out.disk.pupil,
                participants: out.disk.participants.clone(),
                sections: vec![],
            }),
            LoadStep::Documents(mut loaded) => {
                room.term = out.disk.take();
                loaded.sections = out.disk.sections();
                out.witness.recovered(&loaded.sections);
                room.rights = Rights { stage: loaded.stage, participants: loaded.participants.clone() };
                match RoomState::new(loaded, out.instant()) {
                    Ok(state) => room.state = Some(Box::new(state)),
                    Err(broken) => {
                        out.witness.broken(format!("the room cannot be opened: {broken}"));
                        return self.turn_away(CloseCode::TryAgain, out);
                    }
                }
                out.trace.note(out.now, || format!("process {} has opened its room", self.number));
                return out.after(TICK, Timer::Tick { room: number });
            }
        };
        out.after(wait, Timer::Load { room: number, step: next });
    }

    pub(super) fn tick(&mut self, number: u64, out: &mut Outside) {
        let Some(room) = self.room.as_ref().filter(|room| room.number == number && !room.gone) else { return };
        if room.stale || room.resume {
            self.refresh(out);
        }
        self.handle(Input::Tick, out);
        if self.alive && self.room.as_ref().is_some_and(|room| room.number == number && !room.gone) {
            out.after(TICK, Timer::Tick { room: number });
        }
    }

    /// Does what can be done without waiting, as the select loop of the task would.
    pub(super) fn work(&mut self, out: &mut Outside) {
        while self.alive {
            let Some(room) = self.room.as_mut() else { return };
            if room.gone {
                return;
            }
            if room.state.is_none() {
                return;
            }
            let news = room.progress.borrow_mut().news();
            if let Some(Progress { through, landed, lost, .. }) = news {
                self.handle(Input::Committed { through, landed }, out);
                if lost {
                    self.handle(Input::LogLost, out);
                }
            } else if let Some(letter) = room.mail.pop_front() {
                self.read(letter, out);
            } else {
                return;
            }
            self.retire(out);
        }
    }

    pub(super) fn read(&mut self, letter: Mail, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        match letter {
            Mail::Connect { conn, person } => {
                room.outboxes.insert(conn);
                if room.state.as_ref().is_some_and(|state| !state.knows(person)) {
                    self.refresh(out);
                }
                self.handle(Input::Connect { conn, person }, out);
            }
            Mail::Frame { conn, section, message } => {
                if room.outboxes.contains(&conn) {
                    out.witness.hears(conn, section, &message);
                }
                self.handle(Input::Frame { conn, section, message }, out);
            }
            Mail::Disconnect { conn } => {
                room.outboxes.remove(&conn);
                self.handle(Input::Disconnect { conn }, out);
            }
            Mail::Page { question } => {
                let question = room.ask(Question::Page(question));
                self.handle(Input::Read { question }, out);
            }
            Mail::Quiesce => {
                let question = room.ask(Question::Quiesce { at: out.now });
                self.handle(Input::Quiesce { question }, out);
            }
            Mail::StageChanged(stage) => {
                room.rights.stage = stage;
                self.handle(Input::StageChanged(stage), out);
            }
            Mail::ParticipantsChanged => self.refresh(out),
            Mail::Announce(event) => self.handle(Input::Announce(event), out),
        }
    }

    pub(super) fn handle(&mut self, input: Input, out: &mut Outside) {
        let Some(state) = self.room.as_mut().and_then(|room| room.state.as_mut()) else { return };
        let effects = state.handle(input, out.instant());
        for effect in effects {
            if self.burn(out) {
                return;
            }
            self.perform(effect, out);
        }
    }

    pub(super) fn perform(&mut self, effect: Effect, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        match effect {
            Effect::Send { conn, frame } => {
                let Some(person) = self.connections.get(&conn).copied() else { return };
                if let Ok(Frame { document, message }) = Frame::decode(&frame)
                    && let Some((_, section)) = Section::parse_document_name(&document)
                {
                    out.witness.sends(&room.rights, conn, person, section, &message);
                }
                if room.outboxes.contains(&conn) {
                    out.acts.push(Act::Send { conn, frame: frame.to_vec() });
                }
            }
            Effect::Close { conn, code } => {
                out.witness.closes(conn);
                if room.outboxes.remove(&conn) {
                    out.acts.push(Act::Close { conn, code });
                }
            }
            Effect::Append { position, section, person, update, claims } => {
                out.witness.accepts(&room.rights, section, person);
                let (term, scribe) = (room.term, room.rights.is_scribe(person));
                let row = Row { section, term, person, scribe, update, claims };
                self.append(position, What::Update(row), out);
            }
            Effect::Checkpoint { position, section, seq, state } => {
                self.append(position, What::Checkpoint { section, seq, state }, out);
            }
            Effect::Answer { question, sections } => match room.questions.remove(&question) {
                Some(Question::Page(question)) => out.acts.push(Act::Page { question, sections }),
                Some(Question::Quiesce { at }) => {
                    room.quiet += 1;
                    self.agree(at, out);
                }
                None => {}
            },
            Effect::ReadRights => room.stale = true,
            // Alone, it has nobody to tell or to ask about.
            Effect::Tell(_) | Effect::ReadLog { .. } | Effect::ReadHeads => {}
            Effect::Unload => room.unload = true,
        }
    }
}
