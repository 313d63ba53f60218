//! The pupil’s words: deleted by nobody but the pupil, or the named scribe.

use super::*;

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
    for section in Section::ALL.into_iter().filter(|section| protection(*section) != Protection::Everything) {
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
fn nobody_writes_between_the_pupils_words_but_beside_them() {
    let put = |at| Splice { at, delete: 0, insert: "not ".to_owned() };
    let others = Role::ALL.into_iter().filter(|role| !matches!(role, Role::Pupil | Role::Observer));
    for (role, message) in others.flat_map(|role| [(role, Message::Update as fn(_) -> _), (role, Message::SyncStep2)]) {
        for (at, refused) in [(4, Some(Refusal::ProtectedWords)), (0, None), ("let me draw".len() as u32, None)] {
            let (mut table, _, mut other) = passport(role);
            other.doc.splice(&HELP, item(1), "text", &put(at));
            let update = other.unsent();
            table.say(other.conn, Section::Passport, message(update));
            table.commit();
            assert_eq!(refusal(&other.listen(&mut table)), refused, "{role:?} at {at}");
        }
        // In a target it is so of the pupil’s own text alone: the rest is worded together.
        let mut put_in = target(role, message, put(5));
        assert_eq!(put_in("pupil_words").0, Some(Refusal::ProtectedWords), "{role:?}");
        assert_eq!(put_in("title").0, None, "{role:?}");
    }
    let (mut table, mut pupil, _) = passport(Role::Teacher);
    pupil.edit(&mut table, |doc| doc.splice(&HELP, item(1), "text", &put(4)));
    assert_eq!(refusal(&pupil.listen(&mut table)), None);
}

/// What comes of it when somebody edits a text of a target so: the facilitator made it, and the
/// pupil wrote in its title and under “In my words”.
fn target(
    reader: Role,
    message: fn(Vec<u8>) -> Message,
    edit: Splice,
) -> impl FnMut(&'static str) -> (Option<Refusal>, Table) {
    move |field| {
        let mut table = Table::new(Stage::Meeting);
        let mut facilitator = Client::open(&mut table, Role::Facilitator, Section::Plan, 10);
        facilitator.edit(&mut table, |doc| doc.add(&TARGETS, item(1), NewItem::by(person(Role::Facilitator))));
        table.commit();
        let mut pupil = Client::open(&mut table, Role::Pupil, Section::Plan, 11);
        for field in ["pupil_words", "title"] {
            pupil.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), field, &insert("play chess")));
        }
        pupil.edit(&mut table, |doc| doc.set_number(&TARGETS, item(1), "before_pupil", Some(3)));
        table.commit();
        // Loaded from what was kept, it is the same.
        let kept = table.kept(Section::ALL.into_iter().map(empty).collect());
        let mut table = Table::load(Stage::Meeting, kept, participants());
        let mut other = Client::open(&mut table, reader, Section::Plan, 12);
        other.doc.splice(&TARGETS, item(1), field, &edit);
        let update = other.unsent();
        table.say(other.conn, Section::Plan, message(update));
        table.commit();
        (refusal(&other.listen(&mut table)), table)
    }
}

#[test]
fn of_what_is_worded_together_the_pupils_own_texts_are_the_pupils() {
    for message in [Message::Update, Message::SyncStep2] {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Observer) {
            let mut deletes = target(role, message, delete(1));
            let refused = (role != Role::Pupil).then_some(Refusal::ProtectedWords);
            let (said, mut table) = deletes("pupil_words");
            assert_eq!(said, refused, "{role:?}");
            assert_eq!(deletes("title").0, None, "{role:?}");
            let late = Client::open(&mut table, Role::Pupil, Section::Plan, 13);
            let words = late.doc.words(&TARGETS, item(1), "pupil_words");
            assert_eq!(words, if refused.is_some() { "play chess" } else { "lay chess" });
        }
    }
    // Beside them everybody writes, and the target is everybody’s to move, to score and to take off the page.
    let (_, mut table) = target(Role::Parent, Message::Update, delete(1))("title");
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 14);
    teacher.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "pupil_words", &insert("I ")));
    teacher.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "pupil_words", &delete(2)));
    teacher.edit(&mut table, |doc| doc.set_number(&TARGETS, item(1), "before_pupil", Some(4)));
    teacher.edit(&mut table, |doc| doc.set_words(&TARGETS, item(1), key::ORDER, "zz"));
    teacher.edit(&mut table, |doc| doc.remove(&TARGETS, item(1), person(Role::Teacher)));
    table.commit();
    assert_eq!(refusal(&teacher.listen(&mut table)), None);
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
fn a_part_of_the_pupils_item_cannot_be_moved_by_others() {
    let (mut table, _, mut teacher) = passport(Role::Teacher);
    teacher.edit(&mut table, |doc| doc.set_words(&HELP, item(1), key::ORDER, "zz"));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::ProtectedWords));
}
