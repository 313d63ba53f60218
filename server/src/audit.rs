//! What is written down about who did, read and took away what.
//!
//! Each row of a school holds the hash of the one before it, so that a row which was changed, or taken out
//! from between two others, is found by reading them all: [`verify`]. The newest hash, kept beside the database
//! ([`heads`]), also tells when rows were taken off the end, or all written anew.
//!
//! What must stay true: ids and verbs, never a word that anybody wrote, a name or a token; a deed and its
//! row are one transaction; the server may add rows and read them, and nothing else.

pub mod heads;

use std::fmt;

use app::backend::Viewer;
use sha2::{Digest, Sha256};
use shared::{
    MeetingId, ParticipantId, PersonId, SchoolId,
    rights::{Post, may_read_trail},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::{self, Db, SchoolTransaction, audit::Kept};

/// Something that somebody did.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    pub actor: Option<PersonId>,
    pub verb: Verb,
    pub meeting: Option<MeetingId>,
    pub subject: Option<Uuid>,
}

impl Deed {
    pub fn new(actor: PersonId, verb: Verb) -> Self {
        Self { actor: Some(actor), verb, meeting: None, subject: None }
    }

    #[must_use]
    pub fn in_meeting(self, meeting: MeetingId) -> Self {
        Self { meeting: Some(meeting), ..self }
    }

    /// To somebody at the table.
    #[must_use]
    pub fn to(self, participant: ParticipantId) -> Self {
        Self { subject: Some(participant.0), ..self }
    }

    #[must_use]
    pub fn about(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The closed list of what is written down.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Verb {
            $($(#[$doc])* $variant),+
        }

        impl Verb {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }
    };
}

verbs! {
    SignedIn = "signed-in",
    SignedOut = "signed-out",
    /// Somebody tried, in their name.
    SignInRefused = "sign-in-refused",
    SessionEnded = "session-ended",
    SchoolSetUp = "school-set-up",
    AccountMade = "account-made",
    AccountSetUp = "account-set-up",
    PasswordChanged = "password-changed",
    AccountClosed = "account-closed",
    AccountReopened = "account-reopened",
    AccountLinkMade = "account-link-made",
    /// What somebody is in the school.
    PostsSet = "posts-set",
    /// Of them, those that are kept, one by one: who holds them is told. See [`Verb::given`].
    NamedHead = "named-head",
    NoLongerHead = "no-longer-head",
    NamedSenco = "named-senco",
    NoLongerSenco = "no-longer-senco",
    NamedSafeguardingLead = "named-safeguarding-lead",
    NoLongerSafeguardingLead = "no-longer-safeguarding-lead",
    NamedDataProtectionLead = "named-data-protection-lead",
    NoLongerDataProtectionLead = "no-longer-data-protection-lead",
    RecoveryCodesMade = "recovery-codes-made",
    RecoveryCodeUsed = "recovery-code-used",
    PasskeyAdded = "passkey-added",
    PasskeyRemoved = "passkey-removed",
    SchoolAccountBound = "school-account-bound",
    /// By a link that ended all that opened the account.
    SchoolAccountEnded = "school-account-ended",
    MeetingStarted = "meeting-started",
    Removed = "removed",
    LetBack = "let-back",
    HandedOver = "handed-over",
    TookOver = "took-over",
    Knocked = "knocked",
    Admitted = "admitted",
    Declined = "declined",
    DoorsSet = "doors-set",
    CodeMade = "code-made",
    LinkShown = "link-shown",
    LinkMade = "link-made",
    LinkTakenBack = "link-taken-back",
    ScribeNamed = "scribe-named",
    Agreed = "agreed",
    Answered = "answered",
    /// What was agreed is open again, to be corrected.
    RecordReopened = "record-reopened",
    FirstMeetingStarted = "first-meeting-started",
    NextStarted = "next-started",
    /// The page on which what is written there is read, before it is agreed and after.
    MeetingOpened = "meeting-opened",
    RecordRead = "record-read",
    RecordExported = "record-exported",
    PupilRead = "pupil-read",
    RegisterExported = "register-exported",
    MapExported = "map-exported",
    ImpactExported = "impact-exported",
    ChildrenBroughtIn = "children-brought-in",
    RegisterChanged = "register-changed",
    /// Of the register, who was put there by mistake.
    TakenOut = "taken-out",
    /// Somebody learns nothing of a child any more; and that this is over. They are the subject: what a child’s archive
    /// says of who did what is not to say whom.
    KeptFrom = "kept-from",
    LetNear = "let-near",
    /// Until when a child is shared with somebody from outside, and that it is over. They are the subject, as above.
    SharingSet = "sharing-set",
    SharingEnded = "sharing-ended",
    ActionTicked = "action-ticked",
    PassportOpened = "passport-opened",
    PassportSaved = "passport-saved",
    /// The picture on it.
    PictureChosen = "picture-chosen",
    PictureTakenAway = "picture-taken-away",
    SessionTold = "session-told",
    PepRead = "pep-read",
    PepRated = "pep-rated",
    /// Somebody of the staff said to have read it.
    PassportRead = "passport-read",
    /// What the school calls its plans and tiers.
    WordsSet = "words-set",
    /// Which passage, by its id alone. Neither is in what is handed out about a child: [`Verb::RESTRICTED`].
    PassageHidden = "passage-hidden",
    HiddenRead = "hidden-read",
    /// What is written down here.
    TrailRead = "trail-read",
    /// That another end of it than was known is taken for the end, by whoever runs the machine.
    TrailAccepted = "trail-accepted",
    /// How long the school keeps something.
    RuleSet = "retention-rule-set",
    /// For destruction, by a rule.
    Marked = "marked-for-destruction",
    /// The mark was taken off: the rule does not ask for it any more.
    Spared = "spared-from-destruction",
    /// By somebody’s word, whatever the rules say; and that it is over.
    Held = "held",
    Released = "released",
    Destroyed = "destroyed",
    /// A child’s file, because the law or the family asked for it; again, when an older backup had brought it back.
    Erased = "erased",
    /// Everything about a child was taken away as one archive.
    SubjectExported = "subject-exported",
}

impl Verb {
    /// What a family is not told of: it would say that, and when, something was hidden.
    pub const RESTRICTED: [Self; 2] = [Self::PassageHidden, Self::HiddenRead];

    /// That a post which is kept was given, or taken: of others nobody is told.
    pub fn given(post: Post, is_given: bool) -> Option<Self> {
        let (named, no_longer) = match post {
            Post::Head => (Self::NamedHead, Self::NoLongerHead),
            Post::Senco => (Self::NamedSenco, Self::NoLongerSenco),
            Post::SafeguardingLead => (Self::NamedSafeguardingLead, Self::NoLongerSafeguardingLead),
            Post::DataProtectionLead => (Self::NamedDataProtectionLead, Self::NoLongerDataProtectionLead),
            Post::DesignatedTeacher | Post::Teacher | Post::Assistant => return None,
        };
        Some(if is_given { named } else { no_longer })
    }
}

/// Writes down what needed no transaction of its own: somebody read something.
pub async fn note(db: &Db, school: SchoolId, deed: Deed, at: OffsetDateTime) -> sqlx::Result<()> {
    let mut txn = db.begin(school).await?;
    db::audit::add(&mut txn, deed, at).await?;
    txn.commit().await
}

/// Whether what was written down is for these eyes: never those of a link.
pub async fn may_read(txn: &mut SchoolTransaction, viewer: Viewer) -> sqlx::Result<bool> {
    let posts = db::posts::held(txn, viewer).await?;
    let has_lead = db::posts::is_held(txn, Post::DataProtectionLead).await?;
    Ok(viewer.by_link.is_none() && may_read_trail(&posts, has_lead))
}

/// A row that does not fit the one before it, or its own hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {number} of school {school} was tampered with, or one before it is missing")]
pub struct Tampered {
    pub school: SchoolId,
    pub number: i64,
}

/// What was found to be whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub school: SchoolId,
    pub rows: i64,
    /// Of the newest row.
    pub head: Vec<u8>,
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "school {}: {} rows, newest {}", self.school, self.rows, hex(&self.head))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    #[error(transparent)]
    Tampered(#[from] Tampered),
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

/// Rows read at once.
const PAGE: i64 = 1_000;

/// Reads every row of every school, and stops at the first that is not what it was.
pub async fn verify(db: &Db) -> Result<Vec<Whole>, NotVerified> {
    let mut whole = vec![];
    for school in db::schools::list(db).await? {
        whole.push(verify_school(db, school).await?);
    }
    Ok(whole)
}

async fn verify_school(db: &Db, school: SchoolId) -> Result<Whole, NotVerified> {
    let (mut rows, mut head) = (0, vec![0; 32]);
    loop {
        let mut txn = db.begin(school).await?;
        let page = db::audit::after(&mut txn, rows, PAGE).await?;
        if page.is_empty() {
            return Ok(Whole { school, rows, head });
        }
        for row in page {
            rows += 1;
            if row.number != rows || row.previous != head || row.hash != hash(school, &row) {
                return Err(Tampered { school, number: rows }.into());
            }
            head = row.hash;
        }
    }
}

/// The same words as in `migrations/6_doors.sql`.
fn hash(school: SchoolId, row: &Kept) -> Vec<u8> {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let words = [
        hex(&row.previous),
        school.to_string(),
        row.number.to_string(),
        (row.at.unix_timestamp_nanos() / 1_000).to_string(),
        id(row.actor),
        row.verb.clone(),
        id(row.meeting),
        id(row.subject),
    ];
    Sha256::digest(words.join("|")).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
