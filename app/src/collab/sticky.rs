//! Caret places that survive other people’s edits: Yjs relative positions, as JSON.

use yrs::{
    Assoc, IndexedSequence, StickyIndex, Transact,
    branch::{Branch, BranchPtr},
};

use super::incoming::Incoming;

/// The place in front of a letter; at the end of the text, the place behind the last one.
pub(super) fn position(text: &Incoming, place: u32) -> Option<serde_json::Value> {
    let txn = text.doc().yrs().transact();
    let sticky = text
        .text()
        .sticky_index(&txn, place, Assoc::After)
        .or_else(|| text.text().sticky_index(&txn, place, Assoc::Before))?;
    serde_json::to_value(sticky).ok()
}

/// Where such a place is now, if it is one of this text.
pub(super) fn place(text: &Incoming, position: &serde_json::Value) -> Option<u32> {
    let sticky: StickyIndex = shared::json::read_value(position.clone()).ok()?;
    let txn = text.doc().yrs().transact();
    let offset = sticky.get_offset(&txn)?;
    (offset.branch == BranchPtr::from(AsRef::<Branch>::as_ref(text.text()))).then_some(offset.index)
}

#[cfg(test)]
mod tests {
    use shared::{
        ItemId, Section,
        doc::{FieldAddress, NewItem, SectionDoc},
        schema::plan::TARGETS,
        splice::Splice,
    };
    use uuid::Uuid;

    use super::*;

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    fn text_of(doc: &SectionDoc, field: &str) -> Incoming {
        Incoming::observe(doc, &FieldAddress::new(Section::Plan, &TARGETS, ITEM, TARGETS.field(field).unwrap()), "test")
            .unwrap()
    }

    #[test]
    fn a_caret_stays_by_its_letter_wherever_it_stands() {
        for (words, place_before, place_after) in [("", 0, 0), ("ab", 0, 3), ("ab", 1, 4), ("a😀", 3, 6)] {
            let doc = SectionDoc::new(Section::Plan, 1);
            doc.add(&TARGETS, ITEM, NewItem::default().with("title", words));
            let text = text_of(&doc, "title");
            let caret = position(&text, place_before).unwrap();
            doc.splice(&TARGETS, ITEM, "title", &Splice { at: 0, delete: 0, insert: "xyz".to_owned() });
            assert_eq!(place(&text, &caret), Some(place_after), "{words:?} at {place_before}");
        }
    }

    #[test]
    fn a_place_in_another_text_is_none_here() {
        let doc = SectionDoc::new(Section::Plan, 1);
        doc.add(&TARGETS, ITEM, NewItem::default().with("title", "ab").with("success", "cd"));
        let (title, success) = (text_of(&doc, "title"), text_of(&doc, "success"));
        assert_eq!(place(&success, &position(&title, 1).unwrap()), None);
        assert_eq!(place(&title, &serde_json::json!({ "item": { "client": 9, "clock": 9 }, "assoc": 0 })), None);
        assert_eq!(place(&title, &serde_json::json!("nonsense")), None);
    }
}
