//! A file of children: every row is read and judged, and shown beside what the register says, before any child is made
//! or changed.
//!
//! What must stay true: whom a file does not mention stays as they are; what somebody said yes to is what is done.

mod known;
mod row;
mod twice;

use app::{
    components::dates,
    view::file::{Change, Preview, PreviewRow, Refused},
};
use sha2::{Digest, Sha256};
use shared::{PersonId, census};
use time::{Date, OffsetDateTime};

use self::known::{Known, Said, School};
use super::{
    child::{COLUMNS, Child},
    days::read_day,
};
use crate::{
    audit::{Deed, Verb},
    csv::{Table, TableRow},
    db::{self, SchoolTransaction},
};

/// What the rows of a file come to.
pub(super) struct Plan {
    steps: Vec<Step>,
    unread: Vec<String>,
}

/// One child of the file.
struct Step {
    row: u32,
    before: Option<Known>,
    after: Child,
    doubts: Vec<String>,
}

impl Plan {
    /// Of a file beside the school as it is, which nobody else changes meanwhile; or what is wrong with the file.
    pub(super) async fn make(
        txn: &mut SchoolTransaction,
        (name, bytes): (&str, &[u8]),
        by: PersonId,
        today: Date,
    ) -> sqlx::Result<Result<Self, Refused>> {
        let table = match Table::read(bytes, &COLUMNS, &["Full name"]) {
            Ok(table) => table,
            Err(why) => return Ok(Err(Refused::whole(name, why))),
        };
        let all: Vec<_> = table.rows().map(|row| said(&row)).collect();
        let upns: Vec<_> = all.iter().filter_map(|said| said.upn.clone()).collect();
        let names: Vec<_> = all.into_iter().map(|said| said.name).filter(|name| !name.is_empty()).collect();
        let known = db::register_file::lock_known(txn, by, &upns, &names).await?;
        let pupils: Vec<_> = known.iter().map(|known| known.pupil).collect();
        let met = db::meetings::last_met(txn, &pupils).await?;
        let school = School::of(known.into_iter().map(|known| Known::new(known, &met)).collect());
        let mut so_far = twice::Rows::default();
        let steps = table.judge(name, |row| {
            let said = said(row);
            let before = school.find(&said, row);
            let after = row::read(row, before, today);
            let mut doubts: Vec<_> = so_far.meet(&said, before, row).into_iter().collect();
            doubts.extend(school.doubts(&said, before));
            doubts.extend(row::doubts(&after, today));
            doubts.extend(row::stays_away(before.map(|known| &known.child), &after, today));
            Some(Step { row: row.number, before: before.cloned(), after, doubts })
        });
        Ok(steps.map(|steps| Self { steps, unread: table.unread().to_vec() }))
    }

    /// What would be changed, in short: the same for the same file beside the same school.
    pub(super) fn in_short(&self) -> String {
        let mut hash = Sha256::new();
        for step in &self.steps {
            hash.update(format!("{:?}", (step.before.as_ref().map(|known| (known.pupil, &known.child)), &step.after)));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn preview(&self, file: &str, text: &str) -> Preview {
        let changed = self.steps.iter().filter(|step| step.is_change());
        let rows = self.steps.iter().filter(|step| step.is_new() || step.is_change());
        Preview {
            file: file.to_owned(),
            text: text.to_owned(),
            seen: self.in_short(),
            is_anew: false,
            new: count(self.steps.iter().filter(|step| step.is_new())),
            changed: count(changed),
            same: count(self.steps.iter().filter(|step| !step.is_new() && !step.is_change())),
            unread: self.unread.clone(),
            known: COLUMNS.map(str::to_owned).into(),
            rows: rows.take(Preview::SHOWN).map(Step::shown).collect(),
        }
    }

    /// All of it. Says how many are new, and how many changed.
    pub(super) async fn carry_out(
        self,
        txn: &mut SchoolTransaction,
        by: PersonId,
        now: OffsetDateTime,
    ) -> sqlx::Result<(u32, u32)> {
        let done = (
            count(self.steps.iter().filter(|step| step.is_new())),
            count(self.steps.iter().filter(|step| step.is_change())),
        );
        for step in self.steps {
            match &step.before {
                None => {
                    step.after.create(txn).await?;
                }
                Some(known) if step.is_change() => {
                    let deed = Deed::new(by, Verb::RegisterChanged).about(known.pupil.0);
                    db::audit::add(txn, deed, now).await?;
                    change(txn, known, &step.after).await?;
                }
                Some(_) => {}
            }
        }
        db::audit::add(txn, Deed::new(by, Verb::ChildrenBroughtIn), now).await?;
        Ok(done)
    }
}

impl Step {
    fn is_new(&self) -> bool {
        self.before.is_none()
    }

    fn is_change(&self) -> bool {
        self.before.as_ref().is_some_and(|known| known.child != self.after)
    }

    fn shown(&self) -> PreviewRow {
        let before = self.before.as_ref().map(|known| known.child.cells()).unwrap_or_default();
        let cells = COLUMNS.into_iter().zip(before).zip(self.after.cells());
        // The name of somebody new stands above.
        let cells = cells.filter(|((column, _), _)| !(self.is_new() && *column == "Full name"));
        let changes = cells.filter(|((_, from), to)| from != to).map(|((column, from), to)| Change {
            column: column.to_owned(),
            from: in_words(column, from),
            to: in_words(column, to),
        });
        PreviewRow {
            row: self.row,
            name: self.after.full_name.clone(),
            is_new: self.is_new(),
            changes: changes.collect(),
            doubts: self.doubts.clone(),
        }
    }
}

/// A code is never shown without its name.
fn in_words(column: &str, cell: String) -> String {
    match column {
        "Extra help" if !cell.is_empty() => format!("{} ({cell})", census::provision(&cell)),
        "Needs" => {
            let needs = cell.split_whitespace().map(|code| format!("{} ({code})", census::need(code)));
            needs.collect::<Vec<_>>().join(", ")
        }
        "Born" | "Since" | "Left on" => dates::short(&cell),
        _ => cell,
    }
}

fn count(steps: impl Iterator) -> u32 {
    u32::try_from(steps.count()).unwrap_or(u32::MAX)
}

fn said(row: &TableRow<'_>) -> Said {
    Said {
        upn: Some(row.cell("UPN")).filter(|upn| !upn.is_empty()),
        name: row.cell("Full name").to_lowercase(),
        born: read_day(&row.cell("Born")),
    }
}

async fn change(txn: &mut SchoolTransaction, known: &Known, after: &Child) -> sqlx::Result<()> {
    db::people::rename(txn, known.person, &after.full_name, &after.called).await?;
    db::register_line::set(txn, known.pupil, &after.line).await
}
