//! A file of children: every row is read and judged before any child is made.

use std::collections::HashMap;

use app::view::register::RowFault;
use shared::{PersonId, PupilId, census, plain::line};
use time::{Date, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use super::COLUMNS;
use crate::{
    csv,
    db::{
        self, SchoolTransaction,
        people::NewPerson,
        pupils::{Facts, NewPupil},
    },
};

const ISO: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");
const BRITISH: &[BorrowedFormatItem<'static>] = format_description!("[day padding:none]/[month padding:none]/[year]");

pub(in crate::backend) const NO_SUCH_DAY: &str = "There is no such day. Write it as 2018-02-14 or 14/02/2018.";
const NOT_YET: &str = "That day has not come yet. Look at the year.";
const LONG_AGO: &str = "That is more than 26 years ago: nobody born then is at a school. Look at the year.";
const BEFORE_BIRTH: &str = "That is before the child was born. Look at both days.";

/// Older is nobody who has a plan of a school.
const OLDEST_YEARS: i32 = 26;

/// Why a child cannot have been born then.
pub(in crate::backend) fn no_birthday(born: Date, today: Date) -> Option<&'static str> {
    match born {
        born if born > today => Some(NOT_YET),
        born if born.year() + OLDEST_YEARS < today.year() => Some(LONG_AGO),
        _ => None,
    }
}

/// Why extra help cannot have been decided then.
pub(in crate::backend) fn no_beginning(since: Date, born: Option<Date>, today: Date) -> Option<&'static str> {
    match since {
        since if since > today => Some(NOT_YET),
        since if born.is_some_and(|born| since < born) => Some(BEFORE_BIRTH),
        _ => None,
    }
}

/// How long a name or a class may be.
pub(in crate::backend) const CELL_LIMIT: usize = 200;

/// So many things to mend are told at once. Each is longer than what is wrong: the answer to a small file that is
/// wrong everywhere would be a hundred times its size.
const FAULTS_TOLD: usize = 200;

pub(super) enum Unreadable {
    Whole(String),
    /// With the row that was looked at last, if that was not all.
    Rows {
        rows: u32,
        faults: Vec<RowFault>,
        up_to: Option<u32>,
    },
}

/// A child as the file says it, with nothing left to object to.
pub(super) struct Child {
    row: u32,
    pub(super) upn: Option<String>,
    full_name: String,
    called: String,
    year_group: String,
    class_name: String,
    born_on: Option<Date>,
    provision: String,
    since: Option<Date>,
    needs: Vec<String>,
    looked_after: bool,
    home_language: String,
}

/// `today`, because nobody is born later.
pub(super) fn read(bytes: &[u8], today: Date) -> Result<Vec<Child>, Unreadable> {
    let whole = |why: &str| Unreadable::Whole(why.to_owned());
    let text = std::str::from_utf8(bytes)
        .map_err(|_| whole("This is not a CSV file that we can read. In Excel, choose “Save as”, then “CSV UTF-8”."))?;
    if text.contains('\0') {
        return Err(whole("This is not a CSV file. In your spreadsheet, choose “Save as”, then “CSV”."));
    }
    let rows = csv::read(text).map_err(|line| {
        Unreadable::Whole(format!(
            "A quotation mark in row {line} is never closed, so we cannot tell where its cell ends."
        ))
    })?;
    let mut rows = rows.into_iter();
    let (_, headings) = rows.next().ok_or_else(|| whole("The file is empty."))?;
    let place = |column: &str| headings.iter().position(|heading| heading.trim().eq_ignore_ascii_case(column));
    if let Some(missing) = ["Full name", "Extra help"].into_iter().find(|column| place(column).is_none()) {
        return Err(whole(&format!(
            "The first row must name the columns, and none is called “{missing}”. The columns are: {}.",
            COLUMNS.join(", ")
        )));
    }
    let places: HashMap<&str, usize> = COLUMNS.iter().filter_map(|column| Some((*column, place(column)?))).collect();
    let rows: Vec<_> = rows.collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    if rows.is_empty() {
        return Err(whole("The file has headings and no children."));
    }
    let mut faults = vec![];
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut children = vec![];
    for (row, cells) in &rows {
        let mut reader = Reader { row: *row, cells, places: &places, today, faults: vec![] };
        let child = (!reader.is_too_wide(headings.len())).then(|| reader.child());
        if let Some(first) =
            child.as_ref().and_then(|child| child.upn.as_ref()).and_then(|upn| seen.insert(upn.clone(), *row))
        {
            reader.fault("UPN", format!("Row {first} has the same number. One child, one number."));
        }
        faults.append(&mut reader.faults);
        children.extend(child);
        if faults.len() > FAULTS_TOLD {
            faults.truncate(FAULTS_TOLD);
            return Err(Unreadable::Rows { rows: count, faults, up_to: Some(*row) });
        }
    }
    if faults.is_empty() { Ok(children) } else { Err(Unreadable::Rows { rows: count, faults, up_to: None }) }
}

struct Reader<'a> {
    row: u32,
    cells: &'a [String],
    places: &'a HashMap<&'static str, usize>,
    today: Date,
    faults: Vec<RowFault>,
}

impl Reader<'_> {
    /// A comma inside a name that is not in quotation marks shifts all that comes after it: nothing else is worth saying.
    fn is_too_wide(&mut self, columns: usize) -> bool {
        let wide = self.cells.iter().skip(columns).any(|cell| !cell.trim().is_empty());
        if wide {
            self.fault(
                "Full name",
                "This row has more cells than the headings. Put what has a comma in it between quotation marks.",
            );
        }
        wide
    }

    /// On one line, and nothing in it that nobody sees.
    fn cell(&self, column: &str) -> String {
        let place = self.places.get(column);
        place.and_then(|place| self.cells.get(*place)).map(|cell| line(cell)).unwrap_or_default()
    }

    fn fault(&mut self, column: &str, what_to_do: impl Into<String>) {
        let found = self.cell(column).chars().take(CELL_LIMIT).collect();
        self.faults.push(RowFault { row: self.row, column: column.to_owned(), found, what_to_do: what_to_do.into() });
    }

    fn words(&mut self, column: &str) -> String {
        let words = self.cell(column);
        if words.chars().count() > CELL_LIMIT {
            self.fault(column, format!("That is longer than {CELL_LIMIT} letters."));
        }
        words
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let words = self.cell(column);
        if words.is_empty() {
            return None;
        }
        let day = read_day(&words);
        if day.is_none() {
            self.fault(column, NO_SUCH_DAY);
        }
        day
    }

    fn born(&mut self) -> Option<Date> {
        let born = self.day("Born");
        if let Some(why) = born.and_then(|born| no_birthday(born, self.today)) {
            self.fault("Born", why);
        }
        born
    }

    fn since(&mut self, born: Option<Date>) -> Option<Date> {
        let since = self.day("Since");
        if let Some(why) = since.and_then(|since| no_beginning(since, born, self.today)) {
            self.fault("Since", why);
        }
        since
    }

    fn child(&mut self) -> Child {
        let full_name = self.words("Full name");
        if full_name.is_empty() {
            self.fault("Full name", "Every child needs a name.");
        }
        let called = self.words("Called");
        let called = if called.is_empty() { first_name(&full_name) } else { called };
        let provision = self.provision();
        let needs = self.needs(&provision);
        let upn = Some(self.words("UPN")).filter(|upn| !upn.is_empty());
        let born_on = self.born();
        Child {
            row: self.row,
            upn,
            called,
            year_group: self.year_group(),
            class_name: self.words("Class"),
            since: self.since(born_on),
            born_on,
            looked_after: self.yes("Looked after"),
            home_language: self.words("Home language"),
            full_name,
            provision,
            needs,
        }
    }

    fn provision(&mut self) -> String {
        let code = census::provision_code(&self.cell("Extra help"));
        if code.is_none() {
            self.fault("Extra help", census::NO_PROVISION);
        }
        code.map_or_else(|| self.cell("Extra help").to_uppercase(), str::to_owned)
    }

    fn needs(&mut self, provision: &str) -> Vec<String> {
        let (needs, wrong) = census::needs(&self.cell("Needs"), provision);
        for what in wrong {
            self.fault("Needs", what);
        }
        needs
    }

    fn year_group(&mut self) -> String {
        let cell = self.cell("Year group");
        census::year_group(&cell).unwrap_or_else(|| {
            self.fault("Year group", census::NO_YEAR_GROUP);
            cell
        })
    }

    fn yes(&mut self, column: &str) -> bool {
        match self.cell(column).to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => true,
            "" | "no" | "n" | "false" | "0" => false,
            _ => {
                self.fault(column, "Write yes or no.");
                false
            }
        }
    }
}

/// A day as a spreadsheet or a browser writes it.
pub(in crate::backend) fn read_day(words: &str) -> Option<Date> {
    Date::parse(words, ISO).or_else(|_| Date::parse(words, BRITISH)).ok()
}

fn first_name(full: &str) -> String {
    full.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Children whose number the school knows.
pub(super) fn already_here(children: &[Child], known: &[(String, String)]) -> Vec<RowFault> {
    let fault = |child: &Child| {
        let upn = child.upn.as_ref()?;
        let (_, whose) = known.iter().find(|(known, _)| known == upn)?;
        Some(RowFault {
            row: child.row,
            column: "UPN".to_owned(),
            found: upn.clone(),
            what_to_do: format!("Already belongs to {whose}. One child, one number."),
        })
    };
    children.iter().filter_map(fault).collect()
}

#[expect(clippy::disallowed_methods, reason = "new people, made on the server alone")]
pub(super) async fn create(txn: &mut SchoolTransaction, child: &Child) -> sqlx::Result<()> {
    let (person, pupil) = (PersonId(Uuid::now_v7()), PupilId(Uuid::now_v7()));
    let new = NewPerson { id: person, kind: "pupil", full_name: &child.full_name, display_name: &child.called };
    db::people::create(txn, new).await?;
    let new = NewPupil { id: pupil, person, year_group: &child.year_group, looked_after: child.looked_after };
    db::pupils::create(txn, new).await?;
    let facts = Facts {
        class_name: &child.class_name,
        upn: child.upn.as_deref(),
        born_on: child.born_on,
        home_language: &child.home_language,
        sen_provision: &child.provision,
        sen_since: child.since,
        needs: &child.needs,
        ..Facts::default()
    };
    db::pupils::set_facts(txn, pupil, facts).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = time::macros::date!(2026 - 11 - 19);

    fn faults(file: &str) -> Vec<(u32, String, String)> {
        match read(file.as_bytes(), TODAY) {
            Err(Unreadable::Rows { faults, .. }) => {
                faults.into_iter().map(|fault| (fault.row, fault.column, fault.found)).collect()
            }
            Err(Unreadable::Whole(why)) => panic!("{why}"),
            Ok(_) => vec![],
        }
    }

    #[test]
    fn each_row_is_told_what_is_wrong_with_it() {
        let file = "Full name,Year group,Born,Extra help,Needs,UPN\n\
                    Ada One,4,2018-02-14,K,ASD SLCN,A1\n\
                    Ben Two,4,31/02/2019,K,ASD,A2\n\
                    Cy Three,40,,K,SALT,A3\n\
                    ,R,,X,,A1\n\
                    Di Five,R,1/9/2019,E,NSA,\n\
                    Ed Six,R,2036-02-14,K,ASD,\n\
                    Fox, Fay,R,2018-02-14,K,ASD,A9\n";
        let expected = [
            (3, "Born", "31/02/2019"),
            (4, "Needs", "SALT"),
            (4, "Year group", "40"),
            (5, "Full name", ""),
            (5, "Extra help", "X"),
            (5, "Needs", ""),
            (5, "UPN", "A1"),
            (6, "Needs", "NSA"),
            (7, "Born", "2036-02-14"),
            (8, "Full name", "Fox"),
        ];
        assert_eq!(faults(file), expected.map(|(row, column, found)| (row, column.to_owned(), found.to_owned())));
    }

    #[test]
    fn what_is_no_list_of_children_is_said_to_be_none() {
        for file in [
            &b""[..],
            b"Full name,Extra help\n",
            b"a,b\n1,2\n",
            &[0xff, 0xfe, 0x41],
            b"PK\0\0Full name",
            b"Full name,Extra help\n\"Ada,N\n",
        ] {
            assert!(matches!(read(file, TODAY), Err(Unreadable::Whole(_))));
        }
    }
}
