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
    let remark = record.remarks.iter().find(is_pupils).map(|remark| remark.words.clone());
    let lists: Vec<_> = record
        .passport
        .iter()
        .filter_map(|list| {
            let words: Vec<_> = list.statements.iter().filter(is_pupils).map(|s| s.words.clone()).collect();
            (!words.is_empty()).then(|| (list.key.clone(), list.heading.clone(), words))
        })
        .collect();
    let name = pupil.name.clone();
    (remark.is_some() || !lists.is_empty()).then(|| {
        view! {
            <section aria-labelledby="said">
                <h2 id="said">"What " {name.clone()} " said"</h2>
                {remark
                    .map(|words| {
                        view! {
                            <figure class="said">
                                <div class="words">
                                    <blockquote>
                                        <p dir="auto">{words}</p>
                                    </blockquote>
                                </div>
                            </figure>
                        }
                    })}
                {lists
                    .into_iter()
                    .map(|(key, heading, words)| {
                        view! {
                            <h3>{heading}</h3>
                            <ul class=if key == passport::HELP.key { "words-lines" } else { "board-lines" }>
                                {words.into_iter().map(|words| view! { <li dir="auto">{words}</li> }).collect_view()}
                            </ul>
                        }
                    })
                    .collect_view()}
                <p class="small">"These are " {name} "’s own words. Nobody has changed them."</p>
            </section>
        }
    })
}

/// The boards, each line with its voice.
#[component]
pub(super) fn Boards(record: AgreedRecord) -> impl IntoView {
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
                                let voice = voice(&statement);
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

/// Who said it, or from which side it was said.
fn voice(statement: &Statement) -> String {
    let side = assess::SIDES.iter().find(|side| side.code == statement.side).map(|side| side.label);
    match (statement.said_by_name.as_str(), side) {
        ("", side) => side.unwrap_or_default().to_owned(),
        (name, _) => name.to_owned(),
    }
}
