//! THE table: who may read and write which section, at which stage.
//!
//! The page greys out by it, the server refuses by it, nothing else decides. Every match is
//! exhaustive and without a wildcard, so that a new role, section or stage does not compile until
//! somebody has decided. `ARCHITECTURE.md` prints it; a test holds the two together.

use serde::{Deserialize, Serialize};

use crate::{Role, Section, Stage};

/// The order of these variants matters: each includes the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    None,
    Read,
    Write,
}

impl Access {
    pub fn can_read(self) -> bool {
        self >= Self::Read
    }

    pub fn can_write(self) -> bool {
        self == Self::Write
    }
}

/// What somebody may do in a section at a stage.
pub fn access(section: Section, role: Role, stage: Stage) -> Access {
    match stage {
        Stage::Preparing => preparing(section, role),
        Stage::Meeting => meeting(section, role),
        // What was agreed is read by those who could read it, and changed by nobody.
        Stage::Agreed => meeting(section, role).min(Access::Read),
    }
}

/// Whether somebody was named to type what the pupil says, and whether before anything was written that is not to be
/// shared: who is named later reads nothing that was said to be for the pupil alone, or for somebody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scribe {
    #[default]
    No,
    Later,
    FromTheStart,
}

impl Scribe {
    /// For whoever does not know since when: the most that may be.
    pub fn named(is_scribe: bool) -> Self {
        if is_scribe { Self::FromTheStart } else { Self::No }
    }

    pub fn writes(self) -> bool {
        self != Self::No
    }
}

/// The same for one person: the pupil’s named scribe may also write where the pupil writes for
/// themselves.
pub fn access_for(section: Section, role: Role, scribe: Scribe, stage: Stage) -> Access {
    let own = access(section, role, stage);
    let writes_for_pupil = match section {
        Section::PupilPrivate => scribe == Scribe::FromTheStart,
        _ => scribe.writes() && protection(section) != Protection::Nothing,
    };
    if writes_for_pupil { own.max(access(section, Role::Pupil, stage)) } else { own }
}

/// In place of the part somebody was expected in: one in which nothing is read that theirs does not read. A carer does not
/// become a teacher, with the staff’s notes, by a press at the door.
pub fn may_come_as(expected: Role, other: Role) -> bool {
    let reads_no_more =
        |section, stage| access(section, expected, stage).can_read() || !access(section, other, stage).can_read();
    let everywhere = || Stage::ALL.into_iter().all(|stage| Section::ALL.into_iter().all(|s| reads_no_more(s, stage)));
    expected.may_be_given() && other.may_be_given() && everywhere()
}

/// What the pupil wrote that nobody else may delete, but the pupil’s named scribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    Nothing,
    /// The letters in the pupil’s own texts (see [`crate::schema::is_pupils`]): the rest is worded together.
    OwnTexts,
    /// Marks, places and choices too.
    Everything,
}

pub fn protection(section: Section) -> Protection {
    match section {
        Section::Passport | Section::PupilViews | Section::PupilPrivate | Section::Assess | Section::Review => {
            Protection::Everything
        }
        Section::Plan => Protection::OwnTexts,
        // Actions are worded together; PEP, staff and other people’s views hold no words of the
        // pupil’s own hand.
        Section::Do
        | Section::Pep
        | Section::PepRestricted
        | Section::Costs
        | Section::FamilyViews
        | Section::SchoolViews
        | Section::SpecialistViews
        | Section::StaffPreparation => Protection::Nothing,
    }
}

/// Before the meeting opens, views belong to those whose views they are; the facilitator may read.
fn preparing(section: Section, role: Role) -> Access {
    use Access::{None, Read, Write};
    match section {
        Section::PupilViews => match role {
            Role::Pupil => Write,
            Role::Facilitator => Read,
            Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
        Section::FamilyViews => match role {
            Role::Parent => Write,
            Role::Facilitator => Read,
            Role::Pupil
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
        Section::SchoolViews => match role {
            Role::Facilitator | Role::Teacher | Role::Assistant => Write,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
        Section::SpecialistViews => match role {
            Role::Specialist | Role::SocialCare => Write,
            Role::Facilitator => Read,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Interpreter
            | Role::Observer => None,
        },
        // Everything else is the same before and during: a draft that the family can see days
        // ahead is the point.
        Section::Passport
        | Section::Assess
        | Section::Plan
        | Section::Do
        | Section::Review
        | Section::Pep
        | Section::PepRestricted
        | Section::Costs
        | Section::StaffPreparation
        | Section::PupilPrivate => meeting(section, role),
    }
}

/// Round the table: everyone reads the shared sections, and all but observers write them.
fn meeting(section: Section, role: Role) -> Access {
    use Access::{None, Read, Write};
    match section {
        Section::Passport | Section::Assess | Section::Plan | Section::Do | Section::Review => match role {
            Role::Facilitator
            | Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter => Write,
            Role::Observer => Read,
        },
        Section::PupilViews => match role {
            Role::Pupil => Write,
            Role::Facilitator
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => Read,
        },
        Section::FamilyViews => match role {
            Role::Parent => Write,
            Role::Facilitator
            | Role::Pupil
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => Read,
        },
        Section::SchoolViews => match role {
            Role::Facilitator | Role::Teacher | Role::Assistant => Write,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => Read,
        },
        Section::SpecialistViews => match role {
            Role::Specialist | Role::SocialCare => Write,
            Role::Facilitator
            | Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Interpreter
            | Role::Observer => Read,
        },
        Section::Pep => match role {
            // Filled in by the school and social care: the designated teacher, the key adult, the social
            // worker, the Virtual School. What the child and the carers say stands in views of their own.
            Role::Facilitator | Role::Teacher | Role::Assistant | Role::SocialCare => Write,
            Role::Pupil | Role::Parent | Role::Specialist | Role::Interpreter => Read,
            Role::Supporter | Role::Observer => None,
        },
        // Read by those who answer for the plan: whoever runs the meeting writes what the designated teacher says, the
        // social worker the scores. The child, the carers and visitors are not sent it, nor staff who teach there.
        Section::PepRestricted => match role {
            Role::Facilitator | Role::SocialCare => Write,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::Interpreter
            | Role::Observer => None,
        },
        Section::Costs => match role {
            Role::Facilitator => Write,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
        // Not before, not during, not after: the scribe alone comes in beside (see `access_for`).
        Section::PupilPrivate => match role {
            Role::Pupil => Write,
            Role::Facilitator
            | Role::Parent
            | Role::Supporter
            | Role::Teacher
            | Role::Assistant
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
        Section::StaffPreparation => match role {
            Role::Facilitator | Role::Teacher | Role::Assistant => Write,
            Role::Pupil
            | Role::Parent
            | Role::Supporter
            | Role::Specialist
            | Role::SocialCare
            | Role::Interpreter
            | Role::Observer => None,
        },
    }
}
