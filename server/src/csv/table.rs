//! A table that somebody sends: columns by their names, rows by their numbers, and what is wrong cell by cell.
//!
//! What must stay true: a cell is one line with nothing in it that nobody sees; an answer is never many times as long as
//! the file it answers.

use std::collections::HashMap;

use app::view::file::{Refused, RowFault};
use shared::plain::line;

use super::unguarded;

/// How long a name or a class may be.
pub(crate) const CELL_LIMIT: usize = 200;

/// So many things to mend are told at once. Each is longer than what is wrong: the answer to a small file that is
/// wrong everywhere would be a hundred times its size.
const FAULTS_TOLD: usize = 200;

pub(crate) struct Table {
    places: HashMap<&'static str, usize>,
    width: usize,
    unread: Vec<String>,
    rows: Vec<super::Row>,
}

impl Table {
    /// Or why not even its rows can be read. Some columns have to be there.
    pub(crate) fn read(bytes: &[u8], columns: &[&'static str], needed: &[&'static str]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| "This is not a CSV file that we can read. In Excel, choose “Save as”, then “CSV UTF-8”.")?;
        if text.contains('\0') {
            return Err("This is not a CSV file. In your spreadsheet, choose “Save as”, then “CSV”.".to_owned());
        }
        let rows = super::read(text).map_err(|line| {
            format!("A quotation mark in row {line} is never closed, so we cannot tell where its cell ends.")
        })?;
        let mut rows = rows.into_iter();
        let (_, headings) = rows.next().ok_or("The file is empty.")?;
        let names: Vec<_> = headings.iter().map(|heading| name(heading)).collect();
        let place = |column: &str| names.iter().position(|heading| *heading == name(column));
        if let Some(missing) = needed.iter().find(|column| place(column).is_none()) {
            return Err(format!(
                "The first row must name the columns, and none is called “{missing}”. The columns are: {}.",
                columns.join(", ")
            ));
        }
        if let Some(twice) =
            columns.iter().find(|column| names.iter().filter(|named| **named == name(column)).count() > 1)
        {
            return Err(format!("Two columns are called “{twice}”, and we cannot tell which to read. Take one out."));
        }
        let places = columns.iter().filter_map(|column| Some((*column, place(column)?))).collect();
        let is_read = |heading: &String| columns.iter().any(|column| name(column) == name(heading));
        let unread = headings.iter().filter(|heading| !heading.trim().is_empty() && !is_read(heading));
        let unread = unread.map(|heading| line(heading).chars().take(CELL_LIMIT).collect()).take(FAULTS_TOLD).collect();
        let table = Self { places, width: headings.len(), unread, rows: rows.collect() };
        if table.rows.is_empty() { Err("The file has headings and no rows under them.".to_owned()) } else { Ok(table) }
    }

    /// Columns with other names than those we know, as the file says them.
    pub(crate) fn unread(&self) -> &[String] {
        &self.unread
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(number, cells)| Row { table: self, number: *number, cells, faults: vec![] })
    }

    /// What every row comes to; or everything there is to mend in this file.
    pub(crate) fn judge<'a, T>(
        &'a self,
        file: &str,
        mut judge: impl FnMut(&mut Row<'a>) -> Option<T>,
    ) -> Result<Vec<T>, Refused> {
        let unread = self.unread().to_vec();
        let mut refused = Refused { file: file.to_owned(), rows: self.count(), unread, ..Refused::default() };
        let mut judged = vec![];
        for mut row in self.rows() {
            if !row.is_too_wide() {
                judged.extend(judge(&mut row));
            }
            refused.faults.append(&mut row.faults);
            if refused.faults.len() > FAULTS_TOLD {
                refused.faults.truncate(FAULTS_TOLD);
                refused.up_to = Some(row.number);
                return Err(refused);
            }
        }
        if refused.faults.is_empty() { Ok(judged) } else { Err(refused) }
    }
}

/// “Email” names the column “E-mail”.
fn name(heading: &str) -> String {
    heading.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(crate) struct Row<'a> {
    table: &'a Table,
    /// As a spreadsheet counts them: the headings are row 1.
    pub(crate) number: u32,
    cells: &'a [String],
    faults: Vec<RowFault>,
}

impl Row<'_> {
    /// Empty where nothing stands there, or there is no such column.
    pub(crate) fn cell(&self, column: &str) -> String {
        let place = self.table.places.get(column);
        place.and_then(|place| self.cells.get(*place)).map(|cell| line(unguarded(cell))).unwrap_or_default()
    }

    pub(crate) fn fault(&mut self, column: &str, what_to_do: impl Into<String>) {
        let found = self.cell(column).chars().take(CELL_LIMIT).collect();
        self.faults.push(RowFault {
            row: self.number,
            column: column.to_owned(),
            found,
            what_to_do: what_to_do.into(),
        });
    }

    /// A cell that is not longer than words are.
    pub(crate) fn words(&mut self, column: &str) -> String {
        let words = self.cell(column);
        if words.chars().count() > CELL_LIMIT {
            self.fault(column, format!("That is longer than {CELL_LIMIT} letters."));
        }
        words
    }

    /// A comma inside a name that is not in quotation marks shifts all that comes after it: nothing else is worth saying.
    fn is_too_wide(&mut self) -> bool {
        let wide = self.cells.iter().skip(self.table.width).any(|cell| !cell.trim().is_empty());
        if wide {
            let first = self.table.places.iter().min_by_key(|(_, place)| **place).map_or("", |(column, _)| *column);
            self.fault(
                first,
                "This row has more cells than the headings. Put what has a comma in it between quotation marks.",
            );
        }
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_is_said_to_be_none() {
        let read = |bytes: &[u8]| Table::read(bytes, &["Name", "Post"], &["Name"]);
        for file in
            [&b""[..], b"Name,Post\n", b"a,b\n1,2\n", &[0xff, 0xfe, 0x41], b"PK\0\0Name", b"Name,Post\n\"Ada,N\n"]
        {
            assert!(read(file).is_err());
        }
        assert_eq!(read(b"post, NA-ME\nteacher,Ada\n").map(|table| table.count()), Ok(1));
    }

    #[test]
    fn a_column_that_is_not_read_is_named_and_one_that_stands_twice_is_refused() {
        let read = |file: &str| Table::read(file.as_bytes(), &["Name", "Post"], &["Name"]);
        let unread = |file| read(file).map(|table| table.unread().to_vec());
        assert_eq!(unread("Name,post,\nAda,teacher\n"), Ok(vec![]));
        assert_eq!(
            unread("Name,Date of birth, LAC\nAda,1/2/2018,yes\n"),
            Ok(vec!["Date of birth".into(), "LAC".into()])
        );
        assert!(
            unread("Name,Post,NAME\nAda,teacher,Ada\n").is_err_and(|why| why.contains("Two columns are called “Name”"))
        );
    }

    #[test]
    fn everything_to_mend_is_told_at_once_and_no_more_than_somebody_reads() {
        let judge = |file: &str| {
            let table = Table::read(file.as_bytes(), &["Name"], &["Name"]).unwrap();
            table.judge("staff.csv", |row| match row.words("Name").as_str() {
                "x" => {
                    row.fault("Name", "No.");
                    None
                }
                name => Some(name.to_owned()),
            })
        };
        // What a spreadsheet was kept from taking for a formula comes back as it left.
        assert_eq!(judge("Name\nAda\n'=B\n'Tis\n"), Ok(vec!["Ada".to_owned(), "=B".to_owned(), "'Tis".to_owned()]));
        let wrong = judge("Name\nAda\nx\nLovelace, Ada\n").unwrap_err();
        assert_eq!(wrong.faults.iter().map(|fault| fault.row).collect::<Vec<_>>(), [3, 4]);
        let all = judge(&format!("Name\n{}", "x\n".repeat(1_000))).unwrap_err();
        assert_eq!((all.faults.len(), all.rows, all.up_to), (FAULTS_TOLD, 1_000, Some(202)));
    }
}
