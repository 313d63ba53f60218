//! What was measured, by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    pub(crate) fn put(&mut self, name: impl Into<String>, value: f64) {
        self.0.entry(name.into()).or_default().push(value);
    }

    /// The middle one, where something was measured several times.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        let mut values = self.0.get(name)?.clone();
        values.sort_by(f64::total_cmp);
        values.get((values.len() - 1) / 2).copied()
    }

    /// The least and the greatest.
    pub(crate) fn range(&self, name: &str) -> Option<(f64, f64)> {
        let values = self.0.get(name)?;
        Some(values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value))))
    }

    pub(crate) fn to_json(&self) -> Value {
        let each = self.0.iter().map(|(name, values)| (name.clone(), Value::from(values.clone())));
        Value::Object(each.collect::<Map<_, _>>())
    }
}
