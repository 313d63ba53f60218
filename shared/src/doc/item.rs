//! What an item is made with, and what is known of it beside its fields.

use crate::{ItemId, PersonId};

/// Everything about an item but its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMeta {
    pub id: ItemId,
    pub said_by: Option<PersonId>,
    pub captured: String,
    pub said_on: String,
    /// Who took it off the page, if somebody did.
    pub removed_by: Option<PersonId>,
}

/// What a new item begins with.
#[derive(Clone, Debug, Default)]
pub struct NewItem {
    pub said_by: Option<PersonId>,
    pub captured: String,
    pub said_on: String,
    pub values: Vec<(&'static str, Value)>,
}

impl NewItem {
    pub fn by(person: PersonId) -> Self {
        Self { said_by: Some(person), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, field: &'static str, words: impl Into<String>) -> Self {
        self.values.push((field, Value::Words(words.into())));
        self
    }

    #[must_use]
    pub fn with_number(mut self, field: &'static str, number: i64) -> Self {
        self.values.push((field, Value::Number(number)));
        self
    }
}

/// A field’s first content, when an item is made.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, choice, date or ids.
    Words(String),
    Number(i64),
}
