//! The record as bytes: the same wherever it is made, so that its hash can be compared.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The record as bytes: JSON with sorted keys and no spaces, the same wherever it is made.
pub fn canonical_json(record: &impl Serialize) -> Result<String, serde_json::Error> {
    fn sorted(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => {
                // Collected through a sorted map, so that it holds whatever order the JSON library keeps.
                let map: BTreeMap<String, serde_json::Value> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                map.into_iter().collect()
            }
            serde_json::Value::Array(values) => values.into_iter().map(sorted).collect(),
            value => value,
        }
    }
    serde_json::to_string(&sorted(serde_json::to_value(record)?))
}

/// SHA-256 of the canonical JSON, in hexadecimal.
pub fn hash(canonical_json: &str) -> String {
    Sha256::digest(canonical_json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
