//! What was written here and is not at the server yet, kept on this device so that a page that is
//! closed, crashes or loses its phone’s battery loses no word.
//!
//! ```text
//! IndexedDB “roundtable”
//!   unsent   <participant>/<part>/<tab>    →  time written ‖ iv ‖ AES-GCM(entry)
//!   key      “key”                          →  the AES key, which no script can read out
//! ```
//!
//! It departs from OWASP ASVS 14.3.3 (nothing sensitive in browser storage) on purpose, and as
//! little as it can: only what no acknowledgement has come for, and what was refused until its writer
//! lets go of it, never the document; removed then, on “Finish”, and after a day on the next visit of
//! any page; and nothing at all on a device that was called a shared one when its user came in.
//!
//! The encryption keeps the words from whoever looks through the disk’s files, a backup of the
//! profile, or the browser’s storage inspector. It does not keep them from a script of our own
//! origin, from somebody who opens our pages in the same browser profile while the words wait and
//! is signed in as the same person, or from somebody who can run code as this user: the key lies
//! beside what it locks, and cannot lie anywhere better. What protects there is that entries live for moments.
//!
//! What must stay true: `write` returns only after its transaction is complete, on disk as far as a
//! browser can tell; an entry of a tab that lives is left alone; one that changed since it was read
//! is not removed.

mod database;
mod secret;
mod tabs;

use js_sys::{Array, Uint8Array};
use shared::ParticipantId;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};

pub(super) use self::tabs::{TabLock, tell_finished, tell_person, when_finished};
use self::{
    database::{Database, Mode, complete, done},
    secret::Secret,
};
use super::{
    entry::{self, Entry, Key, Part},
    keeper::Stamp,
};

/// Before what is encrypted: when it was written, and the iv, which no two writings share.
const TIME: usize = size_of::<f64>();
const IV: usize = secret::IV;

pub(super) struct Device {
    database: Database,
    secret: Secret,
}

/// An entry of a tab that is gone.
pub(super) struct Found {
    pub(super) key: Key,
    pub(super) stamp: Stamp,
    pub(super) entry: Entry,
    pub(super) written_at: f64,
    pub(super) is_too_old: bool,
}

/// One part of a write.
pub(super) struct Change {
    pub(super) key: Key,
    /// What its entry holds from now on; `None` removes it.
    pub(super) entry: Option<Entry>,
    /// From when on its day is reckoned.
    pub(super) written_at: f64,
    /// Entries that go with it, unless they changed.
    pub(super) gone: Vec<(Key, Stamp)>,
}

/// Whether this device is the person’s own: they said so when they came in. Without a word about it
/// it is not.
pub(super) fn is_own() -> bool {
    crate::components::device::is_own(&crate::components::device::cookies())
}

impl Device {
    /// Nothing, where the browser gives no storage or no encryption. Does not make what is not there
    /// yet, unless it may.
    pub(super) async fn open(may_make: bool) -> Option<Self> {
        let database = Database::open(may_make).await.ok()?;
        let secret = Secret::of(&database).await.ok()?;
        Some(Self { database, secret })
    }

    /// What this person’s tabs left behind that are gone. What nobody can use any more is removed.
    pub(super) async fn find(&self, participant: ParticipantId) -> Vec<Found> {
        let alive = tabs::alive().await;
        let (mut found, mut spared) = (vec![], vec![]);
        for (text, value) in read_all(&self.database).await.unwrap_or_default() {
            let Some(key) = Key::parse(&text).filter(|key| key.participant == participant) else { continue };
            if alive.contains(&key.tab) {
                spared.push(text);
                continue;
            }
            let opened = self.secret.open(&value[TIME..], &about(&text, &value[..TIME])).await;
            if let Some(entry) = opened.ok().and_then(|bytes| Entry::from_bytes(&bytes)) {
                let written_at = time_of(&value);
                let is_too_old = entry::is_too_old(written_at, js_sys::Date::now());
                found.push(Found { key, stamp: stamp_of(&value), entry, written_at, is_too_old });
                // Its words are given back before it goes.
                spared.push(text);
            }
        }
        let _ = remove_old(&self.database, &spared).await;
        found
    }

    /// All of it or nothing.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<(), JsValue> {
        // Before the transaction, which ends as soon as it has nothing to do.
        let mut sealed = vec![];
        for change in changes {
            let key = change.key.to_text();
            let value = match &change.entry {
                Some(entry) => Some(self.seal(&key, entry, change.written_at).await?),
                None => None,
            };
            sealed.push((JsValue::from(key), value));
        }
        let (txn, unsent) = self.database.begin(database::UNSENT, Mode::Write)?;
        for ((key, value), change) in sealed.iter().zip(changes) {
            for (gone, stamp) in &change.gone {
                let gone = JsValue::from(gone.to_text());
                let there = done(&unsent.get(&gone)?).await?;
                if bytes(&there).is_some_and(|value| stamp_of(&value) == *stamp) {
                    unsent.delete(&gone)?;
                }
            }
            match value {
                Some(value) => unsent.put_with_key(&Uint8Array::from(value.as_slice()), key)?,
                None => unsent.delete(key)?,
            };
        }
        complete(&txn).await
    }

    async fn seal(&self, key: &str, entry: &Entry, written_at: f64) -> Result<Vec<u8>, JsValue> {
        let time = written_at.to_be_bytes();
        let mut value = time.to_vec();
        value.extend(self.secret.seal(&entry.to_bytes(), &about(key, &time)).await?);
        Ok(value)
    }
}

/// Removes what is older than a day. For pages that have no meeting of their own.
pub(super) async fn sweep() {
    if let Ok(database) = Database::open(false).await {
        let _ = remove_old(&database, &[]).await;
    }
}

/// Whether anything unsent of anybody waits here. What this tab had to send it knows better: an entry
/// outlives its acknowledgement by a moment.
pub(super) async fn holds_anything(but_of: Option<Uuid>) -> bool {
    let is_known = |key: &Key| Some(key.tab) == but_of && key.part != Part::Words;
    match Database::open(false).await {
        Ok(database) => read_all(&database)
            .await
            .is_ok_and(|all| all.iter().any(|(text, _)| Key::parse(text).is_some_and(|key| !is_known(&key)))),
        Err(_) => false,
    }
}

/// Removes everything, the key too.
pub(super) async fn wipe() {
    if let Ok(database) = Database::open(false).await {
        let _ = database.clear().await;
    }
    let _ = database::delete().await;
}

/// Removes what nobody will ask for any more.
async fn remove_old(database: &Database, spared: &[String]) -> Result<(), JsValue> {
    let now = js_sys::Date::now();
    let is_useless = |text: &String, value: &[u8]| {
        (Key::parse(text).is_none() || entry::is_too_old(time_of(value), now)) && !spared.contains(text)
    };
    let old: Vec<_> = read_all(database).await?.into_iter().filter(|(text, value)| is_useless(text, value)).collect();
    if old.is_empty() {
        return Ok(());
    }
    let (txn, unsent) = database.begin(database::UNSENT, Mode::Write)?;
    for (text, _) in old {
        unsent.delete(&text.into())?;
    }
    complete(&txn).await
}

/// Every entry with its key. What is shorter than an entry can be is none.
async fn read_all(database: &Database) -> Result<Vec<(String, Vec<u8>)>, JsValue> {
    let (_, unsent) = database.begin(database::UNSENT, Mode::Read)?;
    let (keys, values) = (unsent.get_all_keys()?, unsent.get_all()?);
    let (keys, values) = (Array::from(&done(&keys).await?), Array::from(&done(&values).await?));
    let pairs = keys.iter().zip(values.iter());
    Ok(pairs.filter_map(|(key, value)| Some((key.as_string()?, bytes(&value)?))).collect())
}

fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    let bytes = value.dyn_ref::<Uint8Array>()?.to_vec();
    (bytes.len() >= TIME + IV).then_some(bytes)
}

fn time_of(value: &[u8]) -> f64 {
    value[..TIME].try_into().map(f64::from_be_bytes).unwrap_or_default()
}

fn stamp_of(value: &[u8]) -> Stamp {
    value[TIME..TIME + IV].to_vec()
}

/// What is encrypted belongs to this key and this time, and opens under no other.
fn about(key: &str, time: &[u8]) -> Vec<u8> {
    [key.as_bytes(), time].concat()
}
