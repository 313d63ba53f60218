//! Who may put what into a section, through the room’s own front door.

mod hand;
mod pupil;
mod scribe;
mod shape;

use server::room::state::Input;
use shared::{
    Access, Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    hand::for_pupil,
    policy::{Protection, access, protection},
    protocol::{
        CloseCode, Message,
        awareness::{self, Entry},
    },
    schema::{item as key, passport::HELP, plan::TARGETS},
    splice::Splice,
};
use yrs::{
    Any, Map, MapRef, Text, Transact, Update, WriteTxn,
    updates::{decoder::Decode, encoder::Encode},
};

use crate::support::table::{
    Client, Table, empty, events, item, list, participants, person, refusal, saved, seat, with_scribe,
};

/// Every cell of the policy table, for both messages that carry content.
#[test]
fn the_gate_is_the_policy_table() {
    for stage in Stage::ALL {
        for section in Section::ALL {
            for role in Role::ALL {
                for message in [Message::Update, Message::SyncStep2] {
                    cell(stage, section, role, message);
                }
            }
        }
    }
}

fn cell(stage: Stage, section: Section, role: Role, message: fn(Vec<u8>) -> Message) {
    let at = format!("{role:?} in {section:?} while {stage:?}");
    let mut table = Table::load(stage, vec![empty(section)], participants());
    let conn = table.connect(role);
    table.say(conn, section, Message::AuthToken(String::new()));
    let heard = table.heard(conn, section);
    let expected = access(section, role, stage);
    let denied = heard.iter().any(|message| matches!(message, Message::PermissionDenied(_)));
    assert_eq!(denied, !expected.can_read(), "{at}");
    let authenticated = Message::Authenticated { read_only: !expected.can_write() };
    assert_eq!(heard.contains(&authenticated), expected.can_read(), "{at}");

    let doc = SectionDoc::new(section, 9);
    doc.add(list(section), item(1), NewItem::by(person(role)));
    table.say(conn, section, message(doc.state()));
    table.commit();
    let heard = table.heard(conn, section);
    assert_eq!(table.log.len(), usize::from(expected.can_write()), "{at}");
    assert_eq!(saved(&heard), usize::from(expected.can_write()), "{at}");
    assert_eq!(refusal(&heard).is_some(), expected.can_read() && !expected.can_write(), "{at}");
    if !expected.can_read() {
        assert_eq!(heard, [], "{at}");
    }
}

#[test]
fn after_agreement_those_who_could_write_are_told_why() {
    let mut table = Table::new(Stage::Agreed);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "late");
    assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::Agreed));
    let mut observer = Client::open(&mut table, Role::Observer, Section::Plan, 6);
    observer.add(&mut table, Role::Observer, item(2), "never");
    assert_eq!(refusal(&observer.listen(&mut table)), Some(Refusal::NotAllowed));
}

/// A passport in which the pupil has written, and somebody who has it open.
fn passport(reader: Role) -> (Table, Client, Client) {
    let mut table = Table::new(Stage::Meeting);
    let mut pupil = Client::open(&mut table, Role::Pupil, Section::Passport, 11);
    pupil.add(&mut table, Role::Pupil, item(1), "let me draw");
    table.commit();
    pupil.listen(&mut table);
    let other = Client::open(&mut table, reader, Section::Passport, 12);
    assert_eq!(other.words(item(1)), "let me draw");
    (table, pupil, other)
}

fn delete_a_letter(doc: &SectionDoc) {
    doc.splice(list(doc.section()), item(1), list(doc.section()).fields[0].key, &delete(1));
}

fn delete(count: u32) -> Splice {
    Splice { at: 0, delete: count, insert: String::new() }
}

fn insert(words: &str) -> Splice {
    Splice { at: 0, delete: 0, insert: words.to_owned() }
}

/// Otherwise what was built on the refused update is refused once more, or acknowledges something else.
#[test]
fn what_a_refused_client_had_said_is_forgotten_when_it_begins_again_while_a_record_is_saved() {
    let (mut table, _, mut other) = passport(Role::Parent);
    other.edit(&mut table, delete_a_letter);
    other.edit(&mut table, |doc| doc.splice(list(doc.section()), item(1), "text", &insert("late ")));
    table.input(Input::Quiesce { question: 1 });
    other.edit(&mut table, |doc| doc.splice(list(doc.section()), item(1), "text", &insert("later ")));
    assert_eq!(refusal(&other.listen(&mut table)), Some(Refusal::ProtectedWords));
    let mut again = Client::open_as(&mut table, other.conn, Section::Passport, 14);
    table.input(Input::Resume);
    assert_eq!(again.listen(&mut table), []);
}

#[test]
fn a_refused_client_is_heard_again_once_it_begins_afresh() {
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.edit(&mut table, delete_a_letter);
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::ProtectedWords));
    // Whatever else was on its way builds on what was refused.
    teacher.add(&mut table, Role::Teacher, item(2), "on its way");
    table.commit();
    assert_eq!(teacher.listen(&mut table), []);

    let mut again = Client::open_as(&mut table, teacher.conn, Section::Passport, 21);
    assert_eq!(again.words(item(1)), "let me draw");
    again.add(&mut table, Role::Teacher, item(2), "beside");
    table.commit();
    assert_eq!(saved(&again.listen(&mut table)), 1);
    assert_eq!(again.words(item(2)), "beside");
}

#[test]
fn a_reader_that_repeats_what_is_known_is_not_refused() {
    let (mut table, _, mut observer) = passport(Role::Observer);
    table.say(observer.conn, Section::Passport, Message::SyncStep2(observer.doc.state()));
    let heard = observer.listen(&mut table);
    assert_eq!((saved(&heard), refusal(&heard)), (1, None));
}

#[test]
fn whoever_may_read_more_is_told_so_on_the_open_socket_and_nobody_else_is() {
    let mut table = Table::new(Stage::Preparing);
    let assistant = Client::open(&mut table, Role::Assistant, Section::Passport, 12);
    let parent = Client::open(&mut table, Role::Parent, Section::Passport, 13);
    let opened = |table: &mut Table, conn| {
        let told = table.heard_events(conn).into_iter();
        told.filter(|event| matches!(event, ServerEvent::Access { section: Section::PupilViews, .. }))
            .collect::<Vec<_>>()
    };
    table.input(Input::ParticipantsChanged(with_scribe(Role::Assistant)));
    let may_write = ServerEvent::Access { section: Section::PupilViews, access: Access::Write };
    assert_eq!(opened(&mut table, assistant.conn), [may_write]);
    assert_eq!(opened(&mut table, parent.conn), []);
    // Once is enough; and whoever may no longer is told of that by the section itself, if it is open.
    table.input(Input::ParticipantsChanged(with_scribe(Role::Assistant)));
    assert_eq!(opened(&mut table, assistant.conn), []);
    table.input(Input::StageChanged(Stage::Meeting));
    let may_read = ServerEvent::Access { section: Section::PupilViews, access: Access::Read };
    assert_eq!(opened(&mut table, parent.conn), [may_read]);
}
