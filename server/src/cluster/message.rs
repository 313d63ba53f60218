//! A [`Notice`] as bytes: `version node kind …`, numbers and lengths as in the Hocuspocus protocol.
//!
//! What must stay true: decoding never panics and never allocates more than a few times what the message
//! holds, whatever the bytes; a message of another version is not understood, rather than misread.

use shared::{ParticipantId, PersonId, Section, event::ServerEvent};
use uuid::Uuid;

use crate::room::{
    notice::{Beat, NodeId, Notice},
    numbers::Committed,
};

/// To be counted up when anything below changes: servers of two versions then run beside each other as
/// if they could not hear each other, and find everything in the log.
const VERSION: u64 = 1;

/// No message is larger: NATS takes a megabyte.
pub(crate) const MESSAGE_LIMIT: usize = 512 * 1024;

/// Things in one list.
pub(crate) const LIST_LIMIT: u64 = 1_000;

const COMMITTED: u64 = 0;
const PRESENCE: u64 = 1;
const BEAT: u64 = 2;
const GONE: u64 = 3;
const AUTHORITY: u64 = 4;
const EVENT: u64 = 5;

/// Bytes that are not a message of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of this version")]
pub(super) struct NotUnderstood;

pub(super) fn encode(node: NodeId, notice: &Notice) -> Vec<u8> {
    let mut out = vec![];
    uint(&mut out, VERSION);
    uint(&mut out, node.0);
    match notice {
        Notice::Committed { section, committed } => {
            return encode_committed(
                node,
                *section,
                committed.seq,
                committed.person,
                &committed.claims,
                &committed.update,
            );
        }
        Notice::Presence { section, entries } => {
            uint(&mut out, PRESENCE);
            bytes(&mut out, section.name().as_bytes());
            bytes(&mut out, entries);
        }
        Notice::Beat(beat) => {
            uint(&mut out, BEAT);
            uint(&mut out, u64::from(beat.asks));
            uint(&mut out, beat.heads.len() as u64);
            for (section, head) in &beat.heads {
                bytes(&mut out, section.name().as_bytes());
                uint(&mut out, *head);
            }
            uint(&mut out, beat.here.len() as u64);
            for participant in &beat.here {
                out.extend_from_slice(participant.0.as_bytes());
            }
            uint(&mut out, beat.presence.len() as u64);
            for (section, entries) in &beat.presence {
                bytes(&mut out, section.name().as_bytes());
                bytes(&mut out, entries);
            }
        }
        Notice::Gone => uint(&mut out, GONE),
        Notice::Authority => uint(&mut out, AUTHORITY),
        Notice::Event(event) => {
            uint(&mut out, EVENT);
            // Plain structs always have a JSON form.
            bytes(&mut out, &serde_json::to_vec(event).unwrap_or_default());
        }
    }
    out
}

/// The same as for a [`Notice::Committed`], from its parts: every keystroke goes this way.
pub(super) fn encode_committed(
    node: NodeId,
    section: Section,
    seq: u64,
    person: PersonId,
    claims: &[u64],
    update: &[u8],
) -> Vec<u8> {
    let mut out = Vec::with_capacity(update.len() + 80);
    uint(&mut out, VERSION);
    uint(&mut out, node.0);
    uint(&mut out, COMMITTED);
    bytes(&mut out, section.name().as_bytes());
    uint(&mut out, seq);
    out.extend_from_slice(person.0.as_bytes());
    uint(&mut out, claims.len() as u64);
    for client in claims {
        uint(&mut out, *client);
    }
    bytes(&mut out, update);
    out
}

pub(super) fn decode(message: &[u8]) -> Result<(NodeId, Notice), NotUnderstood> {
    if message.len() > MESSAGE_LIMIT {
        return Err(NotUnderstood);
    }
    let mut read = Reader { bytes: message };
    if read.uint()? != VERSION {
        return Err(NotUnderstood);
    }
    let node = NodeId(read.uint()?);
    let notice = match read.uint()? {
        COMMITTED => {
            let section = read.section()?;
            let (seq, person) = (read.uint()?, PersonId(read.id()?));
            let claims = read.list(Reader::uint)?;
            let update = read.bytes()?.into();
            Notice::Committed { section, committed: Committed { seq, person, claims, update } }
        }
        PRESENCE => Notice::Presence { section: read.section()?, entries: read.bytes()?.to_vec() },
        BEAT => Notice::Beat(Beat {
            asks: read.uint()? == 1,
            heads: read.list(|read| Ok((read.section()?, read.uint()?)))?,
            here: read.list(|read| Ok(ParticipantId(read.id()?)))?,
            presence: read.list(|read| Ok((read.section()?, read.bytes()?.to_vec())))?,
        }),
        GONE => Notice::Gone,
        AUTHORITY => Notice::Authority,
        EVENT => Notice::Event(event(read.bytes()?)?),
        _ => return Err(NotUnderstood),
    };
    Ok((node, notice))
}

/// Only what a server may say for another: the rest is asked of the database.
fn event(json: &[u8]) -> Result<ServerEvent, NotUnderstood> {
    match serde_json::from_slice(json) {
        Ok(
            event @ (ServerEvent::Spotlight { .. }
            | ServerEvent::Answered { .. }
            | ServerEvent::Attended { .. }
            | ServerEvent::Recorded { .. }
            | ServerEvent::People),
        ) => Ok(event),
        _ => Err(NotUnderstood),
    }
}

fn uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn bytes(out: &mut Vec<u8>, body: &[u8]) {
    uint(out, body.len() as u64);
    out.extend_from_slice(body);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn uint(&mut self) -> Result<u64, NotUnderstood> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(NotUnderstood)?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(NotUnderstood)
    }

    fn bytes(&mut self) -> Result<&'a [u8], NotUnderstood> {
        let length = usize::try_from(self.uint()?).map_err(|_| NotUnderstood)?;
        let (body, rest) = self.bytes.split_at_checked(length).ok_or(NotUnderstood)?;
        self.bytes = rest;
        Ok(body)
    }

    fn section(&mut self) -> Result<Section, NotUnderstood> {
        let name = std::str::from_utf8(self.bytes()?).map_err(|_| NotUnderstood)?;
        Section::from_name(name).ok_or(NotUnderstood)
    }

    fn id(&mut self) -> Result<Uuid, NotUnderstood> {
        let (id, rest) = self.bytes.split_first_chunk().ok_or(NotUnderstood)?;
        self.bytes = rest;
        Ok(Uuid::from_bytes(*id))
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, NotUnderstood>) -> Result<Vec<T>, NotUnderstood> {
        let count = self.uint()?;
        if count > LIST_LIMIT {
            return Err(NotUnderstood);
        }
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::sync::Arc;

    use shared::Stage;

    use super::*;
    use crate::limits::{Answer, Limit};

    const NODE: NodeId = NodeId(u64::MAX);

    #[track_caller]
    fn round_trips(notice: Notice) {
        let message = encode(NODE, &notice);
        assert_eq!(decode(&message), Ok((NODE, notice)));
        for end in 0..message.len() {
            assert_eq!(decode(&message[..end]), Err(NotUnderstood));
        }
    }

    #[test]
    fn every_notice_round_trips_and_half_of_one_is_not_understood() {
        let person = PersonId(Uuid::from_u128(7));
        let committed = Committed { seq: 300, person, claims: vec![1, 1 << 52], update: Arc::from([0, 1, 255]) };
        round_trips(Notice::Committed { section: Section::Plan, committed });
        round_trips(Notice::Presence { section: Section::Do, entries: vec![7; 200] });
        round_trips(Notice::Beat(Beat {
            heads: vec![(Section::Plan, 4), (Section::Assess, u64::MAX)],
            here: vec![ParticipantId(Uuid::from_u128(3))],
            presence: vec![(Section::Plan, vec![1, 2]), (Section::Plan, vec![])],
            asks: true,
        }));
        round_trips(Notice::Gone);
        round_trips(Notice::Authority);
        round_trips(Notice::Event(ServerEvent::People));
        round_trips(Notice::Event(ServerEvent::Answered { participant: ParticipantId(Uuid::from_u128(3)) }));
    }

    #[test]
    fn what_needs_authority_is_not_taken_from_another_server() {
        for event in [ServerEvent::Stage { stage: Stage::Agreed }, ServerEvent::Removed] {
            assert_eq!(decode(&encode(NODE, &Notice::Event(event))), Err(NotUnderstood));
        }
    }

    #[test]
    fn what_is_too_much_is_not_understood() {
        let here = |count: u64| (0..count).map(|n| ParticipantId(Uuid::from_u128(n.into()))).collect();
        let beat = |count| encode(NODE, &Notice::Beat(Beat { here: here(count), ..Beat::default() }));
        assert!(decode(&beat(LIST_LIMIT)).is_ok());
        assert_eq!(decode(&beat(LIST_LIMIT + 1)), Err(NotUnderstood));
        let presence = |length| encode(NODE, &Notice::Presence { section: Section::Do, entries: vec![7; length] });
        let head = presence(MESSAGE_LIMIT).len() - MESSAGE_LIMIT;
        assert!(decode(&presence(MESSAGE_LIMIT - head)).is_ok());
        assert_eq!(decode(&presence(MESSAGE_LIMIT - head + 1)), Err(NotUnderstood));
        assert_eq!(Limit::ServersMessage.row().answer, Answer::Ignore);
    }

    #[test]
    fn another_version_is_not_understood() {
        let mut message = encode(NODE, &Notice::Gone);
        message[0] += 1;
        assert_eq!(decode(&message), Err(NotUnderstood));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&[&[1], &*bytes].concat());
        }
    }
}
