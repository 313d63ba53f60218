//! Who came. An invitation says how somebody is expected to come; a record says how they came, and it
//! must be true: being expected is no reason to be recorded as having been there.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    InPerson,
    Remote,
    /// Came for a part: a child may leave at any time.
    PartOfMeeting,
    SentViews,
    Apologies,
    /// Left out by name, for a reason that stands elsewhere: may not come in.
    NotInvitedOnPurpose,
    /// Expected, not seen on any screen, and nobody has said whether they were in the room.
    NotNoted,
}

impl Attendance {
    pub const ALL: [Self; 7] = [
        Self::InPerson,
        Self::Remote,
        Self::PartOfMeeting,
        Self::SentViews,
        Self::Apologies,
        Self::NotInvitedOnPurpose,
        Self::NotNoted,
    ];

    /// What the person running the meeting may say of somebody.
    pub const MAY_BE_NOTED: [Self; 5] =
        [Self::InPerson, Self::Remote, Self::PartOfMeeting, Self::SentViews, Self::Apologies];

    /// How somebody came, from how they were expected, whether they were connected while the meeting
    /// went on, and what the person running it has noted. Their word wins: they see the room, and
    /// several people may share one screen.
    pub fn of(expected: Self, was_connected: bool, noted: Option<Self>) -> Self {
        match (noted, expected) {
            (Some(noted), _) => noted,
            (None, Self::NotInvitedOnPurpose) => Self::NotInvitedOnPurpose,
            (None, Self::SentViews | Self::Apologies) if was_connected => Self::Remote,
            (None, Self::SentViews | Self::Apologies) => expected,
            (None, Self::InPerson | Self::Remote | Self::PartOfMeeting | Self::NotNoted) => {
                if was_connected {
                    expected
                } else {
                    Self::NotNoted
                }
            }
        }
    }

    /// The name used in the database, in files and in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::Remote => "remote",
            Self::PartOfMeeting => "part_of_meeting",
            Self::SentViews => "sent_views",
            Self::Apologies => "apologies",
            Self::NotInvitedOnPurpose => "not_invited_on_purpose",
            Self::NotNoted => "not_noted",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attendance| attendance.name() == name)
    }

    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::InPerson => "In the room",
            Self::Remote => "Joined from elsewhere",
            Self::PartOfMeeting => "For part of the meeting",
            Self::SentViews => "Sent their views",
            Self::Apologies => "Sent apologies",
            Self::NotInvitedOnPurpose => "Not invited",
            Self::NotNoted => "Not noted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Attendance::{self, *};

    #[test]
    fn nobody_is_recorded_as_there_for_having_been_expected() {
        for expected in [InPerson, Remote, PartOfMeeting] {
            assert_eq!(Attendance::of(expected, false, None), NotNoted);
            assert_eq!(Attendance::of(expected, true, None), expected);
        }
    }

    #[test]
    fn whoever_joined_after_all_was_there() {
        for expected in [SentViews, Apologies] {
            assert_eq!(Attendance::of(expected, true, None), Remote);
            assert_eq!(Attendance::of(expected, false, None), expected);
        }
    }

    #[test]
    fn the_word_of_whoever_runs_the_meeting_wins() {
        for noted in Attendance::MAY_BE_NOTED {
            for (expected, connected) in [(InPerson, false), (Apologies, true), (Remote, true)] {
                assert_eq!(Attendance::of(expected, connected, Some(noted)), noted);
            }
        }
    }

    #[test]
    fn the_name_in_the_database_is_the_name_in_the_record() {
        for attendance in Attendance::ALL {
            assert_eq!(Attendance::from_name(attendance.name()), Some(attendance));
            assert_eq!(serde_json::to_value(attendance).unwrap(), attendance.name());
        }
    }
}
