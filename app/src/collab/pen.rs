//! The scribe’s second pen: what is typed for the pupil, under a client id that says so.
//!
//! yrs gives a document one client id for good. So the named scribe types the pupil’s words in a copy of
//! the section, under an id of that kind, and each edit is handed over to the document on the page at
//! once. From there it goes the way of every other edit.
//!
//! What must stay true: the copy has all that the page has before it is edited; nothing is sent from it;
//! it goes when the page’s document is replaced, so that an id whose edit was refused is not used again.

use shared::doc::{COPY, SectionDoc};

use super::{fresh, outgoing::Outgoing};

pub(super) struct Pen {
    /// The client id of the document on the page.
    of: u64,
    copy: SectionDoc,
    written: Outgoing,
}

impl Pen {
    /// Edits the copy of what the page shows; takes a new one if it was of another document.
    pub(super) fn write<T>(pen: &mut Option<Self>, shown: &SectionDoc, edit: impl FnOnce(&SectionDoc) -> T) -> T {
        let known = pen.take().filter(|pen| pen.of == shown.client_id());
        let pen = pen.insert(known.unwrap_or_else(|| Self::new(shown)));
        if let Ok(missing) = shown.diff(&pen.copy.state_vector()) {
            let _ = pen.copy.apply(&missing);
        }
        let result = edit(&pen.copy);
        for update in pen.written.take() {
            // Made by our own document, so it can be read.
            let _ = shown.apply_from(COPY, &update);
        }
        result
    }

    fn new(shown: &SectionDoc) -> Self {
        let copy = SectionDoc::new(shown.section(), fresh::client_id_for_pupil());
        Self { of: shown.client_id(), written: Outgoing::observe(&copy), copy }
    }
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, Section, doc::NewItem, hand, schema::passport::HELP, splice::Splice};
    use uuid::Uuid;

    use super::*;
    use crate::collab::undo::{FieldUndo, OwnWords};

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    fn insert(at: u32, words: &str) -> Splice {
        Splice { at, delete: 0, insert: words.to_owned() }
    }

    #[test]
    fn what_is_typed_for_the_pupil_is_on_the_page_and_sent_under_an_id_that_says_so() {
        let (server, shown) = (SectionDoc::new(Section::Passport, 1), SectionDoc::new(Section::Passport, 2));
        server.add(&HELP, ITEM, NewItem::default().with("text", "Wait"));
        shown.apply(&server.state()).unwrap();
        let outgoing = Outgoing::observe(&shown);
        let mut pen = None;
        Pen::write(&mut pen, &shown, |doc| doc.splice(&HELP, ITEM, "text", &insert(4, " for me")));
        shown.splice(&HELP, ITEM, "text", &insert(0, "Please: "));
        Pen::write(&mut pen, &shown, |doc| doc.splice(&HELP, ITEM, "text", &insert(19, ".")));

        let sent = outgoing.take();
        assert_eq!(sent.len(), 3);
        sent.iter().for_each(|update| server.apply(update).unwrap());
        for doc in [&server, &shown] {
            let runs = doc.runs(&HELP, ITEM, "text");
            let whose: Vec<_> = runs.iter().map(|run| (hand::is_for_pupil(run.client), run.words.as_str())).collect();
            assert_eq!(whose, [(false, "Please: "), (false, "Wait"), (true, " for me.")]);
        }
    }

    #[test]
    fn undo_of_what_was_typed_for_the_pupil_takes_nothing_else() {
        let shown = SectionDoc::new(Section::Passport, 2);
        shown.add(&HELP, ITEM, NewItem::default().with("text", "Wait"));
        let mut pen = None;
        let mut undo = Pen::write(&mut pen, &shown, |doc| {
            FieldUndo::new(doc, &doc.text_ref(&HELP, ITEM, "text").unwrap(), OwnWords::default(), || 1)
        });
        Pen::write(&mut pen, &shown, |doc| doc.splice(&HELP, ITEM, "text", &insert(4, " for me")));
        shown.splice(&HELP, ITEM, "text", &insert(0, "Please: "));
        assert!(Pen::write(&mut pen, &shown, |_| undo.undo()));
        assert_eq!(shown.words(&HELP, ITEM, "text"), "Please: Wait");
        assert!(Pen::write(&mut pen, &shown, |_| undo.redo()));
        let runs = shown.runs(&HELP, ITEM, "text");
        assert!(runs.iter().any(|run| run.words.contains("for me") && hand::is_for_pupil(run.client)), "{runs:?}");
    }

    #[test]
    fn a_page_that_began_afresh_gets_another_pen() {
        let (before, after) = (SectionDoc::new(Section::Passport, 2), SectionDoc::new(Section::Passport, 3));
        let mut pen = None;
        Pen::write(&mut pen, &before, |doc| doc.add(&HELP, ITEM, NewItem::default()));
        Pen::write(&mut pen, &after, |doc| assert!(doc.items(&HELP).is_empty()));
    }
}
