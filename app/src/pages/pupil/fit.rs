//! A passport on one sheet of paper: how small it is printed so that all of it is there.
//!
//! What must stay true: nothing is left out; whose words are few has them as large as ever.

/// Out of a hundred, as `child.css` knows them.
const SIZES: [u32; 6] = [100, 85, 70, 60, 50, 40];

/// Of a sheet in full size, below what stands at its top: lines of two columns, and letters in each. Somewhat fewer than
/// there is room for: how words break nobody knows here.
const LINES: f32 = 95.0;
const LETTERS: f32 = 44.0;
const HEADING: f32 = 2.5;
/// What stands first stands in rows of two, as high as the longer one, and in larger letters.
const FIRST: f32 = 2.3;

/// How many letters each line of a list has, with what stands beside it.
pub(super) type Letters = Vec<usize>;

/// The largest size at which all of it is on one page; none, where it is longer than that.
pub(super) fn size(first: &[Letters], rest: &[Letters]) -> Option<u32> {
    SIZES.into_iter().find(|size| {
        let scale = *size as f32 / 100.0;
        lines(first, rest, LETTERS / scale) <= LINES / scale
    })
}

fn lines(first: &[Letters], rest: &[Letters], letters: f32) -> f32 {
    // Each begins a line, with some room above.
    let of = |said: &usize| (*said as f32 / letters).ceil().max(1.0) + 0.4;
    let rows =
        |list: &Letters| -> f32 { list.chunks(2).map(|row| row.iter().map(of).fold(0.0, f32::max) * FIRST).sum() };
    let columns = |list: &Letters| -> f32 { list.iter().map(of).sum() };
    HEADING * (first.len() + rest.len()) as f32
        + first.iter().map(rows).sum::<f32>()
        + rest.iter().map(columns).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_words_are_printed_smaller_and_too_many_are_said_to_be() {
        let sizes = [(3, 60), (4, 150), (4, 250), (1, 2_000), (6, 2_000)].map(|(count, letters)| {
            let lists = vec![vec![letters; count]; 8];
            size(&lists[..1], &lists[1..])
        });
        assert_eq!(sizes[0], Some(100));
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        assert_eq!(sizes[4], None);
    }
}
