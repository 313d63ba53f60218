//! What each limit says of itself.

use shared::{
    Section,
    event::Refusal,
    protocol::{CloseCode, FRAME_LIMIT, MESSAGE_LIMIT, awareness::ENTRY_LIMIT},
    schema::{LIST_LIMIT, TEXT_LIMIT},
};

use super::{
    ACCOUNT_TRIES_PER_MINUTE, ADDRESS_CONNECTION_LIMIT, ALL_CODE_GUESSES_PER_MINUTE, BODY_LIMIT, BURST_SECONDS,
    BYTE_BURST_SECONDS, CODE_GUESSES_PER_MINUTE, DENIAL_LIMIT, FIRST_WORD_PATIENCE, HEAD_LIMIT, HEAD_PATIENCE,
    KNOCK_LIMIT, PASSWORD_CHECKS, PASSWORD_TRIES_PER_MINUTE, PICTURE_FORM_LIMIT, PICTURE_LIMIT, PICTURE_PATIENCE,
    PICTURE_POINTS_LIMIT, PICTURE_ROOM, PICTURE_SIDE_LIMIT, PICTURES_ARRIVING, PICTURES_READ, QUESTION_BURST,
    QUESTION_RATE, REGISTER_LIMIT, REQUEST_PATIENCE, ROOM_LIMIT, SILENCE_PATIENCE, Settings, WRITE_PATIENCE,
    list::{Answer, Limit, Row},
    printed::{bytes, count, time},
};
use crate::{
    cluster::message,
    room::{self, gate, numbers, outbox, presence, section, state},
    update_log,
};

impl Limit {
    pub fn row(self) -> Row {
        use Answer::{Close, Cut, Http, Ignore, Refuse, Wait};
        use CloseCode::{Malformed, TooBig, TooMany, TryAgain};
        let settings = Settings::default();
        let row = |name, most: String, then, answer| Row { name, most, then, answer };
        match self {
            Self::Connections => row(
                "connections",
                count(settings.connections),
                "The next one is closed unread, until somebody leaves; those who are here notice nothing.",
                Cut,
            ),
            Self::ConnectionsOfAddress => row(
                "connections-of-address",
                count(ADDRESS_CONNECTION_LIMIT),
                "The next one from there is closed unread. Not for this machine or a trusted proxy.",
                Cut,
            ),
            Self::RequestHeadBytes => row(
                "request-head-bytes",
                bytes(HEAD_LIMIT),
                "All that is read of somebody who has not said who they are.",
                Http(431),
            ),
            Self::RequestHeadTime => row(
                "request-head-time",
                time(HEAD_PATIENCE),
                "A handshake that is not whole by then is not waited for, nor is a connection that asks nothing.",
                Cut,
            ),
            Self::RequestBody => row(
                "request-body",
                format!("{}, {} of a register’s file", bytes(BODY_LIMIT), bytes(REGISTER_LIMIT)),
                "The form is not read; of a file the page says so, and nothing has changed.",
                Http(413),
            ),
            Self::RequestTime => row(
                "request-time",
                format!("{}, {} with a picture", time(REQUEST_PATIENCE), time(PICTURE_PATIENCE)),
                "The request is given up; asking again is safe.",
                Http(408),
            ),
            Self::PictureSize => row(
                "picture-size",
                format!("{}, {} to be told so", bytes(PICTURE_LIMIT), bytes(PICTURE_FORM_LIMIT)),
                "It is not kept, and the page says why, with the words that were sent with it.",
                Http(422),
            ),
            Self::PicturePoints => row(
                "picture-points",
                format!(
                    "{} million, {} a side, {} unpacked",
                    PICTURE_POINTS_LIMIT / 1_000_000,
                    count(PICTURE_SIDE_LIMIT as usize),
                    bytes(PICTURE_ROOM)
                ),
                "Known from its head, before there is room for them: it is not unpacked, and the page says why.",
                Http(422),
            ),
            Self::PicturesAtOnce => row(
                "pictures-at-once",
                format!("{PICTURES_ARRIVING} arriving, one of each person, of which {PICTURES_READ} are read"),
                "Whoever sends one more is asked to send it again, in a minute or when their other one is there; who has arrived \
                 waits their turn.",
                Http(503),
            ),
            Self::Handshakes => row(
                "handshakes-of-address",
                format!("{} a minute", settings.handshakes_per_minute),
                "The next handshake from there is turned away before the database is asked; pages come back later.",
                Http(429),
            ),
            Self::CodeGuesses => row(
                "code-guesses",
                format!("{CODE_GUESSES_PER_MINUTE} a minute of an address, {ALL_CODE_GUESSES_PER_MINUTE} of all"),
                "The code is not looked at, right or wrong, until the minute is over; links lead in as before.",
                Http(303),
            ),
            Self::PasswordTries => row(
                "password-tries",
                format!(
                    "{PASSWORD_TRIES_PER_MINUTE} a minute of an address, {ACCOUNT_TRIES_PER_MINUTE} for an account"
                ),
                "Neither password nor code is looked at, right or wrong. Passkeys and the school’s own sign-in go on.",
                Http(303),
            ),
            Self::PasswordChecks => row(
                "password-checks",
                format!("{PASSWORD_CHECKS} at once, 19 MiB each"),
                "The next one waits its turn.",
                Wait,
            ),
            Self::Knocks => row(
                "knocks",
                format!("{KNOCK_LIMIT} at a door"),
                "The next one does not get to the door, until somebody is answered or has gone.",
                Http(303),
            ),
            Self::FirstWord => row(
                "first-word",
                time(FIRST_WORD_PATIENCE),
                "A socket that has opened nothing by then is closed, whatever pings it sends.",
                Close(TryAgain),
            ),
            Self::Silence => {
                row("silence", time(SILENCE_PATIENCE), "Nobody is there any more; who is, comes back.", Close(TryAgain))
            }
            Self::MessageSize => row(
                "message-size",
                bytes(MESSAGE_LIMIT),
                "Read no further. A page of ours never sends one, so it stops instead of sending it again.",
                Close(TooBig),
            ),
            Self::FrameSize => row(
                "frame-size",
                bytes(FRAME_LIMIT),
                "A larger edit is refused and the socket stays; a page of ours sends it in pieces. Whatever else is larger ends the socket.",
                Refuse(Refusal::TooLong),
            ),
            Self::MessageRate => row(
                "message-rate",
                format!("{} a second, {BURST_SECONDS} seconds’ worth at once", settings.messages_per_second),
                "The socket closes; what was not acknowledged is sent again after a pause.",
                Close(TooMany),
            ),
            Self::ByteRate => row(
                "byte-rate",
                format!(
                    "{} a second, {} at once",
                    bytes(settings.bytes_per_second as usize),
                    bytes((settings.bytes_per_second * BYTE_BURST_SECONDS) as usize)
                ),
                "The same.",
                Close(TooMany),
            ),
            Self::Questions => row(
                "questions",
                format!("{QUESTION_RATE} a second, {QUESTION_BURST} at once"),
                "Opening a section, catching up and asking who is here: a small question with a large answer. The same.",
                Close(TooMany),
            ),
            Self::AwarenessEntries => row(
                "awareness-entries",
                format!(
                    "{ENTRY_LIMIT} in a message, 1 shown of each connection, {} of another server",
                    presence::ENTRIES_LIMIT
                ),
                "More in one message is no browser and no Yjs program; of fewer, the connection’s own is shown.",
                Close(Malformed),
            ),
            Self::AwarenessBytes => {
                let most =
                    format!("{}, {} with the stamp", bytes(presence::STATE_LIMIT), bytes(presence::STAMPED_LIMIT));
                row("awareness-bytes", most, "A longer state is shown to nobody.", Ignore)
            }
            Self::RoomsOfSocket => row("rooms-of-socket", count(ROOM_LIMIT), "The socket closes.", Close(TooMany)),
            Self::Denials => row(
                "denials",
                count(DENIAL_LIMIT as usize),
                "Asking for what is not theirs ends the socket: it is no page, and looks for something.",
                Close(TooMany),
            ),
            Self::Refusals => row(
                "refusals",
                count(state::REFUSAL_LIMIT as usize),
                "So many refused edits are no person who was unlucky; the socket closes.",
                Close(TooMany),
            ),
            Self::OutboxMessages => row(
                "outbox-messages",
                count(outbox::MESSAGE_LIMIT),
                "A network that is slower than the room: the socket closes, and what it lacks is sent when it is back.",
                Close(TryAgain),
            ),
            Self::OutboxBytes => row("outbox-bytes", bytes(outbox::BYTE_LIMIT), "The same.", Close(TryAgain)),
            Self::OutboxesTogether => row(
                "outboxes-together",
                bytes(outbox::TOGETHER_LIMIT),
                "Whoever has more than a little waiting is closed likewise, so that many slow networks cannot fill the memory.",
                Close(TryAgain),
            ),
            Self::WriteTime => {
                row("write-time", time(WRITE_PATIENCE), "A network that takes nothing for so long is gone.", Cut)
            }
            Self::ConnectionsOfRoom => row(
                "connections-of-room",
                count(state::CONNECTION_LIMIT),
                "A meeting has a dozen people; the next socket closes and comes back later.",
                Close(TooMany),
            ),
            Self::ConnectionsOfPerson => row(
                "connections-of-person",
                format!("{} in a room", state::CONNECTIONS_EACH),
                "The next one closes and comes back later, when those left behind by a bad network are gone.",
                Close(TooMany),
            ),
            Self::Mailbox => row(
                "mailbox",
                format!("{} messages", count(room::MAILBOX)),
                "Whoever writes to the room waits, at most ten seconds, and is then sent away to come back.",
                Close(TryAgain),
            ),
            Self::HeldReleases => row(
                "held-releases",
                count(state::HELD_LIMIT),
                "The log has been away for long: who writes more is sent away, with their words still on their page.",
                Close(TryAgain),
            ),
            Self::QuietUpdates => row(
                "quiet-updates",
                count(state::QUIET_LIMIT),
                "Written while the record is being saved: who writes more is sent away likewise.",
                Close(TryAgain),
            ),
            Self::SectionsOpen => row(
                "sections-open",
                format!("{}, the closed list", Section::ALL.len()),
                "There is no other document to open; asking for one is denied, and counted.",
                Ignore,
            ),
            Self::SectionSize => row(
                "section-size",
                bytes(section::SIZE_LIMIT),
                "The edit is refused; its words stay on the page to be copied.",
                Refuse(Refusal::TooLong),
            ),
            Self::TextLength => row(
                "text-length",
                format!("{} letters", count(TEXT_LIMIT as usize)),
                "The box takes no more; an edit that goes beyond is refused.",
                Refuse(Refusal::TooLong),
            ),
            Self::ListLength => {
                row("list-length", format!("{LIST_LIMIT} items"), "The edit is refused.", Refuse(Refusal::TooLong))
            }
            Self::PendingStructs => row(
                "pending-structs",
                "none".to_owned(),
                "What builds on something the server does not have is refused, not kept until it comes.",
                Refuse(Refusal::MissingPast),
            ),
            Self::Nesting => row(
                "nesting",
                "as declared".to_owned(),
                "A list in a list is refused at its first byte, before anything reads it by recursion.",
                Refuse(Refusal::UnknownShape),
            ),
            Self::ClientIds => row(
                "client-ids",
                format!(
                    "{} of a section; of one person {} shown there and not written with",
                    count(gate::OWNERS_LIMIT),
                    gate::SHOWN_LIMIT
                ),
                "Writing under yet another one is refused; who shows more of them has no more kept for them.",
                Refuse(Refusal::TooLong),
            ),
            Self::EarlyUpdates => row(
                "early-updates",
                format!("{} of a section", numbers::EARLY_LIMIT),
                "Another server’s, heard before the one they follow: the rest is read from the log.",
                Ignore,
            ),
            Self::UnsureUpdates => row(
                "unsure-updates",
                format!("{} of a connection", state::UNSURE_LIMIT),
                "Waiting until the log was read for what other servers let in: who writes more is sent away likewise.",
                Close(TryAgain),
            ),
            Self::Servers => row(
                "servers",
                format!("{} of a meeting", state::NODE_LIMIT),
                "What one more server says is not listened to: its edits are read from the log.",
                Ignore,
            ),
            Self::ServersMessage => row(
                "servers-message",
                format!("{}, {} things in a list", bytes(message::MESSAGE_LIMIT), count(message::LIST_LIMIT as usize)),
                "Not sent between servers, nor read: an edit is read from the log.",
                Ignore,
            ),
            Self::LogQueue => row(
                "log-queue",
                format!("{} updates", count(update_log::WAITING)),
                "Rooms wait with their next update, their mailboxes fill, and nothing is called saved.",
                Wait,
            ),
            Self::Batch => row(
                "batch",
                format!("{} updates", count(update_log::BATCH)),
                "The rest goes into the next commit.",
                Wait,
            ),
        }
    }
}
