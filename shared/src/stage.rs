//! How far a meeting has come.

use serde::{Deserialize, Serialize};

/// `Preparing → Meeting → Agreed`. Only a command of the facilitator moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Preparing,
    Meeting,
    Agreed,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Preparing, Self::Meeting, Self::Agreed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Meeting => "meeting",
            Self::Agreed => "agreed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Preparing => "Getting ready",
            Self::Meeting => "Together",
            Self::Agreed => "Agreed",
        }
    }

    /// The stage a facilitator’s next step leads to. Nothing follows agreement; reopening makes a
    /// new version and is its own command.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Preparing => Some(Self::Meeting),
            Self::Meeting => Some(Self::Agreed),
            Self::Agreed => None,
        }
    }
}
