//! What people in a room see of each other, and when.

use std::time::Duration;

use server::room::state::{Effect, GRACE, Input};
use shared::{
    Access, Role, Section, Stage,
    event::{Refusal, ServerEvent},
    presence::Presence,
    protocol::{
        CloseCode, Message,
        awareness::{self, Entry},
    },
    schema::plan::TARGETS,
    splice::Splice,
};

use crate::support::table::{Client, Table, empty, events, item, participants, person, refusal, saved, seat};

fn all_empty() -> Vec<server::room::state::LoadedSection> {
    Section::ALL.into_iter().map(empty).collect()
}

#[test]
fn nothing_is_seen_or_called_saved_before_it_is_committed() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 6);
    parent.listen(&mut table);
    parent.add(&mut table, Role::Parent, item(1), "read a page");
    assert_eq!(parent.listen(&mut table), []);
    assert_eq!(teacher.listen(&mut table), []);
    // Not by asking either, nor by coming in just now.
    table.say(teacher.conn, Section::Plan, Message::SyncStep1(vec![0]));
    let mut late = Client::open(&mut table, Role::Observer, Section::Plan, 7);
    table.input(Input::Read { question: 1 });
    assert!(!teacher.listen(&mut table).iter().any(|message| matches!(message, Message::SyncStep2(_))));
    assert_eq!((late.words(item(1)), table.answers.len()), (String::new(), 0));

    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), 1);
    teacher.listen(&mut table);
    late.listen(&mut table);
    assert_eq!((teacher.words(item(1)), late.words(item(1))), ("read a page".to_owned(), "read a page".to_owned()));
    assert_eq!(table.answers.len(), 1);
}

#[test]
fn repeating_what_still_waits_for_its_commit_waits_too() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "typed in the tunnel");
    table.input(Input::Disconnect { conn: parent.conn });
    parent.conn = table.connect(Role::Parent);
    parent.begin(&mut table);
    table.say(parent.conn, Section::Plan, Message::SyncStep2(parent.doc.state()));
    assert_eq!(saved(&parent.listen(&mut table)), 0);
    assert_eq!(table.log.len(), 1);
    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), 1);
}

#[test]
fn a_section_that_took_in_something_wrong_keeps_what_still_waits() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 6);
    parent.add(&mut table, Role::Parent, item(1), "read a page");
    // Found out only once it is in the document.
    teacher.edit(&mut table, |doc| doc.add(&TARGETS, item(2), shared::doc::NewItem::default().with("area", "nowhere")));
    assert_eq!(refusal(&teacher.listen(&mut table)), Some(Refusal::UnknownShape));
    parent.add(&mut table, Role::Parent, item(3), "and another");
    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), 2);
    let late = Client::open(&mut table, Role::Observer, Section::Plan, 7);
    assert_eq!((late.words(item(1)), late.words(item(3))), ("read a page".to_owned(), "and another".to_owned()));
    assert_eq!(late.doc.meta(&TARGETS, item(2)), None);
}

#[test]
fn what_is_in_the_log_is_the_document() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "");
    for n in 0..700 {
        let words = Splice { at: n % 50, delete: u32::from(n > 60), insert: "ab".to_owned() };
        parent.edit(&mut table, |doc| doc.splice(TARGETS_LIST, item(1), FIRST, &words));
    }
    table.commit();
    let checkpoints = table.log.iter().filter(|effect| matches!(effect, Effect::Checkpoint { .. })).count();
    assert_eq!(checkpoints, 1);
    table.input(Input::Disconnect { conn: parent.conn });
    table.wait(GRACE + Duration::from_secs(1));
    assert!(!table.unloaded, "the last updates are not one checkpoint yet");
    table.commit();
    table.wait(Duration::from_secs(1));
    assert!(table.unloaded);

    let kept = table.kept(all_empty());
    assert!(kept.iter().all(|section| section.updates.is_empty()));
    let mut table = Table::load(Stage::Meeting, kept, participants());
    let again = Client::open(&mut table, Role::Parent, Section::Plan, 8);
    assert_eq!(again.words(item(1)), parent.words(item(1)));
}

const TARGETS_LIST: &shared::schema::List = &shared::schema::plan::OUTCOMES;
const FIRST: &str = "text";

#[test]
fn a_room_with_somebody_in_it_stays() {
    let mut table = Table::new(Stage::Meeting);
    table.connect(Role::Parent);
    table.wait(GRACE * 10);
    assert!(!table.unloaded);
}

#[test]
fn opening_says_the_epoch_before_any_content() {
    let mut table = Table::new(Stage::Meeting);
    let conn = table.connect(Role::Parent);
    table.say(conn, Section::Plan, Message::SyncStep1(vec![0]));
    assert!(table.hears_nothing(conn), "nothing is said about a document before it is opened");
    table.say(conn, Section::Plan, Message::AuthToken("whatever".to_owned()));
    table.say(conn, Section::Plan, Message::SyncStep1(vec![0]));
    let heard = table.heard(conn, Section::Plan);
    assert_eq!(heard[0], Message::Authenticated { read_only: false });
    let opened = ServerEvent::Opened { section: Section::Plan, epoch: 1, schema: 1, access: Access::Write };
    assert_eq!(events(&heard)[0], opened);
    let at = |wanted: fn(&Message) -> bool| heard.iter().position(wanted).unwrap();
    assert!(at(|m| matches!(m, Message::Stateless(_))) < at(|m| matches!(m, Message::SyncStep1(_))));
    assert!(heard.iter().any(|message| matches!(message, Message::SyncStep2(_))));
}

#[test]
fn a_section_this_meeting_does_not_have_is_denied_alone() {
    let mut table = Table::load(Stage::Meeting, vec![empty(Section::Plan)], participants());
    let conn = table.connect(Role::Teacher);
    for section in [Section::Pep, Section::Plan] {
        table.say(conn, section, Message::AuthToken(String::new()));
    }
    assert!(matches!(*table.heard(conn, Section::Pep), [Message::PermissionDenied(_)]));
    assert!(table.heard(conn, Section::Plan).contains(&Message::Authenticated { read_only: false }));
}

fn state_of(message: &Message) -> Vec<Entry> {
    let Message::Awareness(body) = message else { panic!("{message:?}") };
    awareness::decode(body).unwrap()
}

fn entry(client_id: u64, clock: u64, state: &str) -> Entry {
    Entry { client_id, clock, state: state.to_owned() }
}

#[test]
fn presence_carries_the_servers_stamp() {
    let mut table = Table::new(Stage::Meeting);
    let parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    let teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 6);
    table.heard(parent.conn, Section::Plan);
    let field = format!("plan/targets/{}/title", item(1));
    let lie = format!(r#"{{"name":"Head teacher","role":"facilitator","field":"{field}","typing":true}}"#);
    let said = awareness::encode(&[entry(6, 1, "{}"), entry(5, 3, &lie)]);
    table.say(parent.conn, Section::Plan, Message::Awareness(said));
    // The sender too: a provider takes silence for a dead connection.
    for conn in [parent.conn, teacher.conn] {
        let heard = table.heard(conn, Section::Plan);
        let [entry] = &state_of(heard.last().unwrap())[..] else { panic!("{heard:?}") };
        let presence: Presence = serde_json::from_str(&entry.state).unwrap();
        assert_eq!((entry.client_id, entry.clock), (5, 3));
        assert_eq!((presence.name.as_str(), presence.role), (Role::Parent.label(), Role::Parent));
        assert_eq!((presence.person, presence.participant), (person(Role::Parent), seat(Role::Parent)));
        assert_eq!(presence.writing.field.map(|field| field.to_string()), Some(field.clone()));
        assert!(presence.writing.typing);
    }
    let late = table.connect(Role::Observer);
    table.say(late, Section::Plan, Message::AuthToken(String::new()));
    let heard = table.heard(late, Section::Plan);
    let shown = heard.iter().find(|message| matches!(message, Message::Awareness(_))).unwrap();
    assert_eq!(state_of(shown)[0].client_id, 5);

    table.input(Input::Disconnect { conn: parent.conn });
    let heard = table.heard(teacher.conn, Section::Plan);
    let gone = heard.iter().find(|message| matches!(message, Message::Awareness(_))).unwrap();
    assert_eq!(state_of(gone), [entry(5, 3, "null")]);
}

#[test]
fn nobody_shows_themselves_under_anothers_client_id() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "mine");
    table.commit();
    let mut teacher = Client::open(&mut table, Role::Teacher, Section::Plan, 6);
    teacher.listen(&mut table);
    parent.listen(&mut table);
    table.say(teacher.conn, Section::Plan, Message::Awareness(awareness::encode(&[entry(5, 9, "{}")])));
    assert_eq!((parent.listen(&mut table), teacher.listen(&mut table)), (vec![], vec![]));
}

#[test]
fn who_is_here_is_told_to_everybody() {
    let mut table = Table::new(Stage::Meeting);
    let parent = table.connect(Role::Parent);
    table.say(parent, Section::Plan, Message::AuthToken(String::new()));
    let here = |participants: &[Role]| ServerEvent::Here {
        participants: participants.iter().map(|r| seat(*r)).collect(),
        scribe: None,
    };
    assert!(table.heard_events(parent).contains(&here(&[Role::Parent])));
    let teacher = table.connect(Role::Teacher);
    table.say(teacher, Section::Assess, Message::AuthToken(String::new()));
    assert_eq!(table.heard_events(parent), [here(&[Role::Parent, Role::Teacher])]);
    let second = table.connect(Role::Teacher);
    table.say(second, Section::Assess, Message::AuthToken(String::new()));
    assert!(table.heard_events(second).contains(&here(&[Role::Parent, Role::Teacher])));
    table.input(Input::Disconnect { conn: second });
    assert!(table.hears_nothing(parent));
    table.input(Input::Disconnect { conn: teacher });
    assert_eq!(table.heard_events(parent), [here(&[Role::Parent])]);
}

#[test]
fn when_the_meeting_opens_views_can_be_opened() {
    let mut table = Table::new(Stage::Preparing);
    let conn = table.connect(Role::Teacher);
    table.say(conn, Section::Plan, Message::AuthToken(String::new()));
    table.say(conn, Section::FamilyViews, Message::AuthToken(String::new()));
    assert!(matches!(*table.heard(conn, Section::FamilyViews), [Message::PermissionDenied(_)]));
    table.heard(conn, Section::Plan);
    table.input(Input::StageChanged(Stage::Meeting));
    let may_read = |section| ServerEvent::Access { section, access: Access::Read };
    let views = [Section::PupilViews, Section::FamilyViews, Section::SpecialistViews].map(may_read);
    let told: Vec<_> = std::iter::once(ServerEvent::Stage { stage: Stage::Meeting }).chain(views).collect();
    assert_eq!(table.heard_events(conn), told);
    table.say(conn, Section::FamilyViews, Message::AuthToken(String::new()));
    assert!(table.heard(conn, Section::FamilyViews).contains(&Message::Authenticated { read_only: true }));
}

#[test]
fn when_it_is_agreed_open_sections_become_read_only_at_once() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "in time");
    table.input(Input::StageChanged(Stage::Agreed));
    parent.add(&mut table, Role::Parent, item(2), "too late");
    let heard = parent.listen(&mut table);
    assert_eq!(refusal(&heard), Some(Refusal::Agreed));
    assert!(events(&heard).contains(&ServerEvent::Access { section: Section::Plan, access: Access::Read }));
    assert_eq!(table.log.len(), 1);
}

#[test]
fn what_is_written_while_the_record_is_saved_is_kept_for_after() {
    for agreed in [true, false] {
        let mut table = Table::new(Stage::Meeting);
        let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
        parent.add(&mut table, Role::Parent, item(1), "in the record");
        table.input(Input::Quiesce { question: 1 });
        parent.add(&mut table, Role::Parent, item(2), "meanwhile");
        assert!(table.answers.is_empty());
        table.commit();
        assert_eq!((table.answers.len(), table.log.len()), (1, 1));
        if agreed {
            table.input(Input::StageChanged(Stage::Agreed));
        }
        table.input(Input::Resume);
        table.commit();
        let heard = parent.listen(&mut table);
        assert_eq!((saved(&heard), refusal(&heard)), if agreed { (1, Some(Refusal::Agreed)) } else { (2, None) });
    }
}

#[test]
fn a_person_who_is_removed_hears_nothing_more() {
    let mut table = Table::new(Stage::Meeting);
    let supporter = Client::open(&mut table, Role::Supporter, Section::Plan, 5);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 6);
    parent.add(&mut table, Role::Parent, item(1), "on its way to the log");
    let left = participants().into_iter().filter(|seat| seat.role != Role::Supporter).collect();
    table.input(Input::ParticipantsChanged(left));
    assert_eq!(table.heard_events(supporter.conn).last(), Some(&ServerEvent::Removed));
    assert_eq!(table.closed[&supporter.conn], CloseCode::Removed);
    table.commit();
    assert!(table.hears_nothing(supporter.conn));
    let back = table.connect(Role::Supporter);
    assert_eq!(table.closed[&back], CloseCode::Unauthorized);
}

#[test]
fn a_person_given_another_role_has_its_rights_at_once() {
    let mut table = Table::new(Stage::Meeting);
    let mut notes = Client::open(&mut table, Role::Teacher, Section::StaffPreparation, 5);
    table.say(notes.conn, Section::Plan, Message::AuthToken(String::new()));
    table.heard(notes.conn, Section::Plan);
    let mut changed = participants();
    changed.iter_mut().find(|seat| seat.role == Role::Teacher).unwrap().role = Role::Observer;
    table.input(Input::ParticipantsChanged(changed));
    let heard = table.heard(notes.conn, Section::StaffPreparation);
    assert!(matches!(*heard, [Message::PermissionDenied(_)]));
    let read = ServerEvent::Access { section: Section::Plan, access: Access::Read };
    let role = ServerEvent::Role { role: Role::Observer };
    assert_eq!(table.heard_events(notes.conn), [role, read, ServerEvent::People]);
    notes.add(&mut table, Role::Teacher, item(1), "still writing");
    assert!(table.log.is_empty() && table.hears_nothing(notes.conn));
}

#[test]
fn somebody_elses_meeting_in_the_log_sends_everybody_away_to_load_the_truth() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), "lost here, kept there");
    table.input(Input::LogLost);
    assert_eq!(table.closed[&parent.conn], CloseCode::TryAgain);
    assert!(table.unloaded);
    assert_eq!(saved(&parent.listen(&mut table)), 0);
}

#[test]
fn leaving_a_section_keeps_the_others() {
    let mut table = Table::new(Stage::Meeting);
    let conn = table.connect(Role::Parent);
    for section in [Section::Plan, Section::Assess] {
        table.say(conn, section, Message::AuthToken(String::new()));
        table.say(conn, section, Message::SyncStep1(vec![0]));
        table.heard(conn, section);
    }
    table.say(conn, Section::Plan, Message::Close("provider_initiated".to_owned()));
    for section in [Section::Plan, Section::Assess] {
        let mut teacher = Client::open(&mut table, Role::Teacher, section, 6);
        teacher.add(&mut table, Role::Teacher, item(1), "words");
    }
    table.commit();
    assert_eq!(table.heard(conn, Section::Plan), []);
    assert!(table.heard(conn, Section::Assess).iter().any(|message| matches!(message, Message::Update(_))));
}
