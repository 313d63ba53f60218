//! A file of colleagues: who would begin here, and then each of them an account and the link to set it up by.
//!
//! What must stay true: somebody who has an account here is left as they are; all of a file begins, or nobody.

use std::collections::HashMap;

use app::view::file::{Change, Preview, PreviewRow, Refused};
use sha2::{Digest, Sha256};
use shared::{PersonId, rights::Post};

use super::{
    accounts::{self as keys, Joiner, NoJoiner},
    sign_in::plain_email,
};
use crate::{
    csv::{SentFile, Table, TableRow},
    db::{self, SchoolTransaction},
    state::AppState,
};

const COLUMNS: [&str; 4] = ["Name", "E-mail", "Post", "Class"];

/// What became of it.
pub(crate) enum Outcome {
    Refused(Refused),
    Look(Preview),
    /// Each with the link that is shown this once. Nothing is kept if this is not committed.
    Begun(Vec<(String, String)>),
}

/// Somebody of the file.
struct Colleague {
    row: u32,
    name: String,
    email: String,
    posts: Vec<Post>,
    class_name: String,
    /// Has an account here already.
    is_known: bool,
    doubts: Vec<String>,
}

pub(crate) async fn bring_in(
    state: &AppState,
    txn: &mut SchoolTransaction,
    file: &SentFile,
    by: PersonId,
) -> sqlx::Result<Outcome> {
    let table = match Table::read(&file.bytes, &COLUMNS, &COLUMNS[..3]) {
        Ok(table) => table,
        Err(why) => return Ok(Outcome::Refused(Refused::whole(&file.name, why))),
    };
    let taken = Taken::of(state, txn, &table).await?;
    let mut so_far = HashMap::new();
    let mut colleagues = match table.judge(&file.name, |row| Some(read(row, &taken, &mut so_far))) {
        Ok(colleagues) => colleagues,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    let seen = in_short(&colleagues);
    if file.seen.as_ref() != Some(&seen) {
        return Ok(Outcome::Look(preview(file, seen, &colleagues)));
    }
    colleagues.retain(|colleague| !colleague.is_known);
    let mut begun = vec![];
    for colleague in colleagues {
        match begin(state, txn, &colleague, by).await? {
            Ok(url) => begun.push((colleague.name, url)),
            // Somebody took the address just now.
            Err(_) => return Ok(Outcome::Refused(Refused::whole(&file.name, TAKEN))),
        }
    }
    Ok(Outcome::Begun(begun))
}

const TAKEN: &str = "An e-mail in it cannot be used any more: an account has it. Send the file again.";

async fn begin(
    state: &AppState,
    txn: &mut SchoolTransaction,
    colleague: &Colleague,
    by: PersonId,
) -> sqlx::Result<Result<String, NoJoiner>> {
    let post = colleague.posts.first().copied().unwrap_or(Post::Teacher);
    let joiner = Joiner { name: &colleague.name, email: &colleague.email, post };
    let joined = keys::join(state, txn, &joiner, Some(by)).await?;
    if let Ok((person, _)) = &joined {
        db::posts::set(txn, *person, &colleague.posts, &colleague.class_name).await?;
    }
    Ok(joined.map(|(_, url)| url))
}

/// Who has which address, and who works here under which name.
struct Taken {
    /// With whether the account is of this school.
    emails: HashMap<String, bool>,
    names: Vec<String>,
}

impl Taken {
    async fn of(state: &AppState, txn: &mut SchoolTransaction, table: &Table) -> sqlx::Result<Self> {
        let mut emails = HashMap::new();
        for email in table.rows().map(|row| plain_email(&row.cell("E-mail"))) {
            if let Some((school, _)) = db::accounts::find_by_email(&state.db, &email).await? {
                emails.insert(email, school == txn.school());
            }
        }
        let staff = db::accounts::staff(txn).await?;
        let names = staff.into_iter().map(|colleague| colleague.name.to_lowercase()).collect();
        Ok(Self { emails, names })
    }
}

fn read(row: &mut TableRow<'_>, taken: &Taken, so_far: &mut HashMap<String, u32>) -> Colleague {
    let (name, email) = (row.cell("Name"), plain_email(&row.cell("E-mail")));
    if name.is_empty() || name.chars().count() > keys::NAME_LIMIT {
        row.fault("Name", format!("Write their name, in {} letters at most.", keys::NAME_LIMIT));
    }
    if !keys::is_email(&email) {
        row.fault("E-mail", "Write an e-mail, such as s.okafor@school.example.");
    } else if let Some(first) = so_far.insert(email.clone(), row.number) {
        row.fault("E-mail", format!("Row {first} has the same e-mail. Each account has its own."));
    }
    let is_known = taken.emails.get(&email).copied();
    if is_known == Some(false) {
        row.fault("E-mail", "This e-mail cannot be used: an account has it already.");
    }
    let posts = posts(row);
    let class_name = row.words("Class");
    if !class_name.is_empty() && !posts.contains(&Post::Teacher) {
        row.fault("Class", "Only a teacher has a class here. Add Teacher to their posts, or leave this empty.");
    }
    let is_namesake = is_known.is_none() && taken.names.contains(&name.to_lowercase());
    let doubts = is_namesake.then(|| {
        "Somebody of this name works here. If it is the same person, take this row out: they get an account on “Staff accounts”."
            .to_owned()
    });
    Colleague {
        row: row.number,
        name,
        email,
        posts,
        class_name,
        is_known: is_known == Some(true),
        doubts: doubts.into_iter().collect(),
    }
}

/// One post, or several between commas.
fn posts(row: &mut TableRow<'_>) -> Vec<Post> {
    let cell = row.cell("Post");
    let found: Vec<_> = cell.split([',', ';', '/']).map(|word| post(word.trim())).collect();
    if found.contains(&None) {
        let known: Vec<_> = Post::ALL.into_iter().map(Post::words).collect();
        row.fault("Post", format!("Write one of these, or several with commas: {}.", known.join(", ")));
    }
    Post::ALL.into_iter().filter(|post| found.contains(&Some(*post))).collect()
}

fn post(words: &str) -> Option<Post> {
    let words = words.to_lowercase();
    Post::ALL.into_iter().find(|post| post.words().to_lowercase() == words || post.name() == words)
}

fn in_short(colleagues: &[Colleague]) -> String {
    let mut hash = Sha256::new();
    for Colleague { name, email, posts, class_name, is_known, .. } in colleagues {
        hash.update(format!("{:?}", (name, email, posts, class_name, is_known)));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn preview(file: &SentFile, seen: String, colleagues: &[Colleague]) -> Preview {
    let count = |is_known| {
        let found = colleagues.iter().filter(|colleague| colleague.is_known == is_known).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let rows = colleagues.iter().filter(|colleague| !colleague.is_known).take(Preview::SHOWN).map(shown);
    Preview {
        file: file.name.clone(),
        text: String::from_utf8_lossy(&file.bytes).into_owned(),
        seen,
        is_anew: file.seen.is_some(),
        new: count(false),
        changed: 0,
        same: count(true),
        rows: rows.collect(),
    }
}

fn shown(colleague: &Colleague) -> PreviewRow {
    let Colleague { row, name, email, posts, class_name, doubts, .. } = colleague;
    let posts = posts.iter().map(|post| post.words()).collect::<Vec<_>>().join(", ");
    let cells = [("E-mail", email.clone()), ("Post", posts), ("Class", class_name.clone())];
    let change = |(column, to): (&str, String)| Change { column: column.to_owned(), from: String::new(), to };
    PreviewRow {
        row: *row,
        name: name.clone(),
        is_new: true,
        changes: cells.into_iter().filter(|(_, to)| !to.is_empty()).map(change).collect(),
        doubts: doubts.clone(),
    }
}
