//! Two people at one text, each with a text box that holds changes back now and then. Whatever they
//! do, in whatever order things arrive: when all is released, boxes and documents are one text, and
//! a caret still stands behind its letter.

use proptest::prelude::*;
use shared::{
    ItemId, Section,
    doc::{FieldAddress, NewItem, SectionDoc},
    schema::plan::TARGETS,
    splice::Splice,
};
use uuid::Uuid;

use super::*;
use crate::collab::incoming::Incoming;

const ITEM: ItemId = ItemId(Uuid::from_u128(1));

/// A text box, its document and its caret, with a browser’s rules for `setRangeText(…, "preserve")`.
struct Editor {
    doc: SectionDoc,
    incoming: Incoming,
    held: Held,
    area: Vec<u16>,
    caret: usize,
}

impl Editor {
    fn new(client: u64, state: &[u8]) -> Self {
        let doc = SectionDoc::from_state(Section::Plan, client, state).unwrap();
        let held = Held::new(&doc.words(&TARGETS, ITEM, "title"));
        let address = FieldAddress::new(Section::Plan, &TARGETS, ITEM, TARGETS.field("title").unwrap());
        let incoming = Incoming::observe(&doc, &address, "test").unwrap();
        Self { incoming, area: held.shown().to_vec(), held, doc, caret: 0 }
    }

    fn types(&mut self, at: usize, delete: usize, insert: &str) {
        let at = at.min(self.area.len());
        let end = (at + delete).min(self.area.len());
        let insert: Vec<u16> = insert.encode_utf16().collect();
        self.area.splice(at..end, insert.iter().copied());
        self.caret = at + insert.len();
        let edits = self.held.typed(self.area.clone(), self.caret);
        self.doc.splice_all(&TARGETS, ITEM, "title", &edits);
        self.incoming.take();
    }

    fn hears(&mut self, other: &Self) {
        let update = other.doc.diff(&self.doc.state_vector()).unwrap();
        self.doc.apply(&update).unwrap();
        for splice in self.incoming.take() {
            self.held.came(&splice);
        }
    }

    fn releases(&mut self) {
        for Splice { at, delete, insert } in self.held.release() {
            let (at, end) = (at as usize, (at + delete) as usize);
            let insert: Vec<u16> = insert.encode_utf16().collect();
            self.area.splice(at..end, insert.iter().copied());
            if self.caret > end {
                self.caret = self.caret + insert.len() - (end - at);
            } else if self.caret > at {
                self.caret = at;
            }
        }
    }

    fn text(&self) -> String {
        self.doc.words(&TARGETS, ITEM, "title")
    }
}

fn two(words: &str) -> (Editor, Editor) {
    let seed = SectionDoc::new(Section::Plan, 1);
    seed.add(&TARGETS, ITEM, NewItem::default().with("title", words));
    (Editor::new(2, &seed.state()), Editor::new(3, &seed.state()))
}

#[test]
fn what_i_type_while_changes_wait_lands_where_i_see_it() {
    let (mut me, mut other) = two("Play a game");
    other.types(0, 0, "Tomek: ");
    other.types(7 + 4, 2, " the");
    me.hears(&other);
    me.types(11, 0, " with rules");
    assert_eq!(String::from_utf16_lossy(&me.area), "Play a game with rules");
    assert_eq!(me.text(), "Tomek: Play the game with rules");
    me.releases();
    assert_eq!(String::from_utf16_lossy(&me.area), "Tomek: Play the game with rules");
    assert_eq!(me.caret, 31);
}

#[test]
fn what_others_wrote_inside_my_selection_survives_my_deleting_it() {
    let (mut me, mut other) = two("one two three");
    other.types(4, 0, "and ");
    me.hears(&other);
    me.types(0, 7, "");
    assert_eq!(me.text(), "and  three");
}

#[test]
fn a_caret_of_somebody_else_is_drawn_where_its_letter_stands() {
    let (mut me, mut other) = two("abcdef");
    other.types(0, 2, "xyz");
    me.hears(&other);
    assert_eq!((me.held.to_box(3 + 2), me.held.to_document(4)), (4, 5));
}

#[derive(Clone, Debug)]
enum Step {
    Types { who: bool, at: usize, delete: usize, insert: &'static str },
    Hears { who: bool },
    Releases { who: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let insert = prop::sample::select(vec!["", "a", "b", "ab", "é", "👍", "\n", "the cat"]);
    prop_oneof![
        3 => (any::<bool>(), 0usize..24, 0usize..5, insert)
            .prop_map(|(who, at, delete, insert)| Step::Types { who, at, delete, insert }),
        2 => any::<bool>().prop_map(|who| Step::Hears { who }),
        1 => any::<bool>().prop_map(|who| Step::Releases { who }),
    ]
}

proptest! {
    #[test]
    fn boxes_and_documents_become_one_text(start in "[abc]{0,12}", steps in prop::collection::vec(step(), 1..40)) {
        let (mut a, mut b) = two(&start);
        for step in steps {
            match step {
                Step::Types { who, at, delete, insert } => {
                    let editor = if who { &mut a } else { &mut b };
                    // A browser never leaves a caret inside a surrogate pair.
                    let text = String::from_utf16_lossy(&editor.area);
                    let snap = |place: usize| {
                        let mut units = 0;
                        text.chars().take_while(|c| { units += c.len_utf16(); units <= place }).map(char::len_utf16).sum::<usize>()
                    };
                    let (at, end) = (snap(at), snap(at + delete));
                    editor.types(at, end - at, insert);
                }
                Step::Hears { who: true } => a.hears(&b),
                Step::Hears { who: false } => b.hears(&a),
                Step::Releases { who } => {
                    let editor = if who { &mut a } else { &mut b };
                    let before = editor.area.clone();
                    let caret = editor.caret;
                    let kept = caret > 0 && stays(&editor.held, caret - 1);
                    editor.releases();
                    if kept {
                        prop_assert_eq!(editor.area[editor.caret - 1], before[caret - 1]);
                    }
                }
            }
            for editor in [&a, &b] {
                prop_assert_eq!(String::from_utf16_lossy(&editor.held.document()), editor.text());
                prop_assert_eq!(editor.held.shown(), editor.area.as_slice());
            }
        }
        a.hears(&b);
        b.hears(&a);
        a.releases();
        b.releases();
        prop_assert_eq!(a.text(), b.text());
        prop_assert_eq!(String::from_utf16_lossy(&a.area), a.text());
        prop_assert_eq!(String::from_utf16_lossy(&b.area), b.text());
    }

    #[test]
    fn a_document_that_became_another_is_shown(before in "[ab😀]{0,12}", typed in "[ab]{0,3}", after in "[ab😀]{0,12}") {
        let mut held = Held::new(&before);
        let seen: Vec<u16> = format!("{before}{typed}").encode_utf16().collect();
        let caret = seen.len();
        held.typed(seen, caret);
        held.becomes(&after);
        held.release();
        prop_assert_eq!(String::from_utf16_lossy(held.shown()), after);
    }
}

/// Whether the unit of the box at this place is still in the document.
fn stays(held: &Held, place: usize) -> bool {
    let mut here = 0;
    held.runs.iter().any(|run| {
        let inside = (here..here + run.in_box()).contains(&place);
        here += run.in_box();
        inside && matches!(run, Run::Both(_))
    })
}
