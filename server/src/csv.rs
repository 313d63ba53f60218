//! Tables as files that every spreadsheet opens (RFC 4180).

mod table;

pub(crate) use self::table::{CELL_LIMIT, Row as TableRow, Table};

use std::fmt::Write;

/// A file as somebody sent it, and what they had seen of what it would change.
#[derive(Clone, Debug, Default)]
pub(crate) struct SentFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) seen: Option<String>,
}

/// A row, with the number of the line it began on.
pub(crate) type Row = (u32, Vec<String>);

/// All rows but empty ones; or the line of a quotation mark that no other closes: whatever comes after it would be one
/// cell.
pub(crate) fn read(text: &str) -> Result<Vec<Row>, u32> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text.lines().next().unwrap_or_default());
    let (mut rows, mut row, mut cell) = (vec![], vec![], String::new());
    let (mut line, mut began, mut quoted, mut opened) = (1, 1, false, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        line += u32::from(letter == '\n');
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => {
                quoted = !quoted;
                opened = line;
            }
            _ if letter == separator && !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push((began, std::mem::take(&mut row)));
                began = line;
            }
            _ => cell.push(letter),
        }
    }
    if quoted {
        return Err(opened);
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push((began, row));
    }
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()));
    Ok(rows)
}

/// Where the comma is the decimal point, spreadsheets write semicolons. The headings show which it is.
fn separator(headings: &str) -> char {
    let count = |separator: &char| headings.matches(*separator).count();
    [';', '\t', ','].into_iter().max_by_key(count).unwrap_or(',')
}

/// One row. What a spreadsheet would take for a formula is kept from being one: names come from anybody.
pub(crate) fn row<'a>(file: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            file.push(',');
        }
        let guard = if is_formula(cell) { "'" } else { "" };
        // Writing into a `String` cannot fail.
        let _ = write!(file, "\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    file.push_str("\r\n");
}

/// A cell as it was before [`row`] kept it from being a formula.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|cell| is_formula(cell)).unwrap_or(cell)
}

/// As spreadsheets see it: also behind blanks, and in the wide letters of East Asian keyboards.
fn is_formula(cell: &str) -> bool {
    let begins = cell.trim_start();
    begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || cell.starts_with(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let cells = ["Tomek", "said \"train\", twice", "two\nlines", ""];
        let mut file = String::new();
        row(&mut file, cells);
        row(&mut file, ["a", "b"]);
        let rows = vec![(1, cells.map(str::to_owned).to_vec()), (3, vec!["a".into(), "b".into()])];
        assert_eq!(read(&file), Ok(rows));
    }

    #[test]
    fn files_of_many_spreadsheets_are_read() {
        let rows = |file| read(file).unwrap().into_iter().map(|(line, row)| (line, row.join("|"))).collect::<Vec<_>>();
        assert_eq!(rows("\u{feff}a,b\r\n1,2\r\n"), [(1, "a|b".into()), (2, "1|2".into())]);
        assert_eq!(rows("a;b\n\n1;2,5"), [(1, "a|b".into()), (3, "1|2,5".into())]);
        assert_eq!(rows("a\n\"1\n2\"\n3"), [(1, "a".into()), (2, "1\n2".into()), (4, "3".into())]);
        assert_eq!(rows(""), []);
        assert_eq!(read("a,b\n1,\"never\nclosed\n"), Err(2));
    }

    #[test]
    fn a_name_is_no_formula() {
        let mut file = String::new();
        row(&mut file, ["=1+1", " @a", "＝1", "a=1"]);
        assert_eq!(file, "\"'=1+1\",\"' @a\",\"'＝1\",\"a=1\"\r\n");
    }
}
