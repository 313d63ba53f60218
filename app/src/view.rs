//! What the pages show: plain structs, filled by the server, never touched by SQL or sockets.

pub mod delivery;
pub mod doors;
pub mod file;
pub mod first;
pub mod hidden;
pub mod home;
pub mod line;
pub mod map;
pub mod pep;
pub mod pupils;
pub mod register;
pub mod words;

use serde::{Deserialize, Serialize};
use shared::{
    Access, Attendance, MeetingId, ParticipantId, PersonId, PupilId, Role, Section, Stage,
    hand::Owners,
    policy::Scribe,
    record::{AgreedRecord, Agreement, Response},
};

/// The page behind a personal link, before anybody has joined. Holds nothing about the pupil.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinPage {
    pub school: String,
    /// Who this link is for.
    pub name: String,
    pub title: String,
    pub host: Host,
    /// “Thursday 19 November, 3.45 to 4.30”.
    pub when: String,
    pub place: String,
    /// Who is signed in in this browser now, if it is somebody else.
    pub now_here: Option<String>,
    pub doors: doors::Doors,
    /// The meeting is over: what the link leads to is what was agreed.
    pub is_agreed: bool,
    /// People like this one often sit at a device of the school’s.
    pub is_likely_shared: bool,
}

/// Whoever runs the meeting, as an invitation is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Host {
    pub name: String,
    /// “SENCO”.
    pub title: String,
    pub initials: String,
    pub colour: u8,
    pub role: Role,
}

/// Who is here, for the top of a page of the school’s.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Here {
    pub school: String,
    pub name: String,
    /// Holds a post in the school, so that its pages are in the menu.
    pub is_staff: bool,
    /// Came with an account, and not by a link.
    pub has_account: bool,
    /// What things are called here.
    pub words: words::SchoolWords,
}

/// Where in a long list a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    /// From 1, and never after the last.
    pub page: u32,
    pub pages: u32,
    /// Lines on all pages together.
    pub found: u32,
}

impl Paging {
    /// Lines of one page.
    pub const LINES: u32 = 25;

    /// Of a list with so many lines, the page that the address asks for, or the nearest there is.
    pub fn of(found: u32, asked: u32) -> Self {
        let pages = found.div_ceil(Self::LINES).max(1);
        Self { page: asked.clamp(1, pages), pages, found }
    }

    /// How many lines come before it.
    pub fn skipped(self) -> u32 {
        (self.page - 1) * Self::LINES
    }
}

/// The school’s meetings, for somebody who may see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingsPage {
    pub here: Here,
    /// Those to come first, the next of them at the top.
    pub meetings: Vec<MeetingRow>,
    pub paging: Paging,
    /// How many are to come, on all pages.
    pub coming: u32,
    /// On the first page: what waits for somebody with a post in the school; a family has none of it.
    pub staff: Option<home::StaffHome>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingRow {
    pub id: MeetingId,
    pub pupil: String,
    /// Whose page this person may open.
    pub child: Option<PupilId>,
    pub portrait: Option<String>,
    pub year_group: String,
    pub kind: String,
    /// `YYYY-MM-DD`, for sorting and `<time>`.
    pub held_on: String,
    pub when: String,
    pub stage: Stage,
    /// Of the record, once there is one.
    pub version: Option<u32>,
    /// Meetings held this academic year, of the three the Code asks for.
    pub held_this_year: u32,
    /// Whoever looks is asked for their views ahead of it, on a page of their own.
    pub prepares: bool,
}

/// Everything the meeting page needs to be read before any script arrives, and to go live after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingPage {
    pub id: MeetingId,
    pub school: String,
    pub pupil: Pupil,
    pub kind: String,
    pub when: String,
    pub place: String,
    pub minutes: u32,
    pub stage: Stage,
    pub ground_rules: Vec<String>,
    pub me: ParticipantId,
    pub people: Vec<Participant>,
    /// People who wrote what stands in these sections and are not at the table: in an earlier
    /// meeting, or before they were asked to leave.
    pub earlier_writers: Vec<Writer>,
    /// Only those this person may read.
    pub sections: Vec<SectionState>,
    /// The part everybody was last asked to look at: a key of `pages::meeting::parts`.
    pub spotlight: Option<String>,
    /// How long ago the meeting was opened, by the server’s clock; none before that.
    pub open_for_seconds: Option<u32>,
    /// Of the record, once there is one.
    pub version: Option<u32>,
    /// Agreed once, and open again: why.
    pub reopened: Option<String>,
    /// Whose passport it is open for, and for nothing else.
    pub passport_of: Option<PupilId>,
    /// Whose education plan this person may look through.
    pub education_plan_of: Option<PupilId>,
    /// May hide a passage by what they are in the school, whoever runs the meeting.
    pub may_hide: bool,
    /// What the school calls its tiers of help, in their order; none where it has no names of its own.
    pub tiers: Vec<String>,
}

/// Of a meeting’s page, what changes while it is open and is known to the server alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleNow {
    pub me: ParticipantId,
    pub people: Vec<Participant>,
    pub earlier_writers: Vec<Writer>,
    pub open_for_seconds: Option<u32>,
    pub spotlight: Option<String>,
    /// Of the saved record.
    pub version: Option<u32>,
    pub reopened: Option<String>,
}

impl From<MeetingPage> for PeopleNow {
    fn from(page: MeetingPage) -> Self {
        Self {
            me: page.me,
            people: page.people,
            earlier_writers: page.earlier_writers,
            open_for_seconds: page.open_for_seconds,
            spotlight: page.spotlight,
            version: page.version,
            reopened: page.reopened,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pupil {
    pub person: PersonId,
    /// What the child is called: “Tomek”.
    pub name: String,
    pub portrait: Option<String>,
    pub portrait_alt: String,
    pub looked_after: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    pub id: ParticipantId,
    pub person: PersonId,
    /// As the place card says it: “Mrs Pike”, “Agnieszka”.
    pub name: String,
    pub full_name: String,
    pub initials: String,
    pub role: Role,
    /// May be handed the running of the meeting.
    pub may_run: bool,
    /// “Mum”, “SENCO”, “Speech and language therapist”.
    pub title: String,
    /// 1 to 8.
    pub colour: u8,
    pub scribe: Scribe,
    /// How they came, as far as it is known now.
    pub attendance: Attendance,
    /// By the word of whoever runs the meeting.
    pub noted: bool,
    /// Connected at the moment the page was made.
    pub here: bool,
    pub answer: Option<Answer>,
}

/// Somebody known by what they wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writer {
    pub person: PersonId,
    pub name: String,
    pub initials: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub response: Response,
    pub comment: String,
}

/// A section as the page receives it: its content is a Yjs update, so that page and live document
/// are rendered by the same code from the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionState {
    pub section: Section,
    pub epoch: u64,
    pub access: Access,
    /// Base64 of the update.
    pub state: String,
    /// Whose each client id in it is.
    pub authors: Owners,
}

/// The family’s copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordPage {
    pub record: AgreedRecord,
    /// SHA-256 of the canonical JSON, hexadecimal.
    pub hash: String,
    /// The day at school.
    pub agreed_on: String,
    pub pupil: Pupil,
    /// Side and colour of the people who agreed, for their tokens.
    pub people: Vec<Participant>,
    /// What people answered to an earlier version and did not to this one, with which that was. It stays said.
    pub earlier: Vec<(u32, Agreement)>,
    /// All versions there are, the first one first.
    pub versions: Vec<Version>,
    /// While it is being corrected.
    pub reopened: Option<Reopened>,
    /// Whether this person has a place at its table, and so may open the meeting.
    pub is_at_table: bool,
    /// Whether this person may open it again to correct it.
    pub may_correct: bool,
    /// Whether this person may start the next cycle.
    pub can_start_next: bool,
    /// The day it was held is not over yet.
    pub is_of_today: bool,
    /// The next meeting, if it was started already.
    pub next_meeting: Option<MeetingId>,
}

/// One of the versions of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub version: u32,
    /// The day at school.
    pub agreed_on: String,
    /// Why there is one after the first.
    pub reason: Option<String>,
}

/// A record that is being corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reopened {
    pub reason: String,
    pub by: String,
    /// The day at school.
    pub on: String,
    /// Whether who reads has a place at the table.
    pub mine: bool,
}

impl MeetingPage {
    pub fn myself(&self) -> Option<&Participant> {
        self.people.iter().find(|person| person.id == self.me)
    }
}
