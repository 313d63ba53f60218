//! The parts of a meeting’s document. One section is one Yjs document with one access rule.

use serde::{Deserialize, Serialize};

use crate::MeetingId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    Passport,
    PupilViews,
    /// What the pupil asked not to share: theirs, and of whoever was named to write for them. In no record.
    PupilPrivate,
    FamilyViews,
    SchoolViews,
    SpecialistViews,
    Assess,
    Plan,
    Do,
    Review,
    /// Looked-after pupils only: the parts of the Personal Education Plan that may be shared in the room.
    Pep,
    /// Looked-after pupils only: what of that plan is for those who answer for it, the premium and scores of wellbeing.
    PepRestricted,
    /// What help costs, by its id.
    Costs,
    StaffPreparation,
}

impl Section {
    pub const ALL: [Self; 14] = [
        Self::Passport,
        Self::PupilViews,
        Self::PupilPrivate,
        Self::FamilyViews,
        Self::SchoolViews,
        Self::SpecialistViews,
        Self::Assess,
        Self::Plan,
        Self::Do,
        Self::Review,
        Self::Pep,
        Self::PepRestricted,
        Self::Costs,
        Self::StaffPreparation,
    ];

    /// There for a looked-after pupil alone.
    pub fn is_of_care(self) -> bool {
        matches!(self, Self::Pep | Self::PepRestricted)
    }

    /// The name used in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::PupilViews => "pupil-views",
            Self::PupilPrivate => "pupil-private",
            Self::FamilyViews => "family-views",
            Self::SchoolViews => "school-views",
            Self::SpecialistViews => "specialist-views",
            Self::Assess => "assess",
            Self::Plan => "plan",
            Self::Do => "do",
            Self::Review => "review",
            Self::Pep => "pep",
            Self::PepRestricted => "pep-restricted",
            Self::Costs => "costs",
            Self::StaffPreparation => "staff-preparation",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// The words a person reads, as in “Writing in Targets”.
    pub fn label(self) -> &'static str {
        match self {
            Self::Passport => "All about me",
            Self::PupilViews => "My views",
            Self::PupilPrivate => "Not shared",
            Self::FamilyViews => "Family’s views",
            Self::SchoolViews => "School’s views",
            Self::SpecialistViews => "Specialists’ views",
            Self::Assess => "How things are",
            Self::Plan => "Targets and provision",
            Self::Do => "Who does what",
            Self::Review => "Last targets",
            Self::Pep => "PEP",
            Self::PepRestricted => "PEP, not for the family",
            Self::Costs => "What help costs",
            Self::StaffPreparation => "Staff notes",
        }
    }

    /// The name of this section’s document on the wire: `<meeting id>/<section>`.
    pub fn document_name(self, meeting: MeetingId) -> String {
        format!("{meeting}/{}", self.name())
    }

    /// What a document name means, or nothing if it is not one of ours.
    pub fn parse_document_name(name: &str) -> Option<(MeetingId, Self)> {
        let (meeting, section) = name.split_once('/')?;
        Some((meeting.parse().ok()?, Self::from_name(section)?))
    }
}
