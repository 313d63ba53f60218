//! What each section holds, as data: lists of items, each with named fields.
//!
//! One table serves everything that must agree on the shape: reading and editing ([`crate::doc`]),
//! the server’s check that an update made nothing undeclared, the page’s labels, the demo’s seed and
//! the agreed record.
//!
//! To add a field: add it to its list here, and to nothing else but the page that shows it. To
//! change what an existing field means, raise [`VERSION`]: a client of another version is told to
//! reload.
//!
//! What must stay true: every item is created with all its text fields at once (two people creating
//! the same text later would lose one of the two), and every free text is a `Y.Text`, never a value.

pub mod actions;
pub mod assess;
pub mod passport;
pub mod pep;
pub mod plan;
pub mod review;
pub mod staff;
pub mod views;

use crate::Section;

/// Of the shapes below. Stored with every document and checked when a client opens it.
pub const VERSION: u32 = 1;

/// How long one text may be, in UTF-16 units, unless its field says otherwise.
pub const TEXT_LIMIT: u32 = 2_000;

/// How many items one list may hold, removed ones counted.
pub const LIST_LIMIT: u32 = 200;

/// Keys that every item has beside its own fields.
pub mod item {
    /// Fractional position in the list (see [`crate::order`]).
    pub const ORDER: &str = "order";
    /// The person whose words these are: a [`crate::PersonId`].
    pub const SAID_BY: &str = "said_by";
    /// How words were captured: “spoken, typed by an adult in the pupil’s own words”.
    pub const CAPTURED: &str = "captured";
    /// The day the words were first said, `YYYY-MM-DD`; empty means in this meeting.
    pub const SAID_ON: &str = "said_on";
    /// Who took the item off the page, or empty. Items are never deleted, so “Put back” brings back
    /// every letter. Written when an item is made, so that taking a pupil’s item away would delete
    /// a mark the pupil owns, which the gate refuses.
    pub const REMOVED_BY: &str = "removed_by";

    pub const ALL: [&str; 5] = [ORDER, SAID_BY, CAPTURED, SAID_ON, REMOVED_BY];
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Free text, written together: a `Y.Text` of at most this many UTF-16 units.
    Text { limit: u32 },
    /// One of these codes, or empty.
    Choice(&'static [Code]),
    /// A whole number in this range, or nothing yet.
    Number { from: i64, to: i64 },
    /// `YYYY-MM-DD`, or empty.
    Date,
    /// Ids of other items, or of a person, separated by spaces; may be empty.
    Ids,
}

/// One answer of a choice: its stable code and the words people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub label: &'static str,
    /// For the pupil, and for the family’s copy.
    pub plain: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    pub key: &'static str,
    /// The visible label.
    pub label: &'static str,
    pub kind: Kind,
}

/// A list of items under one root name. Root names are fixed here alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct List {
    pub key: &'static str,
    /// What the list is called on the page.
    pub label: &'static str,
    /// The words on the button that adds an item, and the label of its first text.
    pub add: &'static str,
    pub fields: &'static [Field],
    /// Exactly one item, made by the server’s seed; cannot be added to.
    pub single: bool,
}

impl List {
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// What people write in words of their own.
    pub fn texts(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(|field| matches!(field.kind, Kind::Text { .. }))
    }
}

/// All lists of a section.
pub fn lists(section: Section) -> &'static [List] {
    match section {
        Section::Passport => passport::LISTS,
        Section::PupilPrivate => views::PRIVATE_LISTS,
        Section::PupilViews | Section::FamilyViews | Section::SchoolViews | Section::SpecialistViews => views::LISTS,
        Section::Assess => assess::LISTS,
        Section::Plan => plan::LISTS,
        Section::Do => actions::LISTS,
        Section::Review => review::LISTS,
        Section::Pep => pep::LISTS,
        Section::PepRestricted => pep::RESTRICTED,
        Section::Costs => staff::COSTS_LISTS,
        Section::StaffPreparation => staff::LISTS,
    }
}

pub fn list(section: Section, key: &str) -> Option<&'static List> {
    lists(section).iter().find(|list| list.key == key)
}

/// Whether this field is the pupil’s part of an item that somebody else may have made.
pub fn is_pupils(list: &List, field: &str) -> bool {
    field == "pupil_words"
        || field.ends_with("_pupil")
        || (list.key == plan::BY_PUPIL.key && list.field(field).is_some())
}

/// The words for a code of a choice field, or the code itself if it is not one of ours.
pub fn label_of(codes: &'static [Code], code: &str) -> String {
    codes.iter().find(|c| c.code == code).map_or_else(|| code.to_owned(), |c| c.label.to_owned())
}

/// The plain words for a code, for the pupil and the family.
pub fn plain_of(codes: &'static [Code], code: &str) -> String {
    codes.iter().find(|c| c.code == code).map_or_else(|| code.to_owned(), |c| c.plain.to_owned())
}

pub(crate) const fn text(key: &'static str, label: &'static str) -> Field {
    Field { key, label, kind: Kind::Text { limit: TEXT_LIMIT } }
}

pub(crate) const fn choice(key: &'static str, label: &'static str, codes: &'static [Code]) -> Field {
    Field { key, label, kind: Kind::Choice(codes) }
}

pub(crate) const fn number(key: &'static str, label: &'static str, from: i64, to: i64) -> Field {
    Field { key, label, kind: Kind::Number { from, to } }
}

pub(crate) const fn date(key: &'static str, label: &'static str) -> Field {
    Field { key, label, kind: Kind::Date }
}

pub(crate) const fn ids(key: &'static str, label: &'static str) -> Field {
    Field { key, label, kind: Kind::Ids }
}

pub(crate) const fn code(code: &'static str, label: &'static str, plain: &'static str) -> Code {
    Code { code, label, plain }
}

pub(crate) const fn list_of(
    key: &'static str,
    label: &'static str,
    add: &'static str,
    fields: &'static [Field],
) -> List {
    List { key, label, add, fields, single: false }
}

pub(crate) const fn one_of(key: &'static str, label: &'static str, fields: &'static [Field]) -> List {
    List { key, label, add: "", fields, single: true }
}

/// The four broad areas of need (SEND Code of Practice 6.28). For planning, never a label on a child.
pub const AREAS: &[Code] = &[
    code("C&I", "Communication and interaction", "talking and being with people"),
    code("C&L", "Cognition and learning", "learning"),
    code("SEMH", "Social, emotional and mental health", "feelings and friends"),
    code("S&P", "Sensory and/or physical", "body and senses"),
];
