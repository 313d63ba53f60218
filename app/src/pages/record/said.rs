//! What was said, each line with its voice: the pupil’s first, marked with how it was captured; what
//! others added beside stands beside it, under their own names.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{
    record::{AgreedRecord, Statement, Statements},
    schema::{assess, passport},
};

use crate::{components::words::how_captured, view::Pupil};

/// The pupil’s own remarks, and what would help. Nothing, if the pupil said neither.
#[component]
pub(super) fn PupilSaid(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    let remarks: Vec<_> = record
        .remarks
        .iter()
        .filter(|remark| is_pupils(remark, &pupil) && remark.about.is_none())
        .map(|remark| {
            let how = how(remark, &pupil);
            view! {
                <figure class="said">
                    <div class="words">
                        <blockquote>
                            <p class="typed" dir="auto">{remark.words.clone()}</p>
                        </blockquote>
                    </div>
                    <figcaption class="captured">{how}</figcaption>
                </figure>
            }
        })
        .collect();
    let help = record.passport.iter().find(|list| is_help(list, &pupil)).cloned();
    let name = pupil.name.clone();
    (help.is_some() || !remarks.is_empty()).then(|| {
        view! {
            <section aria-labelledby="said">
                <h2 id="said">"What " {name} " said"</h2>
                {remarks}
                {help
                    .map(|list| {
                        let (usual, note) = how_captured_here(std::slice::from_ref(&list), &pupil);
                        view! {
                            <h3>{list.heading}</h3>
                            <ul class="words-lines">
                                <Lines statements=list.statements pupil=pupil.clone() usual=usual.clone() />
                            </ul>
                            {note.map(|note| view! { <p class="small">{note}</p> })}
                        }
                    })}
            </section>
        }
    })
}

/// Whether this list is “It would help me if you could…”, and says something in the pupil’s own words.
fn is_help(list: &Statements, pupil: &Pupil) -> bool {
    list.key == passport::HELP.key && list.statements.iter().any(|statement| is_pupils(statement, pupil))
}

/// The rest of the passport: what the pupil wants known, and what others say.
#[component]
pub(super) fn Passport(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    let lists: Vec<_> = record.passport.into_iter().filter(|list| !is_help(list, &pupil)).collect();
    let (usual, note) = how_captured_here(&lists, &pupil);
    let name = pupil.name.clone();
    (!lists.is_empty()).then(|| {
        view! {
            <section aria-labelledby="passport">
                <h2 id="passport">{name} "’s passport"</h2>
                <Boards boards=lists pupil usual />
                {note.map(|note| view! { <p class="small">{note}</p> })}
            </section>
        }
    })
}

/// Boards under their headings, as many beside each other as there is room for.
#[component]
pub(super) fn Boards(boards: Vec<Statements>, pupil: Pupil, #[prop(optional)] usual: Usual) -> impl IntoView {
    let board = move |board: Statements| {
        view! {
            <div>
                <h3>{heading(&board, &pupil)}</h3>
                <ul class="board-lines">
                    <Lines statements=board.statements pupil=pupil.clone() usual=usual.clone() />
                </ul>
            </div>
        }
    };
    view! { <div class="boards">{boards.into_iter().map(board).collect_view()}</div> }
}

/// “Important to Tomek”: on the wall it is clear whom a board is about, in a drawer it is not.
fn heading(board: &Statements, pupil: &Pupil) -> String {
    let is_about_them = [assess::IMPORTANT_TO.label, assess::IMPORTANT_FOR.label].contains(&board.heading.as_str());
    if is_about_them { format!("{} {}", board.heading, pupil.name) } else { board.heading.clone() }
}

/// One line for each statement. A pupil’s line says how it was captured, unless that is usual here and
/// said once below; everybody else’s says whose it is.
#[component]
pub(crate) fn Lines(statements: Vec<Statement>, pupil: Pupil, #[prop(optional)] usual: Usual) -> impl IntoView {
    let line = move |statement: Statement| {
        let is_pupils = is_pupils(&statement, &pupil);
        let voice = beside(&statement, &pupil, &usual);
        view! {
            <li class=if is_pupils { "is-pupils" } else { "is-others" } dir="auto">
                <span class="typed">{statement.words}</span>
                {voice.map(|voice| view! { " " <span class="voice">{voice}</span> })}
            </li>
        }
    };
    statements.into_iter().map(line).collect_view()
}

/// What stands beside a line: how it was captured, or whose it is.
pub(crate) fn beside(statement: &Statement, pupil: &Pupil, usual: &Usual) -> Option<String> {
    if is_pupils(statement, pupil) {
        let name = usual.is_mixed.then(|| format!("– {}", pupil.name));
        let how = Some(how(statement, pupil)).filter(|how| *how != usual.how);
        name.into_iter().chain(how).reduce(|name, how| format!("{name}. {how}"))
    } else {
        Some(voice(statement, pupil)).filter(|voice| !voice.is_empty()).map(|voice| format!("– {voice}"))
    }
}

pub(crate) fn is_pupils(statement: &Statement, pupil: &Pupil) -> bool {
    statement.said_by == Some(pupil.person)
}

/// What need not stand on each of the pupil’s lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usual {
    /// How most of them were captured.
    how: String,
    /// Lines of others stand among them, and not all of those say whose they are: so each of the pupil’s does.
    is_mixed: bool,
}

/// What is usual of the pupil’s lines here, and the sentence below them that says so.
pub(crate) fn how_captured_here(lists: &[Statements], pupil: &Pupil) -> (Usual, Option<String>) {
    let all = || lists.iter().flat_map(|list| &list.statements);
    let own = || all().filter(|statement| is_pupils(statement, pupil));
    let mut hows = BTreeMap::<String, usize>::new();
    for statement in own() {
        *hows.entry(how(statement, pupil)).or_default() += 1;
    }
    let kinds = hows.len();
    let Some((how, _)) = hows.into_iter().max_by_key(|(_, lines)| *lines) else { return (Usual::default(), None) };
    let is_mixed = own().count() < all().count();
    let all_own =
        own().flat_map(|statement| &statement.hands).all(|hand| hand.for_pupil || hand.person == pupil.person);
    let name = &pupil.name;
    let which = if is_mixed { format!("“– {name}” stands beside {name}’s") } else { format!("{name}’s") };
    let changed = if all_own { "Nobody has changed them." } else { "Where somebody else wrote in one, it says who." };
    let unless = if kinds > 1 { ", where one of them says nothing else" } else { "" };
    let note = format!("{which} own words. {changed} {how}{unless}.");
    (Usual { how, is_mixed }, Some(note))
}

/// How the pupil’s words came onto the page: “Spoken, typed by an adult, 9 November 2026”, “typed by Mr
/// Adeyemi for Tomek”. What says nothing else was written by the pupil’s own hand.
fn how(statement: &Statement, pupil: &Pupil) -> String {
    let by = written_by(statement, pupil);
    let own = format!("Written by {}", pupil.name);
    let captured = if statement.captured.is_empty() && by.is_none() { &own } else { &statement.captured };
    let captured = Some(how_captured(captured, &statement.said_on)).filter(|how| !how.is_empty());
    captured.into_iter().chain(by).collect::<Vec<_>>().join(", ")
}

/// Who said it, or from which side it was said; and who wrote in it beside them.
fn voice(statement: &Statement, pupil: &Pupil) -> String {
    let side = assess::SIDES.iter().find(|side| side.code == statement.side);
    let voice = match (statement.said_by_name.as_str(), side) {
        ("", Some(side)) if side.code == "pupil" => pupil.name.clone(),
        ("", side) => side.map(|side| side.label.to_owned()).unwrap_or_default(),
        (name, _) => name.to_owned(),
    };
    let how = written_by(statement, pupil).filter(|_| statement.said_by.is_some());
    [Some(voice), how].into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

/// “Typed by Mr Adeyemi for Tomek, with Miss Qureshi”: whose hand it was, where it was not the hand of the
/// one who said it.
fn written_by(statement: &Statement, pupil: &Pupil) -> Option<String> {
    let names = |for_pupil: bool| {
        let others = statement.hands.iter().filter(|hand| Some(hand.person) != statement.said_by || hand.for_pupil);
        others.filter(|hand| hand.for_pupil == for_pupil).map(|hand| hand.name.as_str()).collect::<Vec<_>>()
    };
    let (typed, beside) = (names(true), names(false));
    let typed = (!typed.is_empty()).then(|| format!("typed by {} for {}", typed.join(" and "), pupil.name));
    let beside = (!beside.is_empty()).then(|| format!("with {}", beside.join(" and ")));
    let how: Vec<_> = typed.into_iter().chain(beside).collect();
    (!how.is_empty()).then(|| how.join(", "))
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, PersonId, record::Hand};
    use uuid::Uuid;

    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn pupil() -> Pupil {
        Pupil {
            person: person(1),
            name: "Tomek".to_owned(),
            portrait: None,
            portrait_alt: String::new(),
            looked_after: false,
        }
    }

    fn statement(hands: Vec<Hand>) -> Statement {
        Statement {
            id: ItemId(Uuid::from_u128(9)),
            words: "Let me draw".to_owned(),
            said_by: Some(person(1)),
            said_by_name: "Tomek".to_owned(),
            captured: String::new(),
            said_on: String::new(),
            side: String::new(),
            about: None,
            hands,
        }
    }

    #[test]
    fn the_hand_stands_beside_whose_words_they_are() {
        let hand = |n, name: &str, for_pupil| Hand { person: person(n), name: name.to_owned(), for_pupil };
        let typed = statement(vec![hand(2, "Mr Adeyemi", true)]);
        assert_eq!(written_by(&typed, &pupil()).as_deref(), Some("typed by Mr Adeyemi for Tomek"));
        let both = statement(vec![hand(1, "Tomek", false), hand(3, "Miss Qureshi", false)]);
        assert_eq!(voice(&both, &pupil()), "Tomek, with Miss Qureshi");
        assert_eq!(voice(&statement(vec![]), &pupil()), "Tomek");
    }

    #[test]
    fn how_most_lines_were_captured_is_said_once() {
        let captured = |how: &str| Statement { captured: how.to_owned(), ..statement(vec![]) };
        let list = |statements| Statements { key: "know".to_owned(), heading: "Know".to_owned(), statements };
        let lists = [list(vec![captured("spoken"), captured("")]), list(vec![captured("spoken")])];
        let (usual, note) = how_captured_here(&lists, &pupil());
        assert_eq!((usual.how.as_str(), usual.is_mixed), ("Spoken", false));
        let said = "Tomek’s own words. Nobody has changed them. Spoken, where one of them says nothing else.";
        assert_eq!(note.as_deref(), Some(said));
        assert_eq!(beside(&lists[1].statements[0], &pupil(), &usual), None);
        assert_eq!(how(&lists[0].statements[1], &pupil()), "Written by Tomek");
        assert_eq!(how_captured_here(&[], &pupil()), (Usual::default(), None));
    }

    /// Who wrote of a child’s reading age is not always known: then the line says nothing, and is not the child’s by that.
    #[test]
    fn among_lines_of_others_each_of_the_pupils_says_so() {
        let others = Statement { said_by: None, said_by_name: String::new(), ..statement(vec![]) };
        let statements =
            vec![Statement { captured: "spoken".to_owned(), ..statement(vec![]) }, statement(vec![]), others];
        let lists = [Statements { key: "know".to_owned(), heading: "Know".to_owned(), statements }];
        let (usual, note) = how_captured_here(&lists, &pupil());
        let lines = lists[0].statements.iter().map(|line| beside(line, &pupil(), &usual)).collect::<Vec<_>>();
        assert!(lines[..2].iter().all(|line| line.as_ref().unwrap().starts_with("– Tomek")), "{lines:?}");
        assert_eq!(lines[2], None);
        assert!(note.unwrap().starts_with("“– Tomek” stands beside Tomek’s own words."));
    }
}
