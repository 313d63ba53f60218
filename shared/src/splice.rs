//! What one input event did to a text: at this place, so much went, this came.
//!
//! All places and lengths are UTF-16 units, as in the browser and in every replica.

/// One edit. Applying it to the text before gives the text after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    pub at: u32,
    pub delete: u32,
    pub insert: String,
}

/// The one splice between two texts, given where the caret stands after the edit.
///
/// The caret decides between equals: typing “l” in “hello” beside the other “l” inserts where the
/// person typed. Edges are moved outward so that no surrogate pair is ever cut in two.
pub fn between(before: &[u16], after: &[u16], caret: usize) -> Option<Splice> {
    if before == after {
        return None;
    }
    let caret = caret.min(after.len());
    // Behind the caret nothing changed: that part is the common end.
    let mut end = common(before.iter().rev(), after.iter().rev());
    end = end.min(after.len() - caret.min(after.len()));
    let start_room = before.len().min(after.len()) - end.min(before.len().min(after.len()));
    let mut start = common(before.iter(), after.iter()).min(start_room);
    // A caret that says little (set by a script) must not hide a longer common end.
    end = common(before[start..].iter().rev(), after[start..].iter().rev());
    while start > 0 && (splits(before, start) || splits(after, start)) {
        start -= 1;
    }
    while end > 0 && (splits(before, before.len() - end) || splits(after, after.len() - end)) {
        end -= 1;
    }
    Some(Splice {
        at: start as u32,
        delete: (before.len() - end - start) as u32,
        insert: String::from_utf16_lossy(&after[start..after.len() - end]),
    })
}

/// Where a caret lands when somebody else’s splice is applied to the text it stands in. An insert
/// exactly at the caret leaves it in front.
pub fn shift(caret: u32, splice: &Splice) -> u32 {
    let inserted = splice.insert.encode_utf16().count() as u32;
    if caret <= splice.at {
        caret
    } else if caret >= splice.at + splice.delete {
        caret - splice.delete + inserted
    } else {
        splice.at
    }
}

fn common<'a>(a: impl Iterator<Item = &'a u16>, b: impl Iterator<Item = &'a u16>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// Whether a cut in front of `at` would part a surrogate pair.
fn splits(text: &[u16], at: usize) -> bool {
    at > 0 && at < text.len() && (0xD800..0xDC00).contains(&text[at - 1]) && (0xDC00..0xE000).contains(&text[at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn apply(text: &[u16], splice: &Splice) -> Vec<u16> {
        let (at, end) = (splice.at as usize, (splice.at + splice.delete) as usize);
        [&text[..at], &units(&splice.insert), &text[end..]].concat()
    }

    #[track_caller]
    fn check(before: &str, after: &str, caret: usize, at: u32, delete: u32, insert: &str) {
        let splice = between(&units(before), &units(after), caret);
        assert_eq!(splice, Some(Splice { at, delete, insert: insert.to_owned() }));
    }

    #[test]
    fn typing_beside_the_same_letter_lands_where_the_caret_is() {
        check("hello", "helllo", 3, 2, 0, "l");
        check("hello", "helllo", 4, 3, 0, "l");
    }

    #[test]
    fn an_emoji_is_replaced_whole() {
        check("a😀b", "a😁b", 3, 1, 2, "😁");
    }

    #[test]
    fn a_word_is_replaced_by_autocorrect() {
        check("teh cat", "the cat", 3, 1, 2, "he");
    }

    #[test]
    fn somebody_elses_insert_at_the_caret_leaves_it_in_front() {
        let splice = Splice { at: 3, delete: 0, insert: "xy".to_owned() };
        assert_eq!(shift(3, &splice), 3);
        assert_eq!(shift(4, &splice), 6);
    }

    proptest! {
        #[test]
        fn a_splice_makes_the_one_text_of_the_other(before in "[ab😀é]{0,12}", after in "[ab😀é]{0,12}", caret in 0usize..16) {
            let (before, after) = (units(&before), units(&after));
            match between(&before, &after, caret) {
                None => prop_assert_eq!(before, after),
                Some(splice) => prop_assert_eq!(apply(&before, &splice), after),
            }
        }
    }
}
