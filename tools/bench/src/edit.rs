//! Edits as bytes. The load keeps no documents, so that it measures the server and not itself.

use std::ops::Range;

use shared::{
    doc::SectionDoc,
    shape::{self, Run},
};
use yrs::{Text, Transact, Update, updates::decoder::Decode};

use crate::{
    dice::Dice,
    paper::{Paper, SECTION, words_of},
};

const LETTERS: &[u8] = b"etaoin shrdlu";

/// One letter, typed after the one before it by the same client, or as its first into this text.
pub(crate) fn letter(client: u64, clock: u32, text: (u64, u32)) -> Vec<u8> {
    const STRING: u8 = 4;
    const AFTER: u8 = 0x80;
    let mut out = vec![1, 1];
    uint(&mut out, client);
    uint(&mut out, clock.into());
    match clock.checked_sub(1) {
        None => {
            out.extend([STRING, 0]);
            uint(&mut out, text.0);
            uint(&mut out, text.1.into());
        }
        Some(before) => {
            out.push(STRING | AFTER);
            uint(&mut out, client);
            uint(&mut out, before.into());
        }
    }
    out.extend([1, LETTERS[clock as usize % LETTERS.len()], 0]);
    out
}

/// Several letters at once, into an empty text.
pub(crate) fn paste(client: u64, words: &str, text: (u64, u32)) -> Vec<u8> {
    let mut out = vec![1, 1];
    uint(&mut out, client);
    out.extend([0, 4, 0]);
    uint(&mut out, text.0);
    uint(&mut out, text.1.into());
    uint(&mut out, words.len() as u64);
    out.extend(words.as_bytes());
    out.push(0);
    out
}

/// What somebody does who writes for a long time: letters, one in eight taken back, the caret set
/// elsewhere now and then. Each edit is one update.
pub(crate) fn history(paper: &Paper, texts: Range<usize>, client: u64, edits: usize) -> Vec<Vec<u8>> {
    let doc = SectionDoc::from_state(SECTION, client, &paper.state).expect("our own state");
    let mut dice = Dice::new(client);
    let mut updates = Vec::with_capacity(edits);
    let each = edits.div_ceil(texts.len());
    let mut words = words_of(&doc, texts.start);
    let (mut caret, mut length) = (0, 0);
    for edit in 0..edits {
        if edit % each == 0 {
            words = words_of(&doc, texts.start + edit / each);
            (caret, length) = (0, 0);
        }
        let mut txn = doc.yrs().transact_mut();
        if dice.chance(1, 100) {
            caret = dice.below(length + 1);
        }
        if caret > 0 && dice.chance(12, 100) {
            caret -= 1;
            length -= 1;
            words.remove_range(&mut txn, caret, 1);
        } else {
            let letter = LETTERS[dice.below(LETTERS.len() as u32) as usize];
            words.insert(&mut txn, caret, char::from(letter).encode_utf8(&mut [0; 4]));
            caret += 1;
            length += 1;
        }
        updates.push(txn.encode_update_v1());
    }
    updates
}

/// What an update inserts: runs of letters, by the client that typed them.
pub(crate) fn inserts(update: &[u8]) -> Vec<Run> {
    shape::outline(SECTION, update).map(|outline| outline.inserts).unwrap_or_default()
}

/// How far each client has come in a document made of these updates.
pub(crate) fn apply_all<'a>(doc: &SectionDoc, updates: impl IntoIterator<Item = &'a Vec<u8>>) -> anyhow::Result<()> {
    let mut txn = doc.yrs().transact_mut();
    for update in updates {
        txn.apply_update(Update::decode_v1(update)?)?;
    }
    Ok(())
}

pub(crate) fn uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::words;

    #[test]
    fn letters_pastes_and_histories_are_what_yrs_would_have_made() {
        let paper = Paper::new(3);
        let doc = SectionDoc::from_state(SECTION, 9, &paper.state).unwrap();
        let typed: Vec<_> = (0..14).map(|clock| letter(300, clock, paper.texts[0])).collect();
        apply_all(&doc, &typed).unwrap();
        apply_all(&doc, &[paste(301, "read aloud", paper.texts[1])]).unwrap();
        let history = history(&paper, 2..3, 302, 500);
        apply_all(&doc, &history).unwrap();
        let words = words(&doc);
        assert_eq!(words[..2], ["etaoin shrdlue", "read aloud"]);
        assert!((300..460).contains(&words[2].len()), "{}", words[2].len());
        assert_eq!(inserts(&typed[3]), [Run { client: 300, from: 3, to: 4 }]);
        assert_eq!(inserts(&doc.state()).iter().filter(|run| run.client == 300).map(|run| run.to).max(), Some(14));
    }
}
