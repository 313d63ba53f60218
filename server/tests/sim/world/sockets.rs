//! Sockets: opened, cut, closed, and what travels through them.

use super::*;

impl World {
    pub(super) fn link_of(&self, conn: ConnectionId) -> Option<usize> {
        self.links.iter().rposition(|link| link.conn == conn && link.server_open)
    }

    pub(super) fn connect(&mut self, end: End) {
        let who = match end {
            End::Tab(tab) => {
                let (away, healed) = (self.now < self.away_until, self.healed);
                let Some(seat) = self.tabs.get_mut(&tab) else { return };
                seat.retrying = false;
                let ready = seat.tab.as_ref().is_some_and(|tab| !tab.ended) && seat.link.is_none() && !seat.closed;
                let asleep = self.now < seat.asleep_until || self.now < seat.offline_until || away;
                if !ready || (asleep && !healed) {
                    return;
                }
                seat.who
            }
            End::Script(script) => match self.scripts.get(&script) {
                Some(script) => script.who,
                None => return,
            },
        };
        if !self.process.accepts() {
            if let End::Tab(tab) = end {
                self.retry_later(tab);
            }
            return;
        }
        let conn = ConnectionId(self.links.len() as u64 + 1);
        self.links.push(Link {
            conn,
            end,
            process: self.process.number,
            up: Way::default(),
            down: Way::default(),
            client_open: true,
            server_open: true,
        });
        let link = self.links.len() - 1;
        let person = self.cast[who].id;
        self.with_process(|process, _| process.connect(conn, person));
        if let End::Tab(tab) = end
            && let Some(seat) = self.tabs.get_mut(&tab)
        {
            seat.link = Some(link);
            self.witness.is_page(conn);
        }
        let wait = self.chance.between(2, 60);
        self.schedule(wait, Event::Open(link));
    }

    pub(super) fn open(&mut self, link: usize) {
        if !self.links[link].client_open {
            return;
        }
        match self.links[link].end {
            End::Tab(tab) => {
                let says = self.seat_tab(tab).map(Tab::opened);
                self.says(tab, says.unwrap_or_default());
            }
            End::Script(script) => {
                let frames = self.scripts.get(&script).map(Script::opened).unwrap_or_default();
                self.script_says(link, frames);
            }
        }
    }

    pub(super) fn send_up(&mut self, link: usize, frame: Vec<u8>) {
        let slow = if self.now < self.laggy_until { 3_000 } else { 0 };
        if self.links[link].client_open
            && let Some(at) = self.links[link].up.send(self.now, &mut self.chance, slow)
        {
            self.schedule_at(at, Event::Up { link, frame });
        }
    }

    pub(super) fn send_down(&mut self, link: usize, frame: Vec<u8>) {
        let slow = if self.now < self.laggy_until { 3_000 } else { 0 };
        if let Some(at) = self.links[link].down.send(self.now, &mut self.chance, slow) {
            self.schedule_at(at, Event::Down { link, frame });
        }
    }

    pub(super) fn up(&mut self, link: usize, frame: &[u8]) {
        let Link { conn, server_open, process, .. } = self.links[link];
        if server_open && process == self.process.number && self.links[link].up.carries(self.now) {
            self.with_process(|process, out| process.receive(conn, frame, out));
        }
    }

    pub(super) fn up_closed(&mut self, link: usize) {
        let Link { conn, server_open, process, .. } = self.links[link];
        if server_open && process == self.process.number {
            self.links[link].server_open = false;
            self.with_process(|process, out| process.disconnect(conn, out));
        }
    }

    pub(super) fn down(&mut self, link: usize, frame: &[u8]) {
        if !self.links[link].client_open || !self.links[link].down.carries(self.now) {
            return;
        }
        match self.links[link].end {
            End::Tab(tab) => {
                let Some(seat) = self.tabs.get(&tab) else { return };
                if self.now < seat.asleep_until && !self.healed {
                    // A page that is suspended finds what came when it wakes up.
                    let (at, frame) = (seat.asleep_until, frame.to_vec());
                    return self.schedule_at(at, Event::Down { link, frame });
                }
                self.trace.note(self.now, || {
                    format!("   {}/{tab} hears {}", self.cast[self.tabs[&tab].who].name, said(frame))
                });
                let says = self.seat_tab(tab).map(|tab| tab.received(frame));
                self.says(tab, says.unwrap_or_default());
                if self.seat_tab(tab).is_some_and(|tab| tab.ended) {
                    self.hang_up(link);
                }
            }
            End::Script(script) => {
                if let Ok(Frame { document, message }) = Frame::decode(frame)
                    && let Some((_, section)) = Section::parse_document_name(&document)
                    && let Some(script) = self.scripts.get_mut(&script)
                {
                    let frames = script.received(section, &message, &mut self.witness);
                    self.script_says(link, frames);
                }
            }
        }
    }

    pub(super) fn down_closed(&mut self, link: usize, code: Option<u16>) {
        if !std::mem::replace(&mut self.links[link].client_open, false) {
            return;
        }
        // The server may not have noticed yet.
        let wait = self.chance.between(0, 2_000);
        let latest = self.links[link].up.latest();
        self.schedule_at((self.now + wait).max(latest), Event::UpClosed { link });
        if let End::Tab(tab) = self.links[link].end {
            let Some(seat) = self.tabs.get_mut(&tab) else { return };
            if seat.link == Some(link) {
                seat.link = None;
            }
            let says = seat.tab.as_mut().map(|tab| tab.closed(code));
            self.says(tab, says.unwrap_or_default());
            self.retry_later(tab);
        }
    }

    /// The server ends it. Coming back soon, one need not hear what else was to be said.
    pub(super) fn server_closes(&mut self, link: usize, code: CloseCode) {
        self.links[link].server_open = false;
        let conn = self.links[link].conn;
        if code == CloseCode::TryAgain {
            self.cut_down(link, Some(code.code()));
        } else if let Some(at) = self.links[link].down.send(self.now, &mut self.chance, 0) {
            self.schedule_at(at, Event::DownClosed { link, code: Some(code.code()) });
        }
        self.with_process(|process, out| process.disconnect(conn, out));
    }

    pub(super) fn cut_down(&mut self, link: usize, code: Option<u16>) {
        let at = self.now + self.chance.between(0, 40);
        self.links[link].down.cut(at);
        let notices =
            at + if self.chance.one_in(4) { self.chance.between(0, 9_000) } else { self.chance.between(0, 50) };
        self.schedule_at(notices, Event::DownClosed { link, code });
    }

    /// The network breaks it: each side has heard some of what was on its way, and notices later.
    pub(super) fn cut(&mut self, link: usize) {
        let at = self.now + self.chance.between(0, 40);
        self.links[link].up.cut(at);
        let notices =
            at + if self.chance.one_in(3) { self.chance.between(0, 60_000) } else { self.chance.between(0, 500) };
        self.schedule_at(notices, Event::UpClosed { link });
        self.cut_down(link, None);
        self.tally("cuts");
    }

    /// The tab goes: what it sent before still arrives.
    pub(super) fn hang_up(&mut self, link: usize) {
        if std::mem::replace(&mut self.links[link].client_open, false) {
            let at = self.links[link].up.latest().max(self.now) + 1;
            self.schedule_at(at, Event::UpClosed { link });
            if let End::Tab(tab) = self.links[link].end
                && let Some(seat) = self.tabs.get_mut(&tab)
            {
                seat.link = seat.link.filter(|of| *of != link);
                if let Some(tab) = &mut seat.tab {
                    tab.closed(None);
                }
            }
        }
    }

    pub(super) fn retry_later(&mut self, tab: usize) {
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        let Some(open) = seat.tab.as_mut().filter(|tab| !tab.ended) else { return };
        let longest = (300 * 2u64.saturating_pow(open.failures)).min(8_000);
        open.failures += 1;
        let wait = self.chance.between(longest / 2, longest);
        self.retry(tab, wait);
    }

    pub(super) fn retry(&mut self, tab: usize, wait: u64) {
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        if seat.link.is_none() && !std::mem::replace(&mut seat.retrying, true) {
            self.schedule(wait, Event::Connect(End::Tab(tab)));
        }
    }
}
