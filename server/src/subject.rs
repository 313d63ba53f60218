//! Everything that is kept about one child, as one archive: for whoever has the right to ask what the school holds.
//!
//! ```text
//! README.html      what is in it, what is not and why, and the names of others, to be looked at before it is handed on
//! cycles.html      what was tried, whether it happened, what it came to and cost, on one page
//! records/         each agreed record, as it was agreed (JSON, what its hash is of) and to be read
//! passports/       each version of the passport that was saved outside a meeting, likewise
//! picture.jpg      the picture on the passport; what is on it in words, and who chose it, is in “tables”
//! meetings/        what stands in the documents of each meeting, with who said it, but for what is not to be shared
//! tables/          every other row that hangs on the child
//! audit.html       who did, read and took away what
//! names.json       the names of others, and in which files they stand
//! ```
//!
//! What hangs on a child is found by the foreign keys there are, as for erasing: what is erased is what is handed out.
//!
//! What must stay true: what safeguarding restricts is kept out, and what the child asked not to share, and that it is
//! kept out is said; so is it that costs and what is for those who answer for the plan are in; nothing that lets anybody
//! in is in it; it is written down who took it.

mod cycles;
mod documents;
mod html;
mod names;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write},
};

use serde_json::{Map, Value, json};
use shared::{MeetingId, PupilId};
use time::OffsetDateTime;
use uuid::Uuid;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    audit::{self, Verb},
    clock::school_day,
    db::{self, SchoolTransaction, subject},
};

/// Words that were taken out of a meeting. That they are not in it is said of every child: whoever reads the archive
/// does not learn of which of them there are any.
const HIDDEN: &str = "hidden_passages";
const HIDDEN_WHY: &str = "Words that were hidden in a meeting, if any were, and who hid and read them: restricted. Ask the \
     designated safeguarding lead.";

/// Tables whose rows are not handed out, and what is said instead. What begins with `restricted` is never handed out.
const LEFT_OUT: [(&str, &str); 11] = [
    (HIDDEN, HIDDEN_WHY),
    ("withheld", "Who is kept from the child, and why: restricted. Ask the designated safeguarding lead."),
    ("let_near", "Who was kept from the child and is not any more: restricted likewise."),
    ("sharing", "Until when the child is shared with whom: restricted likewise."),
    ("retention_holds", "Whether and why the file is held: for the school’s legal adviser."),
    ("retention_marks", "When the file is to be destroyed: follows from the date of birth and the school’s rules."),
    ("join_links", "Hashes of personal links: they would let nobody in, and say nothing."),
    ("meeting_codes", "Hashes of meeting codes: likewise."),
    ("doc_checkpoints", "The documents of each meeting in a form for machines: what stands in them is in “meetings”."),
    ("doc_heads", "How far each document has come."),
    ("section_authors", "Which browser wrote what: who said and wrote it is in “meetings” and “records”."),
];

/// What is written beside, though no table is left out for it.
const ALSO_NOT_HERE: &str = "Letters that were typed and deleted again: they are kept for two weeks after the agreement at most, \
     to bring documents of several people together, and are not read by anybody.";

/// Said of each meeting of which it is so.
const KEPT_BACK: &str = "the child asked us not to share something they wrote for this meeting. It is left out. Before you \
     answer the request, ask the child about it, together with the data protection lead.";

/// The picture on the passport.
const PICTURE: &str = "picture.jpg";

/// Files by name.
pub(crate) type Files = BTreeMap<String, String>;

#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    #[error("there is no such child")]
    NoSuchPupil,
    #[error("a record or document of theirs cannot be read")]
    Unreadable,
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
    #[error("the archive could not be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the archive could not be written: {0}")]
    Io(#[from] std::io::Error),
}

/// The archive. `taken_by` is nobody when it is made from the terminal.
pub async fn export(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    taken_by: Option<shared::PersonId>,
    now: OffsetDateTime,
) -> Result<Vec<u8>, NotExported> {
    let deed = audit::Deed { actor: taken_by, verb: Verb::SubjectExported, meeting: None, subject: Some(pupil.0) };
    db::audit::add(txn, deed, now).await?;
    let (files, picture) = gather(txn, pupil, now).await?;
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in files {
        archive.start_file(name, options)?;
        archive.write_all(content.as_bytes())?;
    }
    if let Some(jpeg) = picture {
        archive.start_file(PICTURE, options)?;
        archive.write_all(&jpeg)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// All there is to be read, and the picture.
async fn gather(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    now: OffsetDateTime,
) -> Result<(Files, Option<Vec<u8>>), NotExported> {
    let mut tables: BTreeMap<String, Vec<Map<String, Value>>> = BTreeMap::new();
    for (table, row) in subject::rows(txn, pupil).await? {
        let Value::Object(row) = row else { continue };
        let rows = tables.entry(table).or_default();
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let child = tables.get("people").and_then(|rows| rows.first()).ok_or(NotExported::NoSuchPupil)?.clone();
    let everybody = subject::everybody(txn).await?;
    let who: BTreeMap<Uuid, &str> = everybody.iter().map(|person| (person.id, person.display_name.as_str())).collect();
    let words =
        |row: &Map<String, Value>, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let meetings: BTreeMap<Uuid, String> = rows_of(&tables, "meetings")
        .filter_map(|row| {
            let (id, day) = (id(row, "id")?, words(row, "held_on"));
            // There may be several on one day.
            let is_passport = row.get("for_passport").and_then(Value::as_bool) == Some(true);
            let title =
                if is_passport { format!("{day} passport {id}") } else { format!("{day} cycle {}", row.get("cycle")?) };
            Some((id, title))
        })
        .collect();

    let mut files = Files::new();
    for record in rows_of(&tables, "records") {
        let meeting = id(record, "meeting_id").and_then(|id| meetings.get(&id)).cloned().unwrap_or_default();
        let name = format!("records/{meeting} version {}", record.get("version").unwrap_or(&Value::Null));
        kept(&mut files, &name, &format!("Agreed record, {meeting}"), words(record, "canonical_json"), &who)?;
    }
    for passport in rows_of(&tables, "passports") {
        let (day, id) = (words(passport, "saved_at"), words(passport, "id"));
        let day = day.split('T').next().unwrap_or_default();
        let (name, title) = (format!("passports/{day} {id}"), format!("Passport, saved {day}"));
        kept(&mut files, &name, &title, words(passport, "canonical_json"), &who)?;
    }
    let mut left_out: BTreeSet<String> = [ALSO_NOT_HERE, HIDDEN_WHY].map(str::to_owned).into();
    for (meeting, title) in &meetings {
        let read = documents::read(txn, MeetingId(*meeting), &who).await.ok_or(NotExported::Unreadable)?;
        let page = html::page(&format!("What stands in the documents, {title}"), &documents::page(&read.sections));
        files.insert(format!("meetings/{title}.html"), page);
        files.insert(format!("meetings/{title}.json"), html::pretty(&json!(read.sections)));
        if read.keeps_back {
            left_out.insert(format!("{title}: {KEPT_BACK}"));
        }
    }
    for (table, rows) in &mut tables {
        let reason = LEFT_OUT.iter().find(|(name, _)| name == table).map(|(_, reason)| *reason);
        let restricted = table.starts_with("restricted").then_some("Restricted: ask the designated safeguarding lead.");
        if let Some(reason) = reason.or(restricted) {
            left_out.insert(reason.to_owned());
            continue;
        }
        rows.iter_mut().for_each(plain);
        let rows: Vec<Value> = rows.iter().cloned().map(Value::Object).collect();
        files.insert(format!("tables/{table}.html"), html::page(table, &html::value(&json!(rows), &who)));
        files.insert(format!("tables/{table}.json"), html::pretty(&json!(rows)));
    }

    let about: Vec<Uuid> = tables.values().flatten().filter_map(|row| id(row, "id")).collect();
    let mut deeds = subject::deeds(txn, &about).await?;
    deeds.retain(|deed| Verb::RESTRICTED.iter().all(|restricted| deed.verb != restricted.name()));
    let deeds = deeds.into_iter().map(|deed| {
        let actor = deed.actor.map(|actor| who.get(&actor).map_or("somebody who is not here any more", |name| *name));
        json!({ "at": deed.at.to_string(), "who": actor.unwrap_or("the server"), "what": deed.verb })
    });
    let deeds = Value::Array(deeds.collect());
    files.insert("audit.html".to_owned(), html::page("Who did what", &html::value(&deeds, &who)));
    files.insert("audit.json".to_owned(), html::pretty(&deeds));

    let name = words(&child, "full_name");
    files.insert(cycles::NAME.to_owned(), cycles::of(txn, pupil, &name).await?);
    let others = names::of_others(&everybody, id(&child, "id"), &files);
    files.insert("names.json".to_owned(), html::pretty(&json!(others)));
    let picture = db::pictures::find(txn, pupil).await?;
    let all: Vec<_> = files.keys().map(String::as_str).chain(picture.as_ref().map(|_| PICTURE)).collect();
    let read_me = html::read_me(&name, school_day(now), &all, &left_out, &others);
    files.insert("README.html".to_owned(), read_me);
    Ok((files, picture))
}

/// As it was kept, and to be read.
fn kept(
    files: &mut Files,
    name: &str,
    title: &str,
    canonical: String,
    who: &BTreeMap<Uuid, &str>,
) -> Result<(), NotExported> {
    let read: Value = serde_json::from_str(&canonical).map_err(|_| NotExported::Unreadable)?;
    files.insert(format!("{name}.html"), html::page(title, &html::value(&read, who)));
    files.insert(format!("{name}.json"), canonical);
    Ok(())
}

fn rows_of<'a>(
    tables: &'a BTreeMap<String, Vec<Map<String, Value>>>,
    table: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    tables.get(table).into_iter().flatten()
}

fn id(row: &Map<String, Value>, key: &str) -> Option<Uuid> {
    row.get(key)?.as_str()?.parse().ok()
}

/// Without what is in another file already, and without bytes, which are hashes.
fn plain(row: &mut Map<String, Value>) {
    row.retain(|key, value| {
        let is_bytes = value.as_str().is_some_and(|words| words.starts_with("\\x"));
        !is_bytes && key != "school_id" && key != "canonical_json"
    });
}
