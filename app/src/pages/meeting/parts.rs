//! The parts of a meeting’s page, in the order a meeting takes them. Their keys are the ids on the
//! page, the addresses of the agenda and the names the spotlight uses.

use leptos::prelude::*;
use shared::{
    Section,
    doc::FieldAddress,
    schema::{actions, assess},
};

use crate::collab::Meeting;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Who,
    Admire,
    Last,
    Working,
    Targets,
    Actions,
    Passport,
    Pep,
    Staff,
    Agree,
}

impl Part {
    pub const ALL: [Self; 10] = [
        Self::Who,
        Self::Admire,
        Self::Last,
        Self::Working,
        Self::Targets,
        Self::Actions,
        Self::Passport,
        Self::Pep,
        Self::Staff,
        Self::Agree,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::Admire => "admire",
            Self::Last => "last",
            Self::Working => "working",
            Self::Targets => "targets",
            Self::Actions => "actions",
            Self::Passport => "passport",
            Self::Pep => "pep",
            Self::Staff => "staff",
            Self::Agree => "agree",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.key() == key)
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Who => "Who is here",
            Self::Admire => "What we like and admire",
            Self::Last => "How last targets went",
            Self::Working => "What’s working, what’s not",
            Self::Targets => "Targets and provision",
            Self::Actions => "Who does what by when",
            Self::Passport => "It would help me if you could…",
            Self::Pep => "Personal Education Plan",
            Self::Staff => "Staff notes",
            Self::Agree => "Agree",
        }
    }

    /// For the pupil: the same, in the pupil’s words.
    pub fn plain_title(self) -> &'static str {
        match self {
            Self::Admire => "What people like about me",
            Self::Last => "How it went",
            Self::Working => "What is good, what is hard",
            Self::Targets => "My next steps",
            Self::Actions => "Who does what",
            Self::Pep => "My school plan",
            Self::Agree => "Do I agree?",
            Self::Who | Self::Passport | Self::Staff => self.title(),
        }
    }

    /// What one does here, in a sentence.
    pub fn hint(self, pupil: &str) -> String {
        match self {
            Self::Who => String::new(),
            Self::Admire => "Everyone writes at once. One thing on each note.".to_owned(),
            Self::Last => {
                "First: did the help happen? Then: did it help? Scores are out of ten; the ring is before, the dot is now."
                    .to_owned()
            }
            Self::Working => "From each side of the table. Nobody’s view is merged with anybody else’s.".to_owned(),
            Self::Targets => "One small next step at a time: where I am now, how we’ll know, and the help.".to_owned(),
            Self::Actions => "Each thing that is not working becomes something somebody does.".to_owned(),
            Self::Passport => format!("{pupil}’s passport, in {pupil}’s words. Others may add beside."),
            Self::Pep => "The parts that may be shared in the room.".to_owned(),
            Self::Staff => "Only staff can read this. It is never part of the family’s copy.".to_owned(),
            Self::Agree => {
                "Once the meeting has begun, each of us answers when they are ready. Nobody has to agree, and disagreeing with a part is an answer too."
                    .to_owned()
            }
        }
    }

    /// In one word, for a place card: “Writing in Targets”.
    pub fn short(self) -> &'static str {
        match self {
            Self::Who => "Who is here",
            Self::Admire => "Admire",
            Self::Last => "Last targets",
            Self::Working => "Working",
            Self::Targets => "Targets",
            Self::Actions => "Who does what",
            Self::Passport => "Passport",
            Self::Pep => "PEP",
            Self::Staff => "Staff notes",
            Self::Agree => "Agree",
        }
    }

    /// Where on the page a field of the document stands.
    pub fn of(field: &FieldAddress) -> Self {
        match field.section {
            Section::Passport => Self::Passport,
            Section::Assess if field.list == assess::ADMIRE.key => Self::Admire,
            Section::Assess
            | Section::PupilViews
            | Section::PupilPrivate
            | Section::FamilyViews
            | Section::SchoolViews
            | Section::SpecialistViews => Self::Working,
            Section::Plan | Section::Costs => Self::Targets,
            Section::Do if field.list == actions::DELIVERY.key => Self::Last,
            Section::Do => Self::Actions,
            Section::Review => Self::Last,
            Section::Pep | Section::PepRestricted => Self::Pep,
            Section::StaffPreparation => Self::Staff,
        }
    }
}

/// The parts this person has.
pub fn for_me(meeting: Meeting) -> Memo<Vec<Part>> {
    Memo::new(move |_| {
        let may_read = |section| meeting.section(section).is_some();
        if meeting.passport_of.is_some() {
            return vec![Part::Passport];
        }
        Part::ALL
            .into_iter()
            .filter(|part| match part {
                Part::Pep => may_read(Section::Pep),
                Part::Staff => may_read(Section::StaffPreparation),
                Part::Who
                | Part::Admire
                | Part::Last
                | Part::Working
                | Part::Targets
                | Part::Actions
                | Part::Passport
                | Part::Agree => true,
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        for part in Part::ALL {
            assert_eq!(Part::from_key(part.key()), Some(part));
        }
    }
}
