//! What is written together: the meeting’s sections as signals, the one text box of the product, and
//! the socket that keeps both in step with everybody else.
//!
//! A page asks for [`Meeting`] from context, reads a section through [`SectionStore`] and puts a
//! [`CollabField`] where people write. The same code runs on the server (to render) and in the
//! browser (to hydrate and go live), from the same bytes, so both make the same page.
//!
//! What must stay true: browser objects live in thread-locals and never in a signal; an observer of
//! a document only fills a queue, and nothing reads the document until its transaction is over.

#![cfg_attr(
    all(test, not(feature = "hydrate")),
    allow(dead_code, reason = "a test without a browser reaches only the parts that need none")
)]

mod field;
mod field_tools;
mod fresh;
mod section_store;

// What only a browser does. These parts know no browser, and are tested without one.
#[cfg(any(feature = "hydrate", test))]
mod entry;
#[cfg(any(feature = "hydrate", test))]
mod heartbeat;
#[cfg(any(feature = "hydrate", test))]
mod held;
#[cfg(any(feature = "hydrate", test))]
mod hold;
#[cfg(any(feature = "hydrate", test))]
mod incoming;
#[cfg(any(feature = "hydrate", test))]
mod keeper;
#[cfg(any(feature = "hydrate", test))]
mod line;
#[cfg(any(feature = "hydrate", test))]
mod outgoing;
#[cfg(any(feature = "hydrate", test))]
mod own_presence;
#[cfg(any(feature = "hydrate", test))]
mod pen;
#[cfg(any(feature = "hydrate", test))]
mod sticky;
#[cfg(any(feature = "hydrate", test))]
mod undo;
#[cfg(any(feature = "hydrate", test))]
mod unsaved;
#[cfg(any(feature = "hydrate", test))]
mod writers;

// And these are the browser.
#[cfg(feature = "hydrate")]
mod carets;
#[cfg(feature = "hydrate")]
mod device;
#[cfg(feature = "hydrate")]
mod driver;
#[cfg(feature = "hydrate")]
mod listener;
#[cfg(feature = "hydrate")]
mod socket;
#[cfg(feature = "hydrate")]
mod text_binding;

#[cfg(test)]
mod samples;

use leptos::prelude::*;
#[cfg(any(feature = "hydrate", test))]
use shared::event::Refusal;
use shared::{
    Access, MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    doc::FieldAddress,
    policy::{self, Scribe},
    presence::Presence,
    sync::{Outdated, SaveState},
};

#[cfg(feature = "hydrate")]
pub(crate) use self::listener::Listener;
pub use self::{field::*, section_store::SectionStore};
use crate::view::{MeetingPage, PeopleNow};

/// A live meeting, as its page sees it. Cheap to copy; reads are tracked.
#[derive(Clone, Copy)]
pub struct Meeting {
    pub id: MeetingId,
    pub me: ParticipantId,
    /// Who I am, as “said by” and “removed by” record it.
    pub my_person: Option<PersonId>,
    pub pupil: PersonId,
    looked_after: bool,
    may_hide: bool,
    tiers: StoredValue<Vec<String>>,
    /// Whose passport this table is for, and for nothing else.
    pub passport_of: Option<shared::PupilId>,
    /// Whose education plan I may look through.
    pub education_plan_of: Option<shared::PupilId>,
    sections: StoredValue<Vec<SectionStore>>,
    state: State,
}

/// The signals behind a [`Meeting`]. The driver writes them; pages read them.
#[derive(Clone, Copy)]
struct State {
    /// None until the page has begun to keep step: it says nothing it does not know.
    save_state: RwSignal<Option<SaveState>>,
    connected: RwSignal<bool>,
    open_for_seconds: RwSignal<Option<u32>>,
    role: RwSignal<Option<Role>>,
    here: RwSignal<Vec<ParticipantId>>,
    writing: RwSignal<Vec<Presence>>,
    stage: RwSignal<Stage>,
    spotlight: RwSignal<Option<(String, String)>>,
    people_news: RwSignal<u32>,
    recorded: RwSignal<Option<u32>>,
    reopened: RwSignal<Option<String>>,
    kept: RwSignal<Vec<KeptWords>>,
    unsent_answer: RwSignal<String>,
    removed: RwSignal<bool>,
    signed_out: RwSignal<bool>,
    outdated: RwSignal<Option<Outdated>>,
    scribing: Scribing,
}

/// Who writes for the pupil, and whether it is me.
#[derive(Clone, Copy)]
struct Scribing {
    pupil: PersonId,
    me: ParticipantId,
    scribe: RwSignal<Option<ParticipantId>>,
}

impl Scribing {
    /// Whether it is me, at this moment.
    fn now(self) -> bool {
        self.scribe.get_untracked() == Some(self.me)
    }
}

/// Words that could not go into the document, for the person to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptWords {
    pub field: FieldAddress,
    /// “Targets and provision: How we’ll know”.
    pub where_label: String,
    /// What this person wrote and nobody else has; empty if what was refused was taking words away.
    pub words: String,
    /// What happened, in plain words.
    pub reason: &'static str,
    /// Which of this page’s refusals kept these last, and where in the words that begins.
    round: u32,
    last: usize,
}

/// So many letters are kept of one box, however often it is refused: a person reads and copies no more. What
/// was kept first makes room, and the page says so.
pub const KEPT_LIMIT: usize = 20_000;

#[cfg(any(feature = "hydrate", test))]
impl KeptWords {
    fn new(field: FieldAddress, words: String, refusal: Refusal) -> Self {
        let field_label = field.schema().map_or("", |(_, schema)| schema.label);
        let where_label = format!("{}: {field_label}", field.section.label());
        Self { field, where_label, words, reason: refusal.sentence(), round: 0, last: 0 }
    }

    /// What was written behind these words.
    fn behind(mut self, words: &str) -> Self {
        if !words.is_empty() {
            self.where_label = format!("{}, after “{words}”", self.where_label);
        }
        self
    }

    /// With what was kept of this box before, and nothing twice. Of one refusal, the words as they are now
    /// take the place of what they were a letter ago.
    fn beside(mut self, before: &Self) -> Self {
        let earlier = if before.round == self.round { &before.words[..before.last] } else { &before.words };
        if earlier.contains(&self.words) {
            self.last = earlier.len();
            self.words = earlier.to_owned();
        } else if !self.words.contains(earlier) {
            self.last = earlier.len();
            self.words = format!("{earlier}\n{}", self.words);
        }
        self
    }

    /// With what was typed since, at the end of what stood there: somebody in the middle of a word goes on with it.
    fn typed_on(mut self, stood: &str, words: &str) -> Self {
        let end = self.words.rsplit(['…', '\n']).next().unwrap_or_default();
        if !words.is_empty() && !stood.ends_with(end.trim_start()) {
            self.words.push('\n');
        }
        self.words.push_str(words);
        self
    }

    /// No more than [`KEPT_LIMIT`] of it: the newest.
    fn bounded(mut self) -> Self {
        let more = self.words.chars().count().saturating_sub(KEPT_LIMIT);
        let at = self.words.char_indices().nth(more).map_or(0, |(at, _)| at);
        self.words.drain(..at);
        self.last = self.last.saturating_sub(at);
        self
    }

    /// Words that waited on this device until they fitted nowhere any more.
    fn waited(field: FieldAddress, words: String) -> Self {
        const REASON: &str = "These words waited on this device, and the meeting has moved on since.";
        Self { reason: REASON, ..Self::new(field, words, Refusal::MissingPast) }
    }
}

/// Makes the page’s meeting and puts it into context. In the browser it connects once the page is
/// hydrated, and disconnects when the page is left.
pub fn provide_meeting(page: &MeetingPage) -> Meeting {
    let meeting = Meeting::new(page);
    provide_context(meeting);
    #[cfg(feature = "hydrate")]
    {
        Effect::new(move |_| driver::start(meeting));
        on_cleanup(move || driver::stop(meeting));
    }
    meeting
}

/// For every page of the app, once it is alive: removes what waited too long, and follows when
/// somebody finishes in another tab.
#[cfg(feature = "hydrate")]
pub fn begin() {
    device::when_finished(|| {
        driver::leave();
        let _ = window().location().replace(GOODBYE);
    });
    // A meeting looks by itself, and gives back what it removes. After the page is at rest.
    let sweep = || {
        if !driver::is_running() {
            js_sys::futures::spawn_local(device::sweep());
        }
    };
    set_timeout(sweep, std::time::Duration::from_secs(1));
}

/// Where one goes who has finished.
#[cfg(feature = "hydrate")]
const GOODBYE: &str = "/goodbye";

/// Whether words of this page, or of another on this device, were not sent yet.
#[cfg(feature = "hydrate")]
pub async fn is_anything_unsent() -> bool {
    driver::has_unsaved() || device::holds_anything(driver::tab()).await
}

/// Removes all that this device holds of anybody’s words, and sends its other tabs away.
#[cfg(feature = "hydrate")]
pub async fn forget_everything() {
    driver::leave();
    device::tell_finished();
    device::wipe().await;
}

/// The meeting of this page. Only inside a page that called [`provide_meeting`].
pub fn use_meeting() -> Meeting {
    expect_context()
}

impl Meeting {
    fn new(page: &MeetingPage) -> Self {
        let myself = page.myself();
        // A pupil needs nobody to write for them in their own hand.
        let scribe = page.people.iter().find(|person| person.scribe.writes() && person.role != Role::Pupil);
        let scribe = RwSignal::new(scribe.map(|person| person.id));
        let scribing = Scribing { pupil: page.pupil.person, me: page.me, scribe };
        let sections = Section::ALL.map(|section| {
            let given = page.sections.iter().find(|given| given.section == section);
            SectionStore::new(section, given, scribing)
        });
        let here = page.people.iter().filter(|person| person.here).map(|person| person.id).collect();
        Self {
            id: page.id,
            me: page.me,
            my_person: myself.map(|me| me.person),
            pupil: page.pupil.person,
            looked_after: page.pupil.looked_after,
            may_hide: page.may_hide,
            tiers: StoredValue::new(page.tiers.clone()),
            passport_of: page.passport_of,
            education_plan_of: page.education_plan_of,
            sections: StoredValue::new(sections.to_vec()),
            state: State {
                save_state: RwSignal::new(None),
                connected: RwSignal::new(false),
                open_for_seconds: RwSignal::new(page.open_for_seconds),
                role: RwSignal::new(myself.map(|me| me.role)),
                here: RwSignal::new(here),
                writing: RwSignal::new(vec![]),
                stage: RwSignal::new(page.stage),
                spotlight: RwSignal::new(page.spotlight.clone().map(|part| (part, String::new()))),
                people_news: RwSignal::new(0),
                recorded: RwSignal::new(page.version),
                reopened: RwSignal::new(page.reopened.clone()),
                kept: RwSignal::new(vec![]),
                unsent_answer: RwSignal::new(String::new()),
                removed: RwSignal::new(false),
                scribing,
                signed_out: RwSignal::new(false),
                outdated: RwSignal::new(None),
            },
        }
    }

    /// A section this person may read, once its content is here. Tracked: a section appears when
    /// the meeting opens or a role changes.
    pub fn section(&self, section: Section) -> Option<SectionStore> {
        let store = self.store(section)?;
        store.access().get().can_read().then_some(store)
    }

    /// The same at this moment, for sections whose readers never change: not tracked.
    pub fn section_now(&self, section: Section) -> Option<SectionStore> {
        let store = self.store(section)?;
        store.access().get_untracked().can_read().then_some(store)
    }

    fn store(&self, section: Section) -> Option<SectionStore> {
        self.sections.with_value(|all| all.iter().find(|store| store.section() == section).copied())
    }

    /// Not known before any script has arrived, nor before the first answer of the server.
    pub fn save_state(&self) -> Signal<Option<SaveState>> {
        self.state.save_state.into()
    }

    /// Whether the line is down, so that nobody knows who is here. It is not while the page begins.
    pub fn is_cut_off(&self) -> Memo<bool> {
        let State { save_state, connected, .. } = self.state;
        Memo::new(move |_| save_state.with(Option::is_some) && !connected.get())
    }

    /// How long ago the meeting was opened, when this page last heard of it.
    pub fn open_for_seconds(&self) -> Signal<Option<u32>> {
        self.state.open_for_seconds.into()
    }

    /// What was told to those who were there at the time.
    pub fn caught_up(&self, now: &PeopleNow) {
        let _ = self.state.open_for_seconds.try_set(now.open_for_seconds);
        if self.state.reopened.try_with_untracked(|reopened| *reopened != now.reopened) == Some(true) {
            let _ = self.state.reopened.try_set(now.reopened.clone());
        }
        if now.version.is_some() && self.state.recorded.try_get_untracked().flatten() != now.version {
            let _ = self.state.recorded.try_set(now.version);
        }
        let shown = self.state.spotlight.try_with_untracked(|shown| shown.as_ref().map(|(part, _)| part.clone()));
        if shown.is_some_and(|part| part != now.spotlight) {
            let _ = self.state.spotlight.try_set(now.spotlight.clone().map(|part| (part, String::new())));
        }
    }

    /// Who is connected now; as last heard, if the line is down.
    pub fn here(&self) -> Signal<Vec<ParticipantId>> {
        self.state.here.into()
    }

    /// What I am here. It may be handed to me, or taken from me, while the page is open.
    pub fn role(&self) -> Signal<Option<Role>> {
        self.state.role.into()
    }

    /// Whether the meeting is mine to run.
    pub fn runs_it(&self) -> Memo<bool> {
        let role = self.state.role;
        Memo::new(move |_| role.get().is_some_and(Role::can_facilitate))
    }

    /// Whether a passage is mine to hide: by running the meeting, or by what I am in the school.
    pub fn may_hide(&self) -> Memo<bool> {
        let (stage, runs_it, by_post) = (self.state.stage, self.runs_it(), self.may_hide);
        Memo::new(move |_| (by_post || runs_it.get()) && stage.get() != Stage::Agreed)
    }

    /// What the school calls the tier at this place, if it has names of its own.
    pub fn tier(&self, at: usize) -> Option<String> {
        self.tiers.with_value(|tiers| tiers.get(at).cloned())
    }

    /// Who writes where: each person once, without me.
    pub fn writing(&self) -> Signal<Vec<Presence>> {
        self.state.writing.into()
    }

    /// Who writes in this field, without me.
    pub fn writing_at(&self, field: FieldAddress) -> Memo<Vec<Presence>> {
        let writing = self.state.writing;
        Memo::new(move |_| {
            writing.with(|all| {
                all.iter().filter(|presence| presence.writing.field.as_ref() == Some(&field)).cloned().collect()
            })
        })
    }

    /// Who writes for the pupil.
    pub fn scribe(&self) -> Signal<Option<ParticipantId>> {
        self.state.scribing.scribe.into()
    }

    pub fn stage(&self) -> Signal<Stage> {
        self.state.stage.into()
    }

    /// The part everybody was asked to look at, and who asked (empty if before this page).
    pub fn spotlight(&self) -> Signal<Option<(String, String)>> {
        self.state.spotlight.into()
    }

    /// Counts what was told of people and is kept by the server alone: an answer, who came, who sits at the
    /// table in which part, who knocks.
    pub fn people_news(&self) -> Signal<u32> {
        self.state.people_news.into()
    }

    /// The version of the saved record.
    pub fn recorded(&self) -> Signal<Option<u32>> {
        self.state.recorded.into()
    }

    /// Agreed once, and open again: why.
    pub fn reopened(&self) -> Signal<Option<String>> {
        self.state.reopened.into()
    }

    /// Words that were refused, newest last, until they are dismissed.
    pub fn kept(&self) -> Signal<Vec<KeptWords>> {
        self.state.kept.into()
    }

    /// What I have written beside my answer and not sent.
    pub fn unsent_answer(&self) -> RwSignal<String> {
        self.state.unsent_answer
    }

    pub fn dismiss_kept(&self, field: &FieldAddress) {
        self.state.kept.update(|kept| kept.retain(|words| words.field != *field));
        #[cfg(feature = "hydrate")]
        driver::let_go(field);
    }

    /// I was asked to leave.
    pub fn removed(&self) -> Signal<bool> {
        self.state.removed.into()
    }

    /// The session ended while the page was open.
    pub fn signed_out(&self) -> Signal<bool> {
        self.state.signed_out.into()
    }

    /// Page and server are of different versions: nothing can be written until the page is loaded again.
    pub fn outdated(&self) -> Signal<Option<Outdated>> {
        self.state.outdated.into()
    }

    #[cfg(feature = "hydrate")]
    fn stores(&self) -> Vec<SectionStore> {
        self.sections.get_value()
    }

    /// What the policy table gives me at a stage. Only tells which sections are worth opening: the
    /// server decides.
    pub fn access_at(&self, section: Section, stage: Stage) -> Access {
        match self.state.role.get_untracked() {
            Some(role) if !section.is_of_care() || self.looked_after => {
                let scribe = Scribe::named(self.state.scribing.now());
                policy::access_for(section, role, scribe, stage)
            }
            _ => Access::None,
        }
    }
}

/// Tells nobody what they know already; and nobody at all once the page has let go of the signal.
#[cfg(feature = "hydrate")]
fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|known| *known != value) == Some(true) {
        signal.set(value);
    }
}
