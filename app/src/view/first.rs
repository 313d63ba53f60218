//! The form that begins the first meeting about a child.

use serde::{Deserialize, Serialize};
use shared::PupilId;

use super::{
    Here,
    line::{Fault, Somebody},
};

/// So many colleagues and guests beside those who are invited anyway. Others come by the meeting’s code.
pub const COLLEAGUES: usize = 3;
pub const GUESTS: usize = 4;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstMeetingPage {
    pub here: Here,
    pub pupil: PupilId,
    pub name: String,
    /// There is one by now.
    pub has_begun: bool,
    /// They have left the school, so none begins.
    pub has_left: bool,
    /// Who is invited in any case: names, each with what they come as.
    pub invited: Vec<String>,
    /// Who else works here.
    pub colleagues: Vec<Somebody>,
    /// As it was sent and not done; or as it is suggested.
    pub sent: FirstMeetingSent,
}

/// As it stands in the boxes of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstMeetingSent {
    /// `YYYY-MM-DD`
    pub on: String,
    /// `HH:MM`
    pub at: String,
    pub place: String,
    /// Somebody’s id, or nobody’s.
    pub colleagues: Vec<String>,
    pub guests: Vec<Guest>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub name: String,
    /// The name of a role.
    pub comes_as: String,
}
