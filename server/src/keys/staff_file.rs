//! A file of colleagues: who would begin here, and then each of them an account and the link to set it up by.
//!
//! What must stay true: somebody who has an account here is left as they are; all of a file begins, or nobody.

use std::collections::HashMap;

use app::{
    backend::Viewer,
    view::file::{Change, Preview, PreviewRow, Refused},
};
use sha2::{Digest, Sha256};
use shared::{
    PersonId,
    rights::{Post, may_make_way_in, may_set_post},
};

use super::{
    accounts::{self as keys, Joiner, NoJoiner},
    sign_in::plain_email,
};
use crate::{
    audit::{Deed, Verb},
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
    here: Here,
    doubts: Vec<String>,
}

/// Whether somebody works here already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Here {
    New,
    /// Without an account: they get one, and stay what they are.
    WithoutAccount(PersonId),
    /// With an account of this address: they stay as they are.
    WithAccount,
}

pub(crate) async fn bring_in(
    state: &AppState,
    txn: &mut SchoolTransaction,
    file: &SentFile,
    viewer: Viewer,
) -> sqlx::Result<Outcome> {
    let table = match Table::read(&file.bytes, &COLUMNS, &COLUMNS[..3]) {
        Ok(table) => table,
        Err(why) => return Ok(Outcome::Refused(Refused::whole(&file.name, why))),
    };
    // What people are now, they are until all of it is done.
    db::posts::lock(txn).await?;
    let taken = Taken::of(state, txn, viewer, &table).await?;
    let mut so_far = HashMap::new();
    let mut colleagues = match table.judge(&file.name, |row| Some(read(row, &taken, &mut so_far))) {
        Ok(colleagues) => colleagues,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    let seen = in_short(&colleagues);
    if file.seen.as_ref() != Some(&seen) {
        return Ok(Outcome::Look(preview(file, table.unread(), seen, &colleagues)));
    }
    colleagues.retain(|colleague| colleague.here != Here::WithAccount);
    let mut begun = vec![];
    for colleague in colleagues {
        match begin(state, txn, &colleague, viewer.person).await? {
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
    if let Here::WithoutAccount(person) = colleague.here {
        return keys::open(state, txn, person, &colleague.email, Some(by)).await;
    }
    let post = colleague.posts.first().copied().unwrap_or(Post::Teacher);
    let joiner = Joiner { name: &colleague.name, email: &colleague.email, post };
    let joined = keys::join(state, txn, &joiner, Some(by)).await?;
    if let Ok((person, _)) = &joined {
        db::posts::set(txn, *person, &colleague.posts, &colleague.class_name).await?;
        // The first was told with the account.
        for verb in colleague.posts.iter().skip(1).filter_map(|post| Verb::given(*post, true)) {
            db::audit::add(txn, Deed::new(by, verb).about(person.0), state.clock.now()).await?;
        }
    }
    Ok(joined.map(|(_, url)| url))
}

/// Who has which address, and who works here under which name.
struct Taken {
    /// With whether the account is of this school.
    emails: HashMap<String, bool>,
    /// In small letters, with whoever has no account yet.
    names: HashMap<String, Vec<Option<PersonId>>>,
    /// Whom this sender makes no way in for.
    not_theirs: Vec<PersonId>,
    /// What this sender may make somebody new.
    gives: Vec<Post>,
}

impl Taken {
    async fn of(state: &AppState, txn: &mut SchoolTransaction, viewer: Viewer, table: &Table) -> sqlx::Result<Self> {
        let mut emails = HashMap::new();
        for email in table.rows().map(|row| plain_email(&row.cell("E-mail"))) {
            if let Some((school, _)) = db::accounts::find_by_email(&state.db, &email).await? {
                emails.insert(email, school == txn.school());
            }
        }
        let mine = db::posts::held(txn, viewer).await?;
        let held = db::posts::all_held(txn).await?;
        let gives = Post::ALL.into_iter().filter(|post| may_set_post(&mine, *post, &held)).collect();
        let staff = db::accounts::staff(txn).await?;
        let not_theirs = staff.iter().filter(|other| !may_make_way_in(&mine, &other.posts)).map(|other| other.person);
        let not_theirs = not_theirs.collect();
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for colleague in staff {
            let person = colleague.email.is_none().then_some(colleague.person);
            names.entry(colleague.name.to_lowercase()).or_default().push(person);
        }
        Ok(Self { emails, names, not_theirs, gives })
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
    let namesakes = taken.names.get(&name.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
    let here = match (taken.emails.get(&email), namesakes) {
        (Some(true), _) => Here::WithAccount,
        (Some(false), _) => {
            row.fault("E-mail", "This e-mail cannot be used: an account has it already.");
            Here::New
        }
        (None, [Some(person)]) => Here::WithoutAccount(*person),
        (None, _) => Here::New,
    };
    if let Here::WithoutAccount(person) = here
        && let Some(first) = so_far.insert(person.to_string(), row.number)
    {
        row.fault("Name", format!("Row {first} is the same person."));
    }
    if let Here::WithoutAccount(person) = here
        && taken.not_theirs.contains(&person)
    {
        row.fault("Name", "They hold a post that you cannot give yourself, so you make no way in for them.");
    }
    let posts = posts(row);
    if here == Here::New
        && let Some(post) = posts.iter().find(|post| !taken.gives.contains(post))
    {
        row.fault(
            "Post",
            format!(
                "{} is given by who holds that post already, the first time by the head or by whoever runs the server.",
                post.words()
            ),
        );
    }
    let class_name = row.words("Class");
    if !class_name.is_empty() && !posts.contains(&Post::Teacher) {
        row.fault("Class", "Only a teacher has a class here. Add Teacher to their posts, or leave this empty.");
    }
    let doubt = match here {
        Here::New if !namesakes.is_empty() => Some("Somebody of this name works here already. Is it somebody else?"),
        Here::WithoutAccount(_) => Some("Somebody of this name works here, and gets this account. Their posts stay."),
        _ => None,
    };
    Colleague {
        row: row.number,
        name,
        email,
        posts,
        class_name,
        here,
        doubts: doubt.into_iter().map(str::to_owned).collect(),
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
    for Colleague { name, email, posts, class_name, here, .. } in colleagues {
        hash.update(format!("{:?}", (name, email, posts, class_name, here)));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn preview(file: &SentFile, unread: &[String], seen: String, colleagues: &[Colleague]) -> Preview {
    let count = |is: fn(Here) -> bool| {
        let found = colleagues.iter().filter(|colleague| is(colleague.here)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let rows =
        colleagues.iter().filter(|colleague| colleague.here != Here::WithAccount).take(Preview::SHOWN).map(shown);
    Preview {
        file: file.name.clone(),
        text: String::from_utf8_lossy(&file.bytes).into_owned(),
        seen,
        is_anew: file.seen.is_some(),
        new: count(|here| here == Here::New),
        changed: count(|here| matches!(here, Here::WithoutAccount(_))),
        same: count(|here| here == Here::WithAccount),
        unread: unread.to_vec(),
        known: COLUMNS.map(str::to_owned).into(),
        rows: rows.collect(),
    }
}

fn shown(colleague: &Colleague) -> PreviewRow {
    let Colleague { row, name, email, posts, class_name, doubts, here } = colleague;
    let is_new = *here == Here::New;
    let posts = posts.iter().map(|post| post.words()).collect::<Vec<_>>().join(", ");
    let cells = [("E-mail", email.clone()), ("Post", posts), ("Class", class_name.clone())];
    let change = |(column, to): (&str, String)| Change { column: column.to_owned(), from: String::new(), to };
    PreviewRow {
        row: *row,
        name: name.clone(),
        is_new,
        changes: cells
            .into_iter()
            .take(if is_new { 3 } else { 1 })
            .filter(|(_, to)| !to.is_empty())
            .map(change)
            .collect(),
        doubts: doubts.clone(),
    }
}
