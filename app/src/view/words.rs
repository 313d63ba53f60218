//! What a school calls the plan that its meetings agree, and its tiers of help.

use serde::{Deserialize, Serialize};
use shared::schema::plan::TIERS;

/// So many letters a plan’s name has, and a tier’s.
pub const PLAN_LIMIT: usize = 60;
pub const TIER_LIMIT: usize = 40;

/// Where a school says nothing of its own, it is called as everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolWords {
    /// “Individual Support Plan”; empty for “plan”.
    pub plan: String,
    /// Codes of [`TIERS`] that have a name of their own here, with the name.
    pub tiers: Vec<(String, String)>,
}

impl SchoolWords {
    /// In the middle of a sentence.
    pub fn plan(&self) -> &str {
        if self.plan.is_empty() { "plan" } else { &self.plan }
    }

    /// What a tier is called here; a code that nobody knows is its own name.
    pub fn tier(&self, code: &str) -> String {
        let own = self.tiers.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str());
        let usual = || TIERS.iter().find(|tier| tier.code == code).map(|tier| tier.label);
        own.or_else(usual).unwrap_or(code).to_owned()
    }

    /// Every tier, in their order: its code, and what it is called here.
    pub fn all_tiers(&self) -> Vec<(String, String)> {
        TIERS.iter().map(|tier| (tier.code.to_owned(), self.tier(tier.code))).collect()
    }
}
