//! Who came, and what each of them answered.

use serde::{Deserialize, Serialize};

use crate::{Attendance, PersonId, Role};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attendee {
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    /// Their job or tie in their own words: “Mum”, “Speech and language therapist”.
    pub title: String,
    pub attendance: Attendance,
}

/// What somebody answered, and when. Silence is not in the list: it blocks nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    pub title: String,
    pub response: Response,
    pub comment: String,
    pub at: String,
    /// Something of the plan was written after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_the_last_words: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    Agree,
    AgreeWithComment,
    PartlyDisagree,
    Disagree,
    ViewsSharedOnly,
}

impl Response {
    pub const ALL: [Self; 5] =
        [Self::Agree, Self::AgreeWithComment, Self::PartlyDisagree, Self::Disagree, Self::ViewsSharedOnly];

    /// The name used in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::AgreeWithComment => "agree_with_comment",
            Self::PartlyDisagree => "partly_disagree",
            Self::Disagree => "disagree",
            Self::ViewsSharedOnly => "views_shared_only",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|response| response.name() == name)
    }

    /// On the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Agree => "I agree",
            Self::AgreeWithComment => "I agree, with a comment",
            Self::PartlyDisagree => "I disagree with a part",
            Self::Disagree => "I disagree",
            Self::ViewsSharedOnly => "My views only",
        }
    }

    /// Whether it says nothing without words beside it.
    pub fn needs_words(self) -> bool {
        match self {
            Self::AgreeWithComment | Self::PartlyDisagree => true,
            Self::Agree | Self::Disagree | Self::ViewsSharedOnly => false,
        }
    }

    /// In the record: “Marek, Dad, …”.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Agree => "agrees",
            Self::AgreeWithComment => "agrees, with a comment",
            Self::PartlyDisagree => "disagrees with one part",
            Self::Disagree => "disagrees",
            Self::ViewsSharedOnly => "shared their views",
        }
    }
}
