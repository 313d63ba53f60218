//! A passport on one sheet of paper: how small it is printed so that all of it is there.
//!
//! What must stay true: nothing is left out; whose words are few has them as large as ever.

use shared::record::{Statement, Statements};

/// Out of a hundred, as `child.css` knows them.
const SIZES: [u32; 6] = [100, 85, 70, 60, 50, 40];

/// Of a sheet in full size, below what stands at its top: lines of two columns, and letters in each. Somewhat fewer than
/// there is room for: how words break nobody knows here.
const LINES: f32 = 95.0;
const LETTERS: f32 = 44.0;
const HEADING: f32 = 2.5;
/// What stands first stands in rows of two, as high as the longer one, and in larger letters.
const FIRST: f32 = 2.3;

/// The largest size at which all of it is on one page; none, where it is longer than that.
pub(super) fn size(first: &[Statements], rest: &[Statements]) -> Option<u32> {
    SIZES.into_iter().find(|size| {
        let scale = *size as f32 / 100.0;
        lines(first, rest, LETTERS / scale) <= LINES / scale
    })
}

fn lines(first: &[Statements], rest: &[Statements], letters: f32) -> f32 {
    // Each begins a line, with some room above.
    let of = |said: &Statement| (said.words.chars().count() as f32 / letters).ceil().max(1.0) + 0.4;
    let rows = |list: &Statements| -> f32 {
        list.statements.chunks(2).map(|row| row.iter().map(of).fold(0.0, f32::max) * FIRST).sum()
    };
    let columns = |list: &Statements| -> f32 { list.statements.iter().map(of).sum() };
    HEADING * (first.len() + rest.len()) as f32
        + first.iter().map(rows).sum::<f32>()
        + rest.iter().map(columns).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use shared::ItemId;
    use uuid::Uuid;

    use super::*;

    fn passport(statements: usize, letters: usize) -> Vec<Statements> {
        let said = Statement {
            id: ItemId(Uuid::nil()),
            words: "x".repeat(letters),
            said_by: None,
            said_by_name: String::new(),
            captured: String::new(),
            said_on: String::new(),
            side: String::new(),
            about: None,
            hands: vec![],
        };
        let list = Statements { key: String::new(), heading: String::new(), statements: vec![said; statements] };
        vec![list; 8]
    }

    #[test]
    fn more_words_are_printed_smaller_and_too_many_are_said_to_be() {
        let sizes = [(3, 60), (4, 150), (4, 250), (1, 2_000), (6, 2_000)].map(|(count, letters)| {
            let lists = passport(count, letters);
            size(&lists[..1], &lists[1..])
        });
        assert_eq!(sizes[0], Some(100));
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        assert_eq!(sizes[4], None);
    }
}
