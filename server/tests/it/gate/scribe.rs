//! What the named scribe types for the pupil, and what in their own name.

use super::*;

/// A passport in which the assistant, named to write for the pupil, has typed what the pupil said.
pub(super) fn typed_for_the_pupil() -> (Table, Client) {
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
fn what_the_scribe_typed_into_the_pupils_own_text_is_protected_too() {
    let mut table =
        Table::load(Stage::Meeting, Section::ALL.into_iter().map(empty).collect(), with_scribe(Role::Assistant));
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 12);
    teacher.edit(&mut table, |doc| doc.add(&TARGETS, item(1), NewItem::by(person(Role::Teacher))));
    table.commit();
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Plan, for_pupil(15));
    scribe.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "pupil_words", &insert("play chess")));
    table.commit();
    assert_eq!(refusal(&scribe.listen(&mut table)), None);
    teacher.listen(&mut table);
    teacher.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "pupil_words", &delete(1)));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::ProtectedWords));
    scribe.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "pupil_words", &delete(1)));
    table.commit();
    assert_eq!(refusal(&scribe.listen(&mut table)), None);
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
    let mut scribe = Client::open(&mut table, Role::Assistant, Section::Do, for_pupil(15));
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
