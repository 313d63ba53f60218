//! What an attacker sends. The same seventeen ideas that the best known servers were tried with.

use crate::{
    attacker::{BINARY, awareness, frame, update},
    dice::Dice,
    edit::{self, uint},
    paper::Paper,
};

/// A claim of 2³² − 1, and one of 2⁵³ − 1.
const HUGE: [u8; 5] = [255, 255, 255, 255, 15];
const HUGER: [u8; 8] = [255, 255, 255, 255, 255, 255, 255, 15];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    RandomBytes,
    RandomUpdates,
    FlippedBits,
    TruncatedUpdates,
    EmptyAndUnknown,
    HugeLengths,
    HugeRuns,
    DeepJson,
    MissingPast,
    AwarenessGarbage,
    AwarenessFlood,
    BigFrame,
    BigUpdate,
    TextFrames,
    BrokenFrames,
    SlowReaders,
    ReconnectStorm,
}

impl Attack {
    pub(crate) const ALL: [Self; 17] = [
        Self::RandomBytes,
        Self::RandomUpdates,
        Self::FlippedBits,
        Self::TruncatedUpdates,
        Self::EmptyAndUnknown,
        Self::HugeLengths,
        Self::HugeRuns,
        Self::DeepJson,
        Self::MissingPast,
        Self::AwarenessGarbage,
        Self::AwarenessFlood,
        Self::BigFrame,
        Self::BigUpdate,
        Self::TextFrames,
        Self::BrokenFrames,
        Self::SlowReaders,
        Self::ReconnectStorm,
    ];

    /// The bodies of messages for the document; nothing for attacks of another kind.
    pub(crate) fn messages(self, paper: &Paper) -> Vec<Vec<u8>> {
        let text = paper.texts[0];
        let mut dice = Dice::new(self as u64 + 1);
        let count = |count: u32| 0..count;
        match self {
            Self::RandomBytes => count(2000).map(|_| random(&mut dice, 512)).collect(),
            Self::RandomUpdates => count(2000).map(|_| update(&random(&mut dice, 300))).collect(),
            Self::FlippedBits => count(3000)
                .map(|i| {
                    let mut bytes = edit::letter(u64::from(5000 + i % 50), i % 40, text);
                    for _ in 0..dice.between(1, 4) {
                        let at = dice.below(bytes.len() as u32) as usize;
                        bytes[at] ^= 1 << dice.below(8);
                    }
                    update(&bytes)
                })
                .collect(),
            Self::TruncatedUpdates => count(600)
                .map(|i| {
                    let whole = edit::paste(u64::from(6000 + i), &"hello world ".repeat(5), text);
                    let cut = |bytes: &[u8], dice: &mut Dice| {
                        bytes[..dice.between(1, bytes.len() as u32 - 1) as usize].to_vec()
                    };
                    if i % 2 == 0 { cut(&update(&whole), &mut dice) } else { update(&cut(&whole, &mut dice)) }
                })
                .collect(),
            Self::EmptyAndUnknown => count(600)
                .map(|i| match i % 3 {
                    0 => vec![],
                    1 => vec![dice.between(11, 120) as u8, 1, 2, 3],
                    _ => vec![0, dice.between(3, 100) as u8, 0],
                })
                .collect(),
            Self::HugeLengths => huge_lengths(),
            Self::HugeRuns => huge_runs(),
            Self::DeepJson => [(21, 60_000, &[][..]), (22, 20_000, &[126, 0]), (23, 200_000, &[126, 0])]
                .map(|(client, levels, end)| update(&deep(client, levels, end, paper.row)))
                .to_vec(),
            Self::MissingPast => {
                count(5000).map(|i| update(&edit::letter(u64::from(700_000 + i), 5000 + i % 100, text))).collect()
            }
            Self::AwarenessGarbage => count(1000)
                .map(|i| {
                    let state: &[u8] = if i % 2 == 0 { b"nul" } else { b"{bad json" };
                    awareness(&entries([(u64::from(8000 + i), state)]))
                })
                .collect(),
            Self::AwarenessFlood => count(400)
                .map(|i| {
                    let state = format!(r#"{{"user":"{}"}}"#, "x".repeat(1000));
                    awareness(&entries((0..50).map(|k| (u64::from(20_000_000 + i * 50 + k), state.as_bytes()))))
                })
                .collect(),
            Self::BigFrame => vec![update(&vec![1; 32 << 20])],
            Self::BigUpdate => vec![update(&edit::paste(31_337, &"a".repeat(16 << 20), text))],
            Self::TextFrames | Self::BrokenFrames | Self::SlowReaders | Self::ReconnectStorm => vec![],
        }
    }
}

/// Frames that break the WebSocket protocol itself, each for a connection of its own.
pub(crate) fn broken_frames() -> Vec<Vec<u8>> {
    let mut reserved_bit = frame(BINARY, &[1, 2, 3]);
    reserved_bit[0] |= 0x40;
    vec![
        frame(3, &[1]),
        reserved_bit,
        vec![0x82, 3, 1, 2, 3],
        frame(1, &[0xff, 0xfe, 0xfd]),
        frame(9, &[0; 200]),
        frame(8, &[3, 0xe7]),
        frame(0, &[1]),
        [vec![0x82, 0xff, 0x7f], vec![0xff; 7], vec![0; 4]].concat(),
    ]
}

fn random(dice: &mut Dice, most: u32) -> Vec<u8> {
    let length = dice.between(1, most) as usize;
    dice.bytes(length)
}

/// Claims to be longer than it is, in every place where a length stands.
fn huge_lengths() -> Vec<Vec<u8>> {
    vec![
        [&[0, 2], &HUGE[..], &[1, 2]].concat(),
        update(&[&HUGE[..], &[1, 1, 0]].concat()),
        update(&[&[1], &HUGE[..], &[9, 0]].concat()),
        update(&HUGER),
        update(&[&[1], &HUGER[..], &[9, 0]].concat()),
        [&[1], &HUGE[..], &[0]].concat(),
        [&[1, 5], &HUGE[..]].concat(),
        [&[0, 0, 5], &HUGE[..]].concat(),
        [&[0, 0, 8], &HUGER[..]].concat(),
        update(&[&[0], &HUGE[..]].concat()),
        update(&[&[0, 1, 9], &HUGE[..]].concat()),
        update(&[&[0, 1, 9], &HUGER[..]].concat()),
    ]
}

/// Content that claims to be very long: gaps, deleted runs, lists, embeds.
fn huge_runs() -> Vec<Vec<u8>> {
    const ROOT: [u8; 7] = [1, 5, b'a', b'd', b'm', b'i', b'r'];
    vec![
        update(&[&[1, 1, 9, 0, 0], &HUGE[..], &[0]].concat()),
        update(&[&[1, 1, 10, 0, 10], &HUGER[..], &[0]].concat()),
        update(&[&[1, 1, 11, 0, 1], &ROOT[..], &HUGE, &[0]].concat()),
        update(&[&[1, 1, 12, 0, 1], &ROOT[..], &HUGER, &[0]].concat()),
        update(&[&[1, 1, 13, 0, 8], &ROOT[..], &HUGE].concat()),
        update(&[&[1, 1, 14, 0, 2], &ROOT[..], &HUGE].concat()),
        update(&[&[0, 1, 9, 1, 0], &HUGER[..]].concat()),
        update(&[&[0, 1, 9, 1], &HUGER[..], &HUGER].concat()),
        update(&[&[1, 1, 15], &HUGER[..], &[0], &HUGE, &[0]].concat()),
    ]
}

/// A list within a list within a list, where a field of a row stands. What reads it by recursion runs out of stack.
fn deep(client: u8, levels: usize, end: &[u8], row: (u64, u32)) -> Vec<u8> {
    let mut bytes = vec![1, 1, client, 0, 0x28, 0];
    uint(&mut bytes, row.0);
    uint(&mut bytes, row.1.into());
    bytes.push(5);
    bytes.extend(b"order");
    bytes.push(1);
    bytes.extend([117, 1].repeat(levels));
    bytes.extend(end);
    bytes
}

fn entries<'a>(entries: impl IntoIterator<Item = (u64, &'a [u8]), IntoIter: ExactSizeIterator>) -> Vec<u8> {
    let entries = entries.into_iter();
    let mut out = vec![];
    uint(&mut out, entries.len() as u64);
    for (client, state) in entries {
        uint(&mut out, client);
        uint(&mut out, 1);
        uint(&mut out, state.len() as u64);
        out.extend(state);
    }
    out
}

#[cfg(test)]
mod tests {
    use shared::{doc::SectionDoc, shape};

    use super::*;
    use crate::paper::SECTION;

    /// Otherwise it would be refused for where it stands, before anybody looks into it.
    #[test]
    fn deep_lists_stand_where_a_word_may() {
        let paper = Paper::new(2);
        let doc = SectionDoc::from_state(SECTION, 9, &paper.state).unwrap();
        let watch = shape::watch(&doc);
        let word = deep(21, 0, &[119, 1, b'm', 0], paper.row);
        assert!(shape::outline(SECTION, &word).is_ok());
        doc.apply(&word).unwrap();
        assert!(watch.verdict().is_ok());
        assert!(shape::outline(SECTION, &deep(22, 1, &[126, 0], paper.row)).is_err());
    }
}
