//! What is known: the needs that the plan answers, and what was measured.

use serde::{Deserialize, Serialize};

use super::items::Item;
use crate::ItemId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    pub id: ItemId,
    pub need: String,
    /// A code of [`AREAS`](crate::schema::AREAS), or empty.
    pub area: String,
    /// How it is known.
    pub evidence: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub id: ItemId,
    pub measure: String,
    pub value: String,
    /// `YYYY-MM-DD`, or empty.
    pub measured_on: String,
}

impl Need {
    pub(super) fn read(item: &Item) -> Self {
        Self { id: item.id, need: item.words("need"), area: item.words("area"), evidence: item.words("evidence") }
    }
}

impl Baseline {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            measure: item.words("measure"),
            value: item.words("value"),
            measured_on: item.words("measured_on"),
        }
    }
}
