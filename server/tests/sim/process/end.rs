//! The end: a server that is asked to stop, and one that is not asked.

use super::*;

impl Process {
    /// Asked to stop: everybody is sent away, and what was accepted is written if it can be.
    pub(crate) fn drain(&mut self, out: &mut Outside) {
        self.closing = true;
        self.handle(Input::Shutdown, out);
        out.after(GOODBYE, Timer::GaveUp);
    }

    /// Whether a process that was asked to stop has no more to do.
    pub(crate) fn has_drained(&self) -> bool {
        let settled = |room: &Room| room.state.as_ref().is_none_or(|state| state.is_settled());
        self.closing && self.room.as_ref().is_none_or(settled) && self.log.is_idle()
    }

    /// The room has waited long enough for its commits; the log tries a little longer.
    pub(super) fn gave_up(&mut self, out: &mut Outside) {
        self.log.closing = true;
        self.close_room(CloseCode::TryAgain, out);
    }

    pub(crate) fn end(&mut self, out: &mut Outside) {
        if self.alive {
            self.alive = false;
            out.acts.push(Act::Crashed);
        }
    }

    /// One more step is done. Whether it was the last.
    pub(super) fn burn(&mut self, out: &mut Outside) -> bool {
        if let Some(left) = &mut self.fuse {
            if *left == 0 {
                out.trace.note(out.now, || format!("process {} crashes", self.number));
                self.end(out);
            } else {
                *left -= 1;
            }
        }
        !self.alive
    }

    pub(super) fn retire(&mut self, out: &mut Outside) {
        let Some(room) = &mut self.room else { return };
        let over = room.state.as_ref().is_some_and(|state| state.is_over());
        if over || (std::mem::take(&mut room.unload) && room.mail.is_empty()) {
            self.close_room(CloseCode::TryAgain, out);
        }
    }

    pub(super) fn turn_away(&mut self, code: CloseCode, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        for letter in std::mem::take(&mut room.mail) {
            if let Mail::Connect { conn, .. } = letter {
                room.outboxes.insert(conn);
            }
        }
        self.close_room(code, out);
    }

    /// The room is gone; whoever was in it is told to come back.
    pub(super) fn close_room(&mut self, code: CloseCode, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        out.trace.note(out.now, || format!("process {} has closed its room", self.number));
        room.gone = true;
        room.state = None;
        for conn in std::mem::take(&mut room.outboxes) {
            out.witness.closes(conn);
            out.acts.push(Act::Close { conn, code });
        }
    }
}
