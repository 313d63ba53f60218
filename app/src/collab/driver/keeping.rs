//! What this page keeps on the device while it cannot be sent, and what it takes up from pages
//! before it.

use std::{rc::Rc, time::Duration};

use js_sys::futures::spawn_local;
use leptos::prelude::*;
use shared::{Section, doc::FieldAddress};
use uuid::Uuid;

use super::{Driver, now, with};
use crate::collab::{
    KeptWords,
    device::{self, Change, Device, Found, TabLock},
    entry::{Entry, Key, Part},
    fresh,
    keeper::{Due, Keeper, Stamp},
    line::Line,
    unsaved::{Mark, Unsaved},
};

/// An acknowledgement comes sooner than this, as a rule, and then nothing need be written at all.
const GRACE: Duration = Duration::from_millis(250);

/// How long a browser is given to say what an earlier page left.
const PATIENCE: Duration = Duration::from_secs(3);

/// After a write that failed: the disk may have room again.
const RETRY_MS: f64 = 5_000.0;

pub(super) struct Keeping {
    /// Entries are each tab’s own.
    tab: Uuid,
    /// The person said that this device is theirs.
    may_keep: bool,
    device: Option<Rc<Device>>,
    keeper: Keeper,
    given_back: GivenBack,
    /// It is not known yet whether an earlier page left anything.
    is_looking: bool,
    timer: Option<TimeoutHandle>,
    not_before: f64,
    writing_since: Option<f64>,
    _lock: Option<TabLock>,
}

/// Words that were given back, as long as their person has not let go of them.
#[derive(Default)]
struct GivenBack {
    words: Vec<(FieldAddress, String)>,
    /// When the oldest of them was written down first: its day does not begin anew.
    since: Option<f64>,
    changes: u64,
}

/// What a write does: what of a part it will hold, and what goes with it.
type Step = (Part, Option<Mark>, Vec<(Key, Stamp)>);

impl Keeping {
    pub(super) fn new() -> Self {
        let tab = fresh::tab_id();
        Self {
            tab,
            may_keep: device::is_own(),
            device: None,
            keeper: Keeper::default(),
            given_back: GivenBack::default(),
            is_looking: true,
            timer: None,
            not_before: 0.0,
            writing_since: None,
            _lock: TabLock::take(tab),
        }
    }

    pub(super) fn tab(&self) -> Uuid {
        self.tab
    }

    pub(super) fn is_looking(&self) -> bool {
        self.is_looking
    }

    /// Whether the device is about to have what it does not have yet.
    pub(super) fn is_at_work(&self) -> bool {
        let is_stuck = self.writing_since.is_some_and(|since| now() - since > PATIENCE.as_millis() as f64);
        let can_write = self.may_keep && self.device.is_some() && now() >= self.not_before;
        self.is_looking || (can_write && !is_stuck)
    }

    /// Whether all of this section’s unsaved edits would survive this page.
    pub(super) fn holds(&self, section: Section, unsaved: &Unsaved) -> bool {
        unsaved.is_empty() || self.keeper.holds(Part::Section(section), unsaved.mark())
    }

    /// Whether as many words as are shown would survive this page.
    pub(super) fn holds_words(&self, shown: usize) -> bool {
        let given_back = self.words_mark().is_none_or(|mark| self.keeper.holds(Part::Words, mark));
        shown <= self.given_back.words.len() && given_back
    }

    pub(super) fn give_back(&mut self, field: FieldAddress, words: String, written_at: f64) {
        let GivenBack { words: all, since, changes } = &mut self.given_back;
        all.retain(|(before, _)| *before != field);
        all.push((field, words));
        *since = Some(since.map_or(written_at, |since| since.min(written_at)));
        *changes += 1;
    }

    pub(super) fn let_go(&mut self, field: &FieldAddress) {
        self.given_back.words.retain(|(there, _)| there != field);
        self.given_back.changes += 1;
        if self.given_back.words.is_empty() {
            self.given_back.since = None;
        }
    }

    pub(super) fn let_go_of_all(&mut self) {
        self.given_back = GivenBack { changes: self.given_back.changes + 1, ..GivenBack::default() };
    }

    fn words_mark(&self) -> Option<Mark> {
        (!self.given_back.words.is_empty()).then(|| Mark::of(self.given_back.changes))
    }

    /// Nothing is written any more, and what is there is none of this page’s business.
    pub(super) fn stop(&mut self) {
        self.device = None;
        self.keeper.forget();
        self.is_looking = false;
        self.cancel_timer();
    }

    fn cancel_timer(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

impl Driver {
    /// Asks the device what pages before this one could not send.
    pub(super) fn look_for_unsent(&self) {
        let (tab, may_keep, me) = (self.keeping.tab, self.keeping.may_keep, self.meeting.me);
        spawn_local(async move {
            let device = Device::open(may_keep).await;
            let found = match &device {
                Some(device) => device.find(me).await,
                None => vec![],
            };
            with(|driver| {
                if driver.keeping.tab == tab && !driver.is_leaving {
                    driver.keeping.device = device.map(Rc::new);
                    driver.take_up(found);
                }
            });
        });
        // A browser that does not answer is one that keeps nothing.
        let stop_looking = move || {
            with(|driver| {
                if driver.keeping.tab == tab {
                    driver.keeping.is_looking = false;
                    driver.show_save_state();
                }
            });
        };
        set_timeout(stop_looking, PATIENCE);
    }

    fn take_up(&mut self, found: Vec<Found>) {
        for Found { key, stamp, entry, written_at, is_too_old } in found {
            self.keeping.keeper.adopt(key, stamp);
            if let Part::Section(section) = key.part
                && !is_too_old
                && let Some(line) = self.lines.get_mut(&section)
            {
                let asks = line.restore(entry);
                self.perform(section, asks);
                continue;
            }
            for (field, words) in entry.words {
                // What has waited for a day is shown, and kept no longer.
                if !is_too_old {
                    self.keeping.give_back(field.clone(), words.clone(), written_at);
                }
                self.show_kept(KeptWords::waited(field, words));
            }
        }
        self.keeping.is_looking = false;
        self.show_save_state();
    }

    /// Writes what must be written: at once without a line, and after a moment with one.
    pub(super) fn keep_soon(&mut self) {
        if self.keeping.device.is_none() || now() < self.keeping.not_before || self.due().is_empty() {
            return;
        }
        if !self.connected {
            self.keep_now();
        } else if self.keeping.timer.is_none() {
            self.keeping.timer = set_timeout_with_handle(|| with(Driver::keep_now), GRACE).ok();
        }
    }

    pub(super) fn keep_now(&mut self) {
        self.keeping.cancel_timer();
        let Some(device) = self.keeping.device.clone() else { return };
        let (mut steps, mut changes): (Vec<Step>, Vec<Change>) = (vec![], vec![]);
        for (part, due) in self.due() {
            let (entry, held, written_at) = match due {
                Due::Write => {
                    let Some((entry, mark, written_at)) = self.to_write(part) else { continue };
                    (Some(entry), Some(mark), written_at)
                }
                Due::Remove => (None, None, 0.0),
            };
            let gone = self.keeping.keeper.adopted(part);
            let key = Key { participant: self.meeting.me, part, tab: self.keeping.tab };
            steps.push((part, held, gone.clone()));
            changes.push(Change { key, entry, written_at, gone });
        }
        if changes.is_empty() || !self.keeping.keeper.begin() {
            return;
        }
        self.keeping.writing_since = Some(now());
        let tab = self.keeping.tab;
        spawn_local(async move {
            let is_kept = device.write(&changes).await.is_ok();
            with(|driver| {
                if driver.keeping.tab == tab {
                    driver.kept(steps, is_kept);
                }
            });
        });
    }

    fn kept(&mut self, steps: Vec<Step>, is_kept: bool) {
        self.keeping.keeper.end();
        self.keeping.writing_since = None;
        if is_kept {
            for (part, held, gone) in steps {
                self.keeping.keeper.done(part, held, &gone);
            }
        } else {
            self.keeping.not_before = now() + RETRY_MS;
        }
        self.show_save_state();
    }

    fn due(&self) -> Vec<(Part, Due)> {
        let Keeping { keeper, may_keep, .. } = &self.keeping;
        let section = |section: Section| {
            let unsaved = self.lines.get(&section).map(Line::unsaved).filter(|unsaved| !unsaved.is_empty());
            (Part::Section(section), unsaved.map(Unsaved::mark))
        };
        let parts = Section::ALL.into_iter().map(section).chain([(Part::Words, self.keeping.words_mark())]);
        parts.filter_map(|(part, mark)| Some((part, keeper.due(part, mark, *may_keep)?))).collect()
    }

    /// What a part’s entry is to hold, how far it has come, and since when.
    fn to_write(&self, part: Part) -> Option<(Entry, Mark, f64)> {
        let now = js_sys::Date::now();
        match part {
            Part::Section(section) => {
                let line = self.lines.get(&section)?;
                Some((line.entry()?, line.unsaved().mark(), now))
            }
            Part::Words => {
                let GivenBack { words, since, .. } = &self.keeping.given_back;
                let entry = Entry { epoch: 0, updates: vec![], words: words.clone() };
                Some((entry, self.keeping.words_mark()?, since.unwrap_or(now)))
            }
        }
    }
}
