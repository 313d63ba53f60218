//! How it went, what comes next, and who does it.

use serde::{Deserialize, Serialize};

use super::items::Item;
use crate::ItemId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewedTarget {
    pub id: ItemId,
    pub pupil_words: String,
    pub title: String,
    pub baseline: String,
    pub exit: String,
    pub delivered: String,
    /// A code of [`review::RATINGS`], or empty.
    pub rating: String,
    pub next_step: String,
    pub before: Scores,
    pub after: Scores,
}

/// Out of ten, from each of three voices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    pub pupil: Option<i64>,
    pub home: Option<i64>,
    pub school: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: ItemId,
    pub words: String,
    pub area: String,
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub id: ItemId,
    pub pupil_words: String,
    pub title: String,
    pub baseline: String,
    pub success: String,
    pub impact: String,
    pub by: String,
    pub area: String,
    pub outcome: String,
    pub before: Scores,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provision {
    pub id: ItemId,
    pub name: String,
    pub who: String,
    pub when: String,
    pub often: String,
    pub place: String,
    pub tier: String,
    pub area: String,
    pub ratio: String,
    pub evidence: String,
    pub targets: Vec<ItemId>,
    pub sessions_per_week: Option<i64>,
    pub minutes: Option<i64>,
    pub weeks: Option<i64>,
    pub sessions: Option<i64>,
}

/// Help in tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrangement {
    pub id: ItemId,
    pub arrangement: String,
    pub context: String,
    /// A code of [`passport::ARRANGEMENT_STATES`](crate::schema::passport::ARRANGEMENT_STATES), or empty.
    pub status: String,
    pub since: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub id: ItemId,
    pub what: String,
    pub who: String,
    pub by: String,
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: ItemId,
    pub name: String,
    pub provision: String,
    pub planned: Option<i64>,
    pub delivered: Option<i64>,
    pub why_not: String,
}

impl ReviewedTarget {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            pupil_words: item.words("pupil_words"),
            title: item.words("title"),
            baseline: item.words("baseline"),
            exit: item.words("exit"),
            delivered: item.words("delivered"),
            rating: item.words("rating"),
            next_step: item.words("next_step"),
            before: Scores::read(item, "before"),
            after: Scores::read(item, "after"),
        }
    }
}

impl Outcome {
    pub(super) fn read(item: &Item) -> Self {
        Self { id: item.id, words: item.words("text"), area: item.words("area"), by: item.words("by") }
    }
}

impl Target {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            pupil_words: item.words("pupil_words"),
            title: item.words("title"),
            baseline: item.words("baseline"),
            success: item.words("success"),
            impact: item.words("impact"),
            by: item.words("by"),
            area: item.words("area"),
            outcome: item.words("outcome"),
            before: Scores::read(item, "before"),
        }
    }
}

impl Provision {
    pub(super) fn read(item: &Item) -> Self {
        let (per_week, weeks) = (item.number("sessions_per_week"), item.number("weeks"));
        // Whoever said how many a week, and for how many weeks, has said how many: nobody types that once more.
        let in_all = || per_week?.checked_mul(weeks?).filter(|sessions| *sessions > 0);
        Self {
            id: item.id,
            name: item.words("name"),
            who: item.words("who"),
            when: item.words("when"),
            often: item.words("often"),
            place: item.words("place"),
            tier: item.words("tier"),
            area: item.words("area"),
            ratio: item.words("ratio"),
            evidence: item.words("evidence"),
            targets: item.words("targets").split_whitespace().filter_map(|id| id.parse().ok()).collect(),
            sessions_per_week: per_week,
            minutes: item.number("minutes"),
            weeks,
            sessions: item.number("sessions").or_else(in_all),
        }
    }
}

impl Arrangement {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            arrangement: item.words("arrangement"),
            context: item.words("context"),
            status: item.words("status"),
            since: item.words("since"),
        }
    }
}

impl Action {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            what: item.words("what"),
            who: item.words("who"),
            by: item.words("by"),
            status: item.words("status"),
        }
    }
}

impl Delivery {
    pub(super) fn read(item: &Item) -> Self {
        Self {
            id: item.id,
            name: item.words("name"),
            provision: item.words("provision"),
            planned: item.number("planned"),
            delivered: item.number("delivered"),
            why_not: item.words("why_not"),
        }
    }
}

impl Scores {
    /// Those of one moment: `before`, `after`.
    fn read(item: &Item, when: &str) -> Self {
        let score = |voice: &str| item.number(&format!("{when}_{voice}"));
        Self { pupil: score("pupil"), home: score("home"), school: score("school") }
    }
}
