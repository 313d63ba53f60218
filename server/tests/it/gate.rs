//! Who may put what into a section, through the room’s own front door.

use server::room::state::Input;
use shared::{
    Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    hand::for_pupil,
    policy::{access, protects_pupil_words},
    protocol::{CloseCode, Message},
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

#[test]
fn nobody_but_the_pupil_deletes_the_pupils_words() {
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Pupil | Role::Observer)) {
        let (mut table, _, mut other) = passport(role);
        other.edit(&mut table, delete_a_letter);
        assert_eq!(refusal(&other.listen(&mut table)), Some(Refusal::ProtectedWords), "{role:?}");
        let late = Client::open(&mut table, Role::Pupil, Section::Passport, 13);
        assert_eq!(late.words(item(1)), "let me draw");
    }
    let (mut table, mut pupil, _) = passport(Role::Teacher);
    pupil.edit(&mut table, delete_a_letter);
    assert_eq!(refusal(&pupil.listen(&mut table)), None);
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
fn the_pupil_may_from_another_tab_and_the_scribe_may() {
    let (mut table, ..) = passport(Role::Teacher);
    let mut tab = Client::open(&mut table, Role::Pupil, Section::Passport, 14);
    tab.edit(&mut table, delete_a_letter);
    table.commit();
    assert_eq!(saved(&tab.listen(&mut table)), 1);

    let kept = table.kept(Section::ALL.into_iter().map(empty).collect());
    let mut table = Table::load(Stage::Meeting, kept, with_scribe(Role::Assistant));
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Passport, 15);
    scribe.edit(&mut table, delete_a_letter);
    table.commit();
    assert_eq!(saved(&scribe.listen(&mut table)), 1);
}

#[test]
fn others_add_beside_the_pupils_words_and_change_their_own() {
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.edit(&mut table, |doc| doc.splice(&HELP, item(1), "text", &insert("please ")));
    teacher.edit(&mut table, |doc| doc.splice(&HELP, item(1), "text", &delete(3)));
    table.commit();
    assert_eq!(saved(&teacher.listen(&mut table)), 2);
}

#[test]
fn where_words_are_not_protected_everybody_words_together() {
    for section in Section::ALL.into_iter().filter(|section| !protects_pupil_words(*section)) {
        if !access(section, Role::Pupil, Stage::Meeting).can_write() {
            continue;
        }
        let mut table = Table::new(Stage::Meeting);
        let mut pupil = Client::open(&mut table, Role::Pupil, section, 11);
        pupil.add(&mut table, Role::Pupil, item(1), "mine");
        table.commit();
        let mut parent = Client::open(&mut table, Role::Parent, section, 12);
        parent.edit(&mut table, delete_a_letter);
        assert_eq!(refusal(&parent.listen(&mut table)), None, "{section:?}");
    }
}

#[test]
fn a_key_written_again_deletes_the_pupils_value_even_if_it_does_not_say_so() {
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.doc.remove(&HELP, item(1), person(Role::Teacher));
    let silent = without_deletes(&teacher.unsent());
    table.say(teacher.conn, Section::Passport, Message::Update(silent));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::ProtectedWords));
    let late = Client::open(&mut table, Role::Pupil, Section::Passport, 13);
    assert_eq!(late.doc.items(&HELP), [item(1)]);
}

/// The same update, without the words that say what it deletes.
fn without_deletes(update: &[u8]) -> Vec<u8> {
    let deletes = Update::decode_v1(update).unwrap().delete_set().encode_v1();
    let mut silent = update.strip_suffix(&*deletes).unwrap().to_vec();
    silent.push(0);
    silent
}

#[test]
fn seeded_words_of_the_pupil_are_protected_too() {
    let seed = SectionDoc::new(Section::Passport, 77);
    seed.add(&HELP, item(1), NewItem::by(person(Role::Pupil)).with("text", "from last year"));
    let mut kept = empty(Section::Passport);
    kept.checkpoint = seed.state().into();
    kept.owners = vec![(77, person(Role::Pupil))];
    let mut table = Table::load(Stage::Preparing, vec![kept], participants());
    let mut parent = Client::open(&mut table, Role::Parent, Section::Passport, 12);
    parent.edit(&mut table, delete_a_letter);
    assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::ProtectedWords));
}

#[test]
fn repeating_what_the_pupil_deleted_is_no_deletion() {
    let (mut table, mut pupil, mut teacher) = passport(Role::Teacher);
    pupil.edit(&mut table, delete_a_letter);
    table.commit();
    teacher.listen(&mut table);
    // A SyncStep2 names every deletion its client knows.
    teacher.add(&mut table, Role::Teacher, item(2), "beside");
    assert_eq!(refusal(&teacher.listen(&mut table)), None);
}

#[test]
fn nobody_writes_under_anothers_hand() {
    let (mut table, ..) = passport(Role::Teacher);
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 11);
    teacher.add(&mut table, Role::Teacher, item(2), "as if the pupil had");
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));
}

#[test]
fn what_builds_on_something_never_seen_is_refused() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.doc.add(&TARGETS, item(1), NewItem::default());
    parent.unsent();
    parent.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "title", &insert("lost")));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::MissingPast));
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), &"x".repeat(2_001));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::TooLong));
}

#[test]
fn what_no_section_has_a_place_for_is_refused() {
    let attempt = |edit: fn(&mut yrs::TransactionMut, MapRef)| {
        let mut table = Table::new(Stage::Meeting);
        let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
        parent.edit(&mut table, |doc| doc.add(&TARGETS, item(1), NewItem::default()));
        table.commit();
        parent.listen(&mut table);
        parent.edit(&mut table, |doc| {
            let mut txn = doc.yrs().transact_mut();
            let root = txn.get_or_insert_map(TARGETS.key);
            let target = root.get(&txn, &item(1).to_string()).unwrap().cast::<MapRef>().unwrap();
            edit(&mut txn, target);
        });
        let refused = refusal(&parent.listen(&mut table));
        let late = Client::open(&mut table, Role::Parent, Section::Plan, 6);
        assert_eq!(late.doc.words(&TARGETS, item(1), "area"), "");
        assert_eq!(late.doc.words(&TARGETS, item(1), "title"), "");
        refused
    };
    let unknown = Some(Refusal::UnknownShape);
    assert_eq!(
        attempt(|txn, _| {
            txn.get_or_insert_map("costs").insert(txn, "a", 1);
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "colour", "red");
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "area", "nowhere");
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "area", Any::from(vec![Any::Null]));
        }),
        unknown
    );
    let bold = |txn: &mut yrs::TransactionMut, target: MapRef| {
        let title = target.get(txn, "title").unwrap().cast::<yrs::TextRef>().unwrap();
        title.insert_with_attributes(txn, 0, "bold", [("bold".into(), Any::Bool(true))].into());
    };
    assert_eq!(attempt(bold), unknown);
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
fn what_is_no_update_ends_that_connection_alone() {
    for bad in [vec![], vec![0], vec![1, 1, 1, 0, 0xff], vec![0xff; 50], vec![0, 0, 0]] {
        let (mut table, mut pupil, teacher) = passport(Role::Teacher);
        table.say(teacher.conn, Section::Passport, Message::Update(bad));
        assert_eq!(table.closed.get(&teacher.conn), Some(&CloseCode::Malformed));
        pupil.add(&mut table, Role::Pupil, item(2), "still here");
        table.commit();
        assert_eq!(saved(&pupil.listen(&mut table)), 1);
    }
}

#[test]
fn ten_and_thirty_thousand_lists_within_lists_are_survived() {
    for depth in [10_000, 30_000] {
        let (mut table, _, mut teacher) = passport(Role::Teacher);
        let mut deep = vec![1, 1, 12, 0, 0x28, 0, 11, 0, 5];
        deep.extend(b"order");
        deep.push(1);
        deep.extend([117, 1].repeat(depth));
        deep.extend([126, 0]);
        table.say(teacher.conn, Section::Passport, Message::Update(deep));
        assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::UnknownShape));
    }
}

#[test]
fn a_part_of_the_pupils_item_cannot_be_moved_by_others() {
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.edit(&mut table, |doc| doc.set_words(&HELP, item(1), key::ORDER, "zz"));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::ProtectedWords));
}

/// A passport in which the assistant, named to write for the pupil, has typed what the pupil said.
fn typed_for_the_pupil() -> (Table, Client) {
    let mut table =
        Table::load(Stage::Meeting, Section::ALL.into_iter().map(empty).collect(), with_scribe(Role::Assistant));
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Passport, for_pupil(15));
    scribe.add(&mut table, Role::Pupil, item(1), "let me draw");
    table.commit();
    assert_eq!(saved(&scribe.listen(&mut table)), 1);
    (table, scribe)
}

/// What becomes of it when whoever has this role deletes a letter of what was typed for the pupil.
fn deletes(table: &mut Table, role: Role, client: u64) -> Option<Refusal> {
    let mut other = Client::open(table, role, Section::Passport, client);
    other.edit(table, delete_a_letter);
    table.commit();
    refusal(&other.listen(table))
}

#[test]
fn what_the_scribe_typed_is_protected_like_the_pupils_own_hand() {
    let (mut table, mut scribe) = typed_for_the_pupil();
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Pupil | Role::Observer | Role::Assistant)) {
        assert_eq!(deletes(&mut table, role, 30 + role as u64), Some(Refusal::ProtectedWords), "{role:?}");
    }
    assert_eq!(deletes(&mut table, Role::Pupil, 11), None);
    scribe.listen(&mut table);
    scribe.edit(&mut table, delete_a_letter);
    table.commit();
    assert_eq!(refusal(&scribe.listen(&mut table)), None);
    let late = Client::open(&mut table, Role::Teacher, Section::Passport, 12);
    assert_eq!(late.words(item(1)), "t me draw");
}

#[test]
fn what_was_typed_for_the_pupil_stays_protected_when_nobody_or_somebody_else_is_the_scribe() {
    let (mut table, mut scribe) = typed_for_the_pupil();
    table.input(Input::ParticipantsChanged(participants()));
    scribe.edit(&mut table, |doc| doc.splice(&HELP, item(1), "text", &insert("please ")));
    assert_eq!(refusal(&scribe.listen(&mut table)), Some(Refusal::ProtectedWords), "no longer the scribe");
    for (role, client) in [(Role::Assistant, 16), (Role::Teacher, 17)] {
        assert_eq!(deletes(&mut table, role, client), Some(Refusal::ProtectedWords), "{role:?}");
    }
    assert_eq!(deletes(&mut table, Role::Pupil, 11), None);

    table.input(Input::ParticipantsChanged(with_scribe(Role::Teacher)));
    assert_eq!(deletes(&mut table, Role::Assistant, 18), Some(Refusal::ProtectedWords));
    assert_eq!(deletes(&mut table, Role::Teacher, for_pupil(19)), None);
    // And so it is when the section is loaded again: the id itself says it.
    let kept = table.kept(Section::ALL.into_iter().map(empty).collect());
    let mut table = Table::load(Stage::Meeting, kept, participants());
    assert_eq!(deletes(&mut table, Role::Assistant, 20), Some(Refusal::ProtectedWords));
    assert_eq!(deletes(&mut table, Role::Parent, 21), Some(Refusal::ProtectedWords));
}

#[test]
fn nobody_but_the_named_scribe_types_for_the_pupil() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Observer) {
        let mut table = Table::new(Stage::Meeting);
        let mut client = Client::open(&mut table, role, Section::Passport, for_pupil(5));
        client.add(&mut table, role, item(1), "as if the pupil had");
        assert_eq!(refusal(&client.listen(&mut table)), Some(Refusal::ProtectedWords), "{role:?}");
    }
    // Nor under an id that another scribe typed under.
    let (mut table, _) = typed_for_the_pupil();
    table.input(Input::ParticipantsChanged(with_scribe(Role::Teacher)));
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, for_pupil(15));
    teacher.edit(&mut table, |doc| doc.splice(&HELP, item(1), "text", &insert("please ")));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));
}

#[test]
fn where_words_are_not_protected_nothing_is_typed_for_the_pupil() {
    let mut table =
        Table::load(Stage::Meeting, Section::ALL.into_iter().map(empty).collect(), with_scribe(Role::Assistant));
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Plan, for_pupil(15));
    scribe.add(&mut table, Role::Assistant, item(1), "a step");
    assert_eq!(refusal(&scribe.listen(&mut table)), Some(Refusal::NotYourHand));
}

#[test]
fn the_scribes_own_words_are_their_own() {
    let (mut table, scribe) = typed_for_the_pupil();
    let mut own = Client::open_as(&mut table, scribe.conn, Section::Passport, 16);
    own.add(&mut table, Role::Assistant, item(2), "He draws when he is ready.");
    table.commit();
    assert_eq!(refusal(&own.listen(&mut table)), None);
    let delete_theirs = |doc: &SectionDoc| doc.splice(&HELP, item(2), "text", &delete(1));
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 12);
    teacher.edit(&mut table, delete_theirs);
    assert_eq!(refusal(&teacher.listen(&mut table)), None);
    table.input(Input::ParticipantsChanged(participants()));
    table.commit();
    own.listen(&mut table);
    own.edit(&mut table, delete_theirs);
    assert_eq!(refusal(&own.listen(&mut table)), None);
}

#[test]
fn nobody_says_what_somebody_else_said_but_the_scribe_for_the_pupil() {
    let add = |table: &mut Table, by: Role, as_if: Role, client: u64| {
        let mut client = Client::open(table, by, Section::Passport, client);
        client.add(table, as_if, item(1), "said");
        refusal(&client.listen(table))
    };
    for (as_if, refused) in [(Role::Parent, None), (Role::Pupil, Some(())), (Role::Teacher, Some(()))] {
        let said = add(&mut Table::new(Stage::Meeting), Role::Parent, as_if, 5);
        assert_eq!(said, refused.map(|()| Refusal::NotYourHand), "{as_if:?}");
    }
    let (mut table, _) = typed_for_the_pupil();
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Passport, for_pupil(25));
    scribe.edit(&mut table, |doc| doc.add(&HELP, item(3), NewItem::by(person(Role::Parent))));
    assert_eq!(refusal(&scribe.listen(&mut table)), Some(Refusal::NotYourHand));
    // Nor who took something away, or that what one person said was said by another.
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.add(&mut table, Role::Teacher, item(2), "mine");
    table.commit();
    assert_eq!(refusal(&teacher.listen(&mut table)), None);
    teacher.edit(&mut table, |doc| doc.remove(&HELP, item(2), person(Role::Parent)));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 22);
    let pupil = person(Role::Pupil).to_string();
    teacher.edit(&mut table, |doc| doc.set_words(&HELP, item(2), key::SAID_BY, &pupil));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));
}

fn authors(heard: &[Message]) -> Vec<(shared::PersonId, Vec<u64>)> {
    let authors = events(heard).into_iter().filter_map(|event| match event {
        ServerEvent::Authors { section: Section::Passport, authors } => Some(authors),
        _ => None,
    });
    authors.flatten().collect()
}

#[test]
fn whose_an_id_is_is_told_with_its_first_words_and_not_before_they_are_kept() {
    let mut table = Table::new(Stage::Meeting);
    let mut pupil = Client::open(&mut table, Role::Pupil, Section::Passport, 11);
    let teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 12);
    pupil.add(&mut table, Role::Pupil, item(1), "let me draw");
    assert_eq!(authors(&table.heard(teacher.conn, Section::Passport)), []);
    let late = table.connect(Role::Parent);
    table.say(late, Section::Passport, Message::AuthToken(String::new()));
    table.say(late, Section::Passport, Message::SyncStep1(SectionDoc::new(Section::Passport, 13).state_vector()));
    assert_eq!(authors(&table.heard(late, Section::Passport)), []);

    table.commit();
    let told = [(person(Role::Pupil), vec![11])];
    for conn in [teacher.conn, late, pupil.conn] {
        let heard = table.heard(conn, Section::Passport);
        assert_eq!(authors(&heard), told);
        let first = |is: fn(&Message) -> bool| heard.iter().position(is).unwrap_or(usize::MAX);
        let words = first(|message| matches!(message, Message::Update(_) | Message::SyncStep2(_)));
        let name = first(|message| matches!(message, Message::Stateless(json) if json.contains("authors")));
        assert!(name < words);
    }
    // The next words under the same id say nothing new.
    pupil.add(&mut table, Role::Pupil, item(2), "and wait");
    table.commit();
    assert_eq!(authors(&table.heard(teacher.conn, Section::Passport)), []);
}

#[test]
fn whose_words_are_whose_is_not_told_to_those_who_may_not_read_them() {
    let mut table = Table::new(Stage::Preparing);
    let mut pupil = Client::open(&mut table, Role::Pupil, Section::PupilViews, 11);
    let teacher = table.connect(Role::Teacher);
    table.say(teacher, Section::PupilViews, Message::AuthToken(String::new()));
    pupil.add(&mut table, Role::Pupil, item(1), "just for me");
    table.commit();
    let heard = table.heard_events(teacher);
    assert!(!heard.iter().any(|event| matches!(event, ServerEvent::Authors { .. })), "{heard:?}");
}

#[test]
fn everybody_is_told_who_writes_for_the_pupil() {
    let mut table = Table::new(Stage::Meeting);
    let teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 12);
    let named = |table: &mut Table| {
        let mut told = table.heard_events(teacher.conn).into_iter().filter_map(|event| match event {
            ServerEvent::Here { scribe, .. } => Some(scribe),
            _ => None,
        });
        told.next_back()
    };
    table.input(Input::ParticipantsChanged(with_scribe(Role::Assistant)));
    assert_eq!(named(&mut table), Some(Some(seat(Role::Assistant))));
    table.input(Input::ParticipantsChanged(participants()));
    assert_eq!(named(&mut table), Some(None));
}
