//! Fractional order keys: a place between any two others, so that moving one item touches only it.
//!
//! A key is a text of the digits `0`–`9`, `A`–`Z`, `a`–`z`, read as a fraction in base 62 and
//! compared as bytes. It never ends in `0`, so there is always room in front of it. It ends in letters
//! of the item’s own id: so two people who insert in the same gap at the same moment make two keys,
//! and there is room between these too.

use crate::ItemId;

/// How many digits of a key are the item’s own. One in fourteen million pairs has the same.
const OWN_DIGITS: u32 = 4;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key for this item after `before` and in front of `after`; `None` means the end of the list on that
/// side. Keys that are not of this form (a hostile client’s) are read as far as they can be.
pub fn between(before: Option<&str>, after: Option<&str>, item: ItemId) -> String {
    // Whatever follows a key in a gap lies in the same gap.
    place(before, after) + &own_digits(item)
}

fn own_digits(item: ItemId) -> String {
    let base = DIGITS.len() as u128;
    let mut rest = item.0.as_u128() % base.pow(OWN_DIGITS);
    let mut digits = String::new();
    for _ in 1..OWN_DIGITS {
        digits.push(char::from(DIGITS[(rest % base) as usize]));
        rest /= base;
    }
    // Not a zero at the end.
    digits.push(char::from(DIGITS[1 + (rest % (base - 1)) as usize]));
    digits
}

fn place(before: Option<&str>, after: Option<&str>) -> String {
    let low: Vec<usize> = before.map(digits).unwrap_or_default();
    let high: Option<Vec<usize>> = after.map(digits).filter(|high| high.as_slice() > low.as_slice());
    let mut key = String::new();
    let mut bounded = high.is_some();
    for place in 0.. {
        let from = low.get(place).copied().unwrap_or(0);
        let to = match &high {
            Some(high) if bounded => high.get(place).copied().unwrap_or(0),
            _ => DIGITS.len(),
        };
        if to > from + 1 {
            key.push(char::from(DIGITS[from + (to - from) / 2]));
            break;
        }
        key.push(char::from(DIGITS[from]));
        // Once below the upper bound at some place, anything further right is below it too.
        bounded = bounded && to == from;
    }
    key
}

/// The digits without zeros at the end, which add nothing to a fraction: two keys that differ in them
/// alone are one place, and looking for room between them would never end.
fn digits(key: &str) -> Vec<usize> {
    let digits = key.bytes().map_while(|byte| DIGITS.iter().position(|digit| *digit == byte));
    let mut digits: Vec<usize> = digits.collect();
    digits.truncate(digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1));
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    #[test]
    fn a_key_lies_between_its_neighbours() {
        let middle = between(None, None, id(1));
        let first = between(None, Some(&middle), id(2));
        let last = between(Some(&middle), None, id(3));
        assert!(first < middle && middle < last);
    }

    #[test]
    fn two_in_one_gap_at_the_same_moment_have_a_gap_between_them() {
        let (mut one, mut other) = (between(Some("V"), None, id(1)), between(Some("V"), None, id(2)));
        if one > other {
            std::mem::swap(&mut one, &mut other);
        }
        let between = between(Some(&one), Some(&other), id(3));
        assert!(one < between && between < other, "{one} {between} {other}");
    }

    #[test]
    fn keys_that_differ_in_zeros_alone_are_one_place() {
        for (before, after) in [("", "0"), ("V", "V0"), ("V0", "V000"), ("0", "00")] {
            assert!(!between(Some(before), Some(after), id(1)).is_empty(), "{before:?} {after:?}");
        }
    }

    proptest! {
        #[test]
        fn there_is_always_room(places in proptest::collection::vec(0usize..50, 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for place in places {
                let at = place.min(keys.len());
                let before = at.checked_sub(1).and_then(|i| keys.get(i)).map(String::as_str);
                let item = id(keys.len() as u128 * 0x9e37_79b9_7f4a_7c15);
                let key = between(before, keys.get(at).map(String::as_str), item);
                keys.insert(at, key);
            }
            prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
            prop_assert!(keys.iter().all(|key| !key.ends_with('0')));
        }

        #[test]
        fn strange_keys_do_no_harm(a in "[0-1z]{0,4}.{0,8}", b in "[0-1z]{0,4}.{0,8}") {
            prop_assert!(!between(Some(&a), Some(&b), id(1)).is_empty());
        }
    }
}
