//! A file of rows that somebody sent, children or colleagues: what it would change, or what is wrong with it.

use serde::{Deserialize, Serialize};

/// A file that was not brought in: nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub file: String,
    pub rows: u32,
    /// Why not even its rows could be read.
    pub whole: Option<String>,
    pub faults: Vec<RowFault>,
    /// The row that was looked at last, where there was too much to mend to go on.
    pub up_to: Option<u32>,
    /// Columns that nothing is read from.
    pub unread: Vec<String>,
}

impl Refused {
    pub fn whole(file: &str, why: impl Into<String>) -> Self {
        Self { file: file.to_owned(), whole: Some(why.into()), ..Self::default() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// As a spreadsheet counts them: the headings are row 1.
    pub row: u32,
    pub column: String,
    pub found: String,
    pub what_to_do: String,
}

/// What a file would change, row by row. Nothing has changed yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub file: String,
    /// The file itself, to be sent again: nothing of it is kept before somebody says yes.
    pub text: String,
    /// What this page shows, in short. Where something else would be changed by then, it is shown again.
    pub seen: String,
    /// Somebody said yes, and meanwhile the school had changed.
    pub is_anew: bool,
    pub new: u32,
    pub changed: u32,
    pub same: u32,
    /// The columns of it that nobody here reads, and those that are read.
    pub unread: Vec<String>,
    pub known: Vec<String>,
    /// The first of those that are new or changed, in the order of the file.
    pub rows: Vec<PreviewRow>,
}

impl Preview {
    /// More than these are counted, and not shown.
    pub const SHOWN: usize = 500;

    pub fn left_out(&self) -> u32 {
        (self.new + self.changed).saturating_sub(u32::try_from(self.rows.len()).unwrap_or(u32::MAX))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRow {
    pub row: u32,
    pub name: String,
    pub is_new: bool,
    pub changes: Vec<Change>,
    /// What may be a slip, and is not refused.
    pub doubts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub column: String,
    /// Empty where nothing stood there.
    pub from: String,
    pub to: String,
}
