//! Whose hand: ids are bound to their first writer, and told to those who read.

use super::{scribe::typed_for_the_pupil, *};

#[test]
fn nobody_writes_under_anothers_hand() {
    let (mut table, ..) = passport(Role::Teacher);
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 11);
    teacher.add(&mut table, Role::Teacher, item(2), "as if the pupil had");
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));
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

/// Everybody who reads the section sees at which client id somebody writes, before that id is anybody’s.
#[test]
fn nobody_is_first_to_write_with_an_id_that_somebody_else_is_shown_at() {
    let mut table = Table::new(Stage::Meeting);
    let mut pupil = Client::open(&mut table, Role::Pupil, Section::Passport, 11);
    let here = awareness::encode(&[Entry { client_id: 11, clock: 1, state: "{}".to_owned() }]);
    table.say(pupil.conn, Section::Passport, Message::Awareness(here.clone()));
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Passport, 11);
    table.say(teacher.conn, Section::Passport, Message::Awareness(here));
    assert!(!teacher.listen(&mut table).iter().any(|message| matches!(message, Message::Awareness(_))), "nor is shown");
    // Also once the pupil has left.
    table.input(Input::Disconnect { conn: pupil.conn });
    teacher.add(&mut table, Role::Teacher, item(1), "as if the pupil had");
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::NotYourHand));

    pupil.conn = table.connect(Role::Pupil);
    let mut pupil = Client::open_as(&mut table, pupil.conn, Section::Passport, 11);
    pupil.add(&mut table, Role::Pupil, item(2), "let me draw");
    table.commit();
    assert_eq!(saved(&pupil.listen(&mut table)), 1);
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
