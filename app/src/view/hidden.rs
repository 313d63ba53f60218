//! What was hidden in meetings, for the safeguarding lead.

use serde::{Deserialize, Serialize};

use super::Here;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenPage {
    pub here: Here,
    /// The newest first.
    pub passages: Vec<HiddenPassage>,
    /// There are older ones than these.
    pub there_are_more: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HiddenPassage {
    pub id: String,
    pub pupil: String,
    /// “SEN Support review meeting”, and `YYYY-MM-DD`; both empty where the meeting is not kept any more.
    pub kind: String,
    pub held_on: String,
    pub hidden_by: String,
    /// `YYYY-MM-DD`, and “12.04”.
    pub hidden_on: String,
    pub hidden_at: String,
    /// By whoever asks.
    pub was_read: bool,
    /// Of the one that was asked for.
    pub evidence: Option<Evidence>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// “Targets: Success looks like”.
    pub place: String,
    pub words: String,
    pub written_by: Vec<String>,
}

/// For the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenCount {
    pub all: u32,
    pub unread: u32,
}
