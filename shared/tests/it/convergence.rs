//! Five people, any order, anything lost or sent twice: everyone ends with the same section.

use proptest::prelude::*;
use shared::{
    ItemId, PersonId, Section,
    doc::{NewItem, SectionDoc},
    schema::plan::TARGETS,
    splice::Splice,
};
use uuid::Uuid;

const PEOPLE: usize = 5;
const WORDS: [&str; 4] = ["play", "😀", "żółw", " "];

#[derive(Clone, Debug)]
enum Step {
    Add,
    Write {
        item: usize,
        at: u32,
        delete: u32,
        word: usize,
    },
    Move {
        item: usize,
        down: bool,
    },
    Remove {
        item: usize,
    },
    PutBack {
        item: usize,
    },
    /// One person hears another: perhaps late, perhaps for the second time.
    Hear {
        from: usize,
    },
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        1 => Just(Step::Add),
        6 => (0..9usize, 0..30u32, 0..4u32, 0..WORDS.len())
            .prop_map(|(item, at, delete, word)| Step::Write { item, at, delete, word }),
        1 => (0..9usize, any::<bool>()).prop_map(|(item, down)| Step::Move { item, down }),
        1 => (0..9usize).prop_map(|item| Step::Remove { item }),
        1 => (0..9usize).prop_map(|item| Step::PutBack { item }),
        4 => (0..PEOPLE).prop_map(|from| Step::Hear { from }),
    ];
    (0..PEOPLE, step)
}

/// Everything a page would show of the section.
fn shown(doc: &SectionDoc) -> Vec<(ItemId, bool, String)> {
    doc.all_items(&TARGETS)
        .into_iter()
        .map(|item| (item.id, item.removed_by.is_some(), doc.words(&TARGETS, item.id, "success")))
        .collect()
}

fn hear(from: &SectionDoc, to: &SectionDoc) {
    to.apply(&from.diff(&to.state_vector()).unwrap()).unwrap();
}

proptest! {
    #[test]
    fn everyone_ends_with_the_same_section(steps in proptest::collection::vec(step(), 1..120)) {
        let docs: Vec<SectionDoc> = (0..PEOPLE).map(|n| SectionDoc::new(Section::Plan, n as u64 + 1)).collect();
        for (turn, (who, step)) in steps.into_iter().enumerate() {
            let doc = &docs[who];
            let all = doc.all_items(&TARGETS);
            let pick = |item: usize| all.get(item % all.len().max(1)).map(|item| item.id);
            match step {
                Step::Add => doc.add(&TARGETS, ItemId(Uuid::from_u128(turn as u128)), NewItem::default()),
                Step::Hear { from } => hear(&docs[from], doc),
                Step::Write { item, at, delete, word } => {
                    if let Some(id) = pick(item) {
                        let insert = WORDS[word].to_owned();
                        doc.splice(&TARGETS, id, "success", &Splice { at, delete, insert });
                    }
                }
                Step::Move { item, down } => {
                    if let Some(id) = pick(item) {
                        doc.move_by(&TARGETS, id, if down { 1 } else { -1 });
                    }
                }
                Step::Remove { item } => {
                    if let Some(id) = pick(item) {
                        doc.remove(&TARGETS, id, PersonId(Uuid::from_u128(who as u128 + 1)));
                    }
                }
                Step::PutBack { item } => {
                    if let Some(id) = pick(item) {
                        doc.put_back(&TARGETS, id);
                    }
                }
            }
        }
        for _ in 0..2 {
            for from in &docs {
                for to in &docs {
                    hear(from, to);
                }
            }
        }
        for doc in &docs[1..] {
            prop_assert_eq!(shown(doc), shown(&docs[0]));
        }
    }
}
