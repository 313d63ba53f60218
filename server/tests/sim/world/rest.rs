//! At rest, everything is healed, and everybody must come to the same.

use super::*;

impl World {
    /// Everything works again, and everybody comes back; then all must agree.
    pub(super) fn rest(&mut self, when: &str) {
        self.healed = true;
        self.disk.weather = Weather::Fine;
        (self.laggy_until, self.away_until) = (0, 0);
        if self.process.is_alive() {
            self.process.fuse = None;
        }
        for link in 0..self.links.len() {
            if matches!(self.links[link].end, End::Script(_)) {
                self.hang_up(link);
            }
        }
        for tab in self.tabs.keys().copied().collect::<Vec<_>>() {
            if let Some(seat) = self.tabs.get_mut(&tab) {
                (seat.asleep_until, seat.offline_until) = (0, 0);
            }
            self.retry(tab, 10);
        }
        // The plan waits meanwhile.
        let (next, plan) = (self.next, std::mem::take(&mut self.plan));
        let waiting: Vec<u64> =
            self.events.iter().filter(|(_, event)| matches!(event, Event::Operation(_))).map(|(at, _)| *at).collect();
        waiting.iter().for_each(|at| drop(self.events.remove(at)));
        let until = self.now + REST;
        // A connection that is gone without a word is noticed by then.
        let earliest = self.now + 61_000;
        while self.now < until && self.goes_on() && !(self.now > earliest && self.is_quiet()) {}
        self.plan = plan;
        self.next = next;
        if self.witness.verdict().is_none() {
            let quiet = self.is_quiet();
            if quiet {
                self.compare(when);
            } else {
                let waiting = self.waiting();
                self.witness.broken(format!("{when} it does not come to rest: {waiting}"));
            }
        }
        self.healed = false;
        if next < self.plan.len() {
            self.schedule(10, Event::Operation(next));
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.process.is_alive() && self.process.is_settled() && self.waiting().is_empty()
    }

    pub(super) fn waiting(&self) -> String {
        let tabs = self.tabs.values().filter(|seat| !seat.closed).filter_map(|seat| seat.tab.as_ref());
        tabs.filter(|tab| !tab.is_quiet()).map(|tab| format!("{} {:?} ", tab.name, tab.save_state())).collect()
    }

    /// Every replica is the disk’s.
    pub(super) fn compare(&mut self, when: &str) {
        for seat in self.tabs.values().filter(|seat| !seat.closed) {
            let Some(tab) = seat.tab.as_ref().filter(|tab| !tab.ended) else { continue };
            for line in tab.lines.values() {
                self.witness.is_like_disk(&line.doc, &format!("{when}, {}", tab.name));
            }
            if tab.save_state() != SaveState::Saved {
                self.witness.broken(format!("{when}, {} says {:?}", tab.name, tab.save_state()));
            }
        }
        self.witness.recovered(&self.disk.sections());
        self.witness.credits(&self.disk);
        self.tally("rests");
    }

    /// One more crash: what is loaded then is what everybody had.
    pub(super) fn last_look(&mut self) {
        if self.witness.verdict().is_some() {
            return;
        }
        self.with_process(|process, out| process.end(out));
        self.rest("after the last crash");
    }

    pub(super) fn tally(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}
