//! Ids are types, so that a meeting can never be passed where a person is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id_type! {
    /// A school: the boundary nothing crosses.
    SchoolId,
    /// A human being known to a school: pupil, parent, member of staff, specialist.
    PersonId,
    /// The child a record belongs to.
    PupilId,
    /// One review meeting.
    MeetingId,
    /// One person’s place in one meeting.
    ParticipantId,
    /// Somebody at a meeting’s door, once.
    KnockId,
    /// One agreed version of a meeting’s record.
    RecordId,
    /// One entry of a list in a section: a target, a statement, a note. Made once, never reused.
    ItemId,
}
