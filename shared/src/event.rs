//! What the server tells browsers beside the document itself: Stateless messages, as JSON.
//!
//! Whatever needs a person’s authority lives here and in Postgres, never in a CRDT that any client
//! could set.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Access, ItemId, ParticipantId, PersonId, Role, Section, Stage};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", try_from = "read::Fields")]
pub enum ServerEvent {
    /// Sent when a section is opened, before any of its content: a client whose copy is of another
    /// epoch drops it instead of merging two histories.
    Opened { section: Section, epoch: u64, schema: u32, access: Access },
    /// An update was refused. The client keeps the person’s words as something they can copy, and
    /// rejoins the section under a fresh client id.
    Refused { refused: Section, reason: Refusal, words: String },
    /// The stage, to each connection once it is let in, and whenever it changed. What may be read and written changes
    /// with it.
    Stage { stage: Stage },
    /// Who is connected now, and who of all at the table writes for the pupil.
    Here { participants: Vec<ParticipantId>, scribe: Option<ParticipantId> },
    /// Whose client ids these are. Told to whoever may read the section: of all that wrote in it before
    /// its content, and of a new one before the first words written under it.
    Authors { section: Section, authors: BTreeMap<PersonId, Vec<u64>> },
    /// The facilitator asks everybody to look here. Never moves anyone’s focus.
    Spotlight { part: Option<String>, by: String },
    /// Somebody has answered whether they agree.
    Answered { participant: ParticipantId },
    /// Who came was noted: of these people.
    Attended { participants: Vec<ParticipantId> },
    /// The record is saved.
    Recorded { version: u32, at: String },
    /// What this person is in the meeting changed; what it means for a section comes as [`Self::Access`].
    Role { role: Role },
    /// Who is at the table, in which part, or who waits at its door changed: whoever shows it asks again.
    People,
    /// What this person may do changed.
    Access { section: Section, access: Access },
    /// This person was asked to leave; the socket closes after this.
    Removed,
    /// Somebody put the meeting’s document back to an earlier hour, or a new version was opened.
    Reopened { item: Option<ItemId> },
}

/// Why an update was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The policy table says no.
    NotAllowed,
    /// The meeting is agreed.
    Agreed,
    /// It would have deleted words of the pupil’s.
    ProtectedWords,
    /// It wrote under a client id that belongs to somebody else.
    NotYourHand,
    /// A text, a list or the section would have become too long.
    TooLong,
    /// It made something the document has no place for.
    UnknownShape,
    /// It builds on something the server has never seen.
    MissingPast,
    /// It brings back words that were hidden from everybody.
    TakenOut,
}

impl Refusal {
    pub const ALL: [Self; 8] = [
        Self::NotAllowed,
        Self::Agreed,
        Self::ProtectedWords,
        Self::NotYourHand,
        Self::TooLong,
        Self::UnknownShape,
        Self::MissingPast,
        Self::TakenOut,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::NotAllowed => "not-allowed",
            Self::Agreed => "agreed",
            Self::ProtectedWords => "protected-words",
            Self::NotYourHand => "not-your-hand",
            Self::TooLong => "too-long",
            Self::UnknownShape => "unknown-shape",
            Self::MissingPast => "missing-past",
            Self::TakenOut => "taken-out",
        }
    }

    /// What happened, for the person who wrote. What was kept and what to do next stand beside it
    /// on the page.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotAllowed => "This part of the page is for other people to write in.",
            Self::Agreed => "The plan was agreed while you were writing, so this did not go in.",
            Self::ProtectedWords => "Those are the pupil’s own words. You can add beside them, not change them.",
            Self::NotYourHand => "This page got out of step with the meeting.",
            Self::TooLong => "That was too long for this box.",
            Self::UnknownShape => "This page got out of step with the meeting.",
            Self::MissingPast => "This page got out of step with the meeting.",
            Self::TakenOut => "Those words were taken out of this meeting for everybody.",
        }
    }
}
