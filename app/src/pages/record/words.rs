//! What was said: the pupil’s words first, then what everybody said on the boards.

use leptos::prelude::*;
use shared::{
    record::{AgreedRecord, Statement},
    schema::{assess, passport},
};

use crate::view::Pupil;

#[component]
pub(super) fn PupilSaid(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    let is_pupils = |statement: &&Statement| statement.said_by == Some(pupil.person);
    let remark = record.remarks.iter().find(is_pupils).cloned();
    let lists: Vec<_> = record
        .passport
        .iter()
        .filter_map(|list| {
            let said: Vec<_> = list.statements.iter().filter(is_pupils).cloned().collect();
            (!said.is_empty()).then(|| (list.key.clone(), list.heading.clone(), said))
        })
        .collect();
    let name = pupil.name.clone();
    let all = remark.iter().chain(lists.iter().flat_map(|(_, _, said)| said));
    let untouched =
        all.flat_map(|statement| &statement.hands).all(|hand| hand.for_pupil || hand.person == pupil.person);
    let line = {
        let pupil = pupil.clone();
        move |statement: Statement| {
            let how = written_by(&statement, &pupil);
            view! {
                <li dir="auto">
                    {statement.words}
                    {how.map(|how| view! { " " <span class="typed-by">{how}</span> })}
                </li>
            }
        }
    };
    (remark.is_some() || !lists.is_empty()).then(|| {
        view! {
            <section aria-labelledby="said">
                <h2 id="said">"What " {name.clone()} " said"</h2>
                {remark
                    .map(|remark| {
                        let how = written_by(&remark, &pupil);
                        view! {
                            <figure class="said">
                                <div class="words">
                                    <blockquote>
                                        <p dir="auto">{remark.words}</p>
                                    </blockquote>
                                </div>
                                {how.map(|how| view! { <figcaption class="typed-by">{how}</figcaption> })}
                            </figure>
                        }
                    })}
                {lists
                    .into_iter()
                    .map(|(key, heading, said)| {
                        view! {
                            <h3>{heading}</h3>
                            <ul class=if key == passport::HELP.key { "words-lines" } else { "board-lines" }>
                                {said.into_iter().map(line.clone()).collect_view()}
                            </ul>
                        }
                    })
                    .collect_view()}
                <p class="small">
                    "These are "
                    {name}
                    {if untouched {
                        "’s own words. Nobody has changed them."
                    } else {
                        "’s own words. Where somebody else wrote between them, it says who."
                    }}
                </p>
            </section>
        }
    })
}

/// The boards, each line with its voice.
#[component]
pub(super) fn Boards(record: AgreedRecord, pupil: Pupil) -> impl IntoView {
    record
        .boards
        .into_iter()
        .map(|board| {
            let id = format!("board-{}", board.key);
            view! {
                <section aria-labelledby=id.clone()>
                    <h2 id=id.clone()>{board.heading}</h2>
                    <ul class="board-lines">
                        {board
                            .statements
                            .into_iter()
                            .map(|statement| {
                                let voice = voice(&statement, &pupil);
                                view! {
                                    <li dir="auto">
                                        {statement.words} " " <span>{voice}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                </section>
            }
        })
        .collect_view()
}

/// Who said it, or from which side it was said; and who wrote in it beside them.
fn voice(statement: &Statement, pupil: &Pupil) -> String {
    let side = assess::SIDES.iter().find(|side| side.code == statement.side).map(|side| side.label);
    let voice = match (statement.said_by_name.as_str(), side) {
        ("", side) => side.unwrap_or_default().to_owned(),
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

    #[test]
    fn the_hand_stands_beside_whose_words_they_are() {
        let person = |n| PersonId(Uuid::from_u128(n));
        let pupil = Pupil {
            person: person(1),
            name: "Tomek".to_owned(),
            portrait: None,
            portrait_alt: String::new(),
            looked_after: false,
        };
        let hand = |n, name: &str, for_pupil| Hand { person: person(n), name: name.to_owned(), for_pupil };
        let statement = |hands| Statement {
            id: ItemId(Uuid::from_u128(9)),
            words: "Let me draw".to_owned(),
            said_by: Some(person(1)),
            said_by_name: "Tomek".to_owned(),
            captured: String::new(),
            said_on: String::new(),
            side: String::new(),
            hands,
        };
        let typed = statement(vec![hand(2, "Mr Adeyemi", true)]);
        assert_eq!(written_by(&typed, &pupil).as_deref(), Some("typed by Mr Adeyemi for Tomek"));
        let both = statement(vec![hand(1, "Tomek", false), hand(3, "Miss Qureshi", false)]);
        assert_eq!(voice(&both, &pupil), "Tomek, with Miss Qureshi");
        assert_eq!(voice(&statement(vec![]), &pupil), "Tomek");
    }
}
