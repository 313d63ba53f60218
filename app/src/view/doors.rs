//! What is seen of a meeting’s doors: by whoever runs it, and by who waits outside.

use serde::{Deserialize, Serialize};
use shared::{KnockId, Role};

use super::Participant;

/// How people who have a link of their own come in. Who has none always knocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doors {
    /// Each is let in by whoever runs the meeting.
    Knock,
    /// Who is expected comes straight in.
    Open,
    /// Nobody comes in, and nobody can knock.
    Closed,
}

impl Doors {
    pub const ALL: [Self; 3] = [Self::Knock, Self::Open, Self::Closed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Knock => "knock",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doors| doors.name() == name)
    }
}

/// For whoever runs the meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorPage {
    pub doors: Doors,
    /// None was made yet, or it has ended.
    pub code: Option<Code>,
    /// First come, first.
    pub knocks: Vec<Knock>,
    pub people: Vec<AtTable>,
}

/// Somebody with a place at this table, open or closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtTable {
    pub person: Participant,
    /// Was asked to leave.
    pub removed: bool,
    pub link: LinkState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkState {
    /// They came by the code, or were never sent one.
    None,
    /// Until “19 January”.
    Good(String),
    Expired,
    TakenBack,
}

/// Somebody outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knock {
    pub id: KnockId,
    pub name: String,
    pub initials: String,
    /// “Chrome on Android”.
    pub device: String,
    pub minutes: u32,
    /// Whose link they opened: none for who typed the code.
    pub expected: Option<Expected>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    pub title: String,
    pub role: Role,
    pub colour: u8,
}

/// Nine digits to be said on the telephone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// “418 270 935”.
    pub digits: String,
    /// Leads to the same door.
    pub qr: Qr,
}

/// A QR code, as one path in a square of this size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Qr {
    pub size: u32,
    pub path: String,
}

/// Somebody’s own link, for whoever hands it to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
    pub qr: Qr,
}

/// What somebody sees who waits. Nothing about the pupil.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LobbyPage {
    pub knock: KnockId,
    pub school: String,
    pub facilitator: String,
    pub name: String,
    pub initials: String,
    pub expected: Option<Expected>,
    pub state: LobbyState,
    /// Who waits with them, at the same device.
    pub beside: Vec<Beside>,
}

/// Somebody else who waits at the same device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    pub name: String,
    pub state: LobbyState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LobbyState {
    Waiting,
    Admitted,
    Declined,
    /// Nobody can come in just now.
    Closed,
}

/// Somebody else who is signed in in this browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoHere {
    pub person: shared::PersonId,
    pub name: String,
}
