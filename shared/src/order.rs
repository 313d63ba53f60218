//! Fractional order keys: a place between any two others, so that moving one item touches only it.
//!
//! A key is a text of the digits `0`–`9`, `A`–`Z`, `a`–`z`, read as a fraction in base 62 and
//! compared as bytes. It never ends in `0`, so there is always room in front of it. Two people who
//! insert in the same gap at the same moment make the same key; the item’s id then decides, the same
//! everywhere.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key after `before` and in front of `after`; `None` means the end of the list on that side.
/// Keys that are not of this form (a hostile client’s) are read as far as they can be.
pub fn between(before: Option<&str>, after: Option<&str>) -> String {
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

fn digits(key: &str) -> Vec<usize> {
    key.bytes().map_while(|byte| DIGITS.iter().position(|digit| *digit == byte)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::between;

    #[test]
    fn a_key_lies_between_its_neighbours() {
        let middle = between(None, None);
        let first = between(None, Some(&middle));
        let last = between(Some(&middle), None);
        assert!(first < middle && middle < last);
    }

    proptest! {
        #[test]
        fn there_is_always_room(places in proptest::collection::vec(0usize..50, 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for place in places {
                let at = place.min(keys.len());
                let before = at.checked_sub(1).and_then(|i| keys.get(i)).map(String::as_str);
                let key = between(before, keys.get(at).map(String::as_str));
                keys.insert(at, key);
            }
            prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
            prop_assert!(keys.iter().all(|key| !key.ends_with('0')));
        }

        #[test]
        fn strange_keys_do_no_harm(a in ".{0,8}", b in ".{0,8}") {
            prop_assert!(!between(Some(&a), Some(&b)).is_empty());
        }
    }
}
