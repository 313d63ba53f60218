//! Which letters stand in the pupil’s own texts, where the rest of an item is worded together.
//!
//! Asked of the document when somebody deletes. So nothing has to be kept for it, and neither a restart
//! nor another server can come to know it differently.

use std::collections::HashSet;

use yrs::{Assoc, BranchID, ID, Map, MapRef, Out, ReadTxn, StickyIndex, branch::Branch};

use crate::{
    Section,
    schema::{self, List},
};

/// The pupil’s own texts of a section, those of items that were taken off the page too.
pub struct OwnTexts(HashSet<BranchID>);

impl OwnTexts {
    pub fn of(section: Section, txn: &impl ReadTxn) -> Self {
        Self(schema::lists(section).iter().flat_map(|list| texts(list, txn)).collect())
    }

    /// Whether this is a letter of one of them. Until the transaction that deletes it is over, it is.
    pub fn hold(&self, txn: &impl ReadTxn, letter: ID) -> bool {
        let place = StickyIndex::from_id(letter, Assoc::After).get_offset(txn);
        place.is_some_and(|place| self.0.contains(&place.branch.id()))
    }
}

fn texts(list: &List, txn: &impl ReadTxn) -> Vec<BranchID> {
    let own: Vec<_> = list.texts().filter(|field| schema::is_pupils(list, field.key)).collect();
    let Some(root) = txn.get_map(list.key).filter(|_| !own.is_empty()) else { return vec![] };
    let items = root.iter(txn).filter_map(|(_, item)| item.cast::<MapRef>().ok());
    let texts = items.flat_map(|item| own.iter().filter_map(|field| item.get(txn, field.key)).collect::<Vec<_>>());
    texts.filter_map(|text| if let Out::YText(text) = text { Some(id(text.as_ref())) } else { None }).collect()
}

fn id(branch: &Branch) -> BranchID {
    branch.id()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yrs::{Text, Transact, TransactionMut, block::ClientID};

    use super::*;
    use crate::{
        ItemId,
        doc::{NewItem, SectionDoc},
        schema::plan::TARGETS,
        splice::Splice,
    };

    #[test]
    fn a_letter_of_the_pupils_own_text_is_told_from_every_other_also_while_it_is_deleted() {
        let item = ItemId(Uuid::from_u128(1));
        let doc = SectionDoc::new(Section::Plan, 1);
        doc.add(&TARGETS, item, NewItem::default());
        let theirs = SectionDoc::from_state(Section::Plan, 2, &doc.state()).unwrap();
        let write = |field, words: &str| {
            theirs.splice(&TARGETS, item, field, &Splice { at: 0, delete: 0, insert: words.to_owned() });
        };
        write("pupil_words", "abc");
        write("title", "def");
        theirs.set_number(&TARGETS, item, "before_pupil", Some(3));

        let own_text = theirs.text_ref(&TARGETS, item, "pupil_words").unwrap();
        let mut txn = theirs.yrs().transact_mut();
        let own = |txn: &TransactionMut| {
            let texts = OwnTexts::of(Section::Plan, txn);
            (0..9).filter(|clock| texts.hold(txn, ID::new(ClientID::new(2), *clock))).collect::<Vec<_>>()
        };
        assert_eq!(own(&txn), [0, 1, 2]);
        own_text.remove_range(&mut txn, 0, 2);
        assert_eq!(own(&txn), [0, 1, 2]);
    }
}
