//! The same child twice in one file.

use std::collections::HashMap;

use shared::PupilId;

use super::known::{Known, Said};
use crate::csv::TableRow;

/// The rows that were read so far, by whom they mean.
#[derive(Default)]
pub(super) struct Rows {
    by_number: HashMap<String, u32>,
    by_child: HashMap<PupilId, u32>,
    /// With whether that row has a number.
    by_name: HashMap<Said, (u32, bool)>,
}

impl Rows {
    /// Says so in the row that comes second; where it may be two children, as a doubt.
    pub(super) fn meet(&mut self, said: &Said, found: Option<&Known>, row: &mut TableRow<'_>) -> Option<String> {
        let number = row.number;
        let name = Said { upn: None, ..said.clone() };
        let namesake = self.by_name.insert(name, (number, said.upn.is_some()));
        if let Some(first) = said.upn.clone().and_then(|upn| self.by_number.insert(upn, number)) {
            row.fault("UPN", format!("Row {first} has the same number. One child, one number."));
        } else if let Some(first) = found.and_then(|known| self.by_child.insert(known.pupil, number)) {
            row.fault("Full name", format!("Row {first} is the same child."));
        } else if let Some((first, has_number)) = namesake.filter(|_| !said.name.is_empty()) {
            if !has_number || said.upn.is_none() {
                let what = format!("Row {first} has the same name and birthday. If they are two, give both a number.");
                row.fault("Full name", what);
            } else {
                return Some(format!("Row {first} has the same name and birthday, and another number."));
            }
        }
        None
    }
}
