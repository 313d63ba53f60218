//! What waits for staff on the first page.

use serde::{Deserialize, Serialize};
use shared::{PupilId, rights::Post};

use super::{hidden::HiddenCount, pupils::ActionRow};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaffHome {
    /// For the safeguarding lead, where anything was hidden.
    pub hidden: Option<HiddenCount>,
    /// For the data protection lead: there is a page of who did what.
    pub reads_trail: bool,
    /// For whoever holds a post that is kept: who was given it, or lost it, this last month. The newest first.
    pub posts_told: Vec<PostTold>,
    /// Of the whole school, or of the children somebody meets for.
    pub whole_school: bool,
    /// The most urgent first.
    pub reviews: Vec<ReviewDue>,
    pub late_reviews: u32,
    pub drafts: Vec<Draft>,
    /// Promises that are late.
    pub actions: Vec<ActionRow>,
}

/// A post was given to somebody, or taken from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostTold {
    pub post: Post,
    pub is_given: bool,
    pub whom: String,
    /// Empty, where whoever runs the machine did.
    pub by: String,
    pub on: String,
}

/// A child with extra help, how often the family was met, and when the plan is to be looked back on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewDue {
    pub pupil: PupilId,
    pub name: String,
    pub class_name: String,
    pub held_this_year: u32,
    /// Empty without a plan.
    pub review_on: String,
    pub late_by: u32,
}

/// A meeting whose day has come, and that agreed nothing yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub pupil: PupilId,
    pub name: String,
    pub class_name: String,
    pub portrait: Option<String>,
    pub held_on: String,
    /// The meeting was begun.
    pub is_open: bool,
    /// The child is not at the school any more.
    pub has_left: bool,
    /// Who has a say and has not answered.
    pub waits_for: Vec<String>,
}
