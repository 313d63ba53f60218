//! What a person is in a meeting, as far as reading and writing go.

use serde::{Deserialize, Serialize};

/// The part somebody plays in one meeting. Their job in their own words (“Speech and language
/// therapist”, “Mum”) is text beside it; this only decides what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the meeting: the SENCO, or the class teacher.
    Facilitator,
    /// The child the meeting is about.
    Pupil,
    /// A parent or carer.
    Parent,
    /// Somebody the family brought: a friend, an advocate, SENDIASS.
    Supporter,
    /// Class teacher, form tutor, subject teacher, designated teacher.
    Teacher,
    /// Teaching assistant or key adult.
    Assistant,
    /// An outside professional: therapist, psychologist, outreach teacher.
    Specialist,
    /// Social worker or Virtual School.
    SocialCare,
    /// Says in one language what was said in another.
    Interpreter,
    /// Watches and listens.
    Observer,
}

/// Which side of the table somebody sits on: drawn as a shape, so that colour never says it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Pupil,
    Home,
    School,
    Visitor,
    Voice,
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Facilitator,
        Self::Pupil,
        Self::Parent,
        Self::Supporter,
        Self::Teacher,
        Self::Assistant,
        Self::Specialist,
        Self::SocialCare,
        Self::Interpreter,
        Self::Observer,
    ];

    /// The name used in the database, in files and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facilitator => "facilitator",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::Supporter => "supporter",
            Self::Teacher => "teacher",
            Self::Assistant => "assistant",
            Self::Specialist => "specialist",
            Self::SocialCare => "social-care",
            Self::Interpreter => "interpreter",
            Self::Observer => "observer",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The words a person reads when nothing more exact is known.
    pub fn label(self) -> &'static str {
        match self {
            Self::Facilitator => "Facilitator",
            Self::Pupil => "Pupil",
            Self::Parent => "Parent or carer",
            Self::Supporter => "Here with the family",
            Self::Teacher => "Teacher",
            Self::Assistant => "Key adult",
            Self::Specialist => "Specialist",
            Self::SocialCare => "Social care",
            Self::Interpreter => "Interpreter",
            Self::Observer => "Observer",
        }
    }

    pub fn side(self) -> Side {
        match self {
            Self::Pupil => Side::Pupil,
            Self::Parent | Self::Supporter => Side::Home,
            Self::Facilitator | Self::Teacher | Self::Assistant => Side::School,
            Self::Specialist | Self::SocialCare | Self::Observer => Side::Visitor,
            Self::Interpreter => Side::Voice,
        }
    }

    /// May start, steer and close the meeting.
    pub fn can_facilitate(self) -> bool {
        matches!(self, Self::Facilitator)
    }

    /// May be handed the running of a meeting: people of the school, who read what its staff write.
    pub fn may_run(self) -> bool {
        matches!(self, Self::Facilitator | Self::Teacher | Self::Assistant)
    }

    /// May be given at the door: neither the child’s place nor the running of the meeting.
    pub fn may_be_given(self) -> bool {
        !matches!(self, Self::Facilitator | Self::Pupil)
    }

    /// May be named to type what the pupil says. Who is there to watch and listen writes nothing.
    pub fn may_type(self) -> bool {
        !matches!(self, Self::Pupil | Self::Observer)
    }

    /// Is asked for their views ahead of the meeting, on a page of their own. The school’s staff write theirs where
    /// they prepare everything else.
    pub fn prepares(self) -> bool {
        matches!(self, Self::Pupil | Self::Parent | Self::Specialist | Self::SocialCare)
    }

    /// Has a say in what is agreed. An interpreter and an observer do not.
    pub fn can_agree(self) -> bool {
        !matches!(self, Self::Interpreter | Self::Observer)
    }
}
