//! Why a session of help did not happen, in the words of whoever was to give it.
//!
//! What must stay true: none of these is about whether the help works. A session that did not happen is counted as
//! not having happened, and never as not having worked.

use crate::schema::{Code, code};

/// One tap each. The codes stand in the database.
pub const WHY: &[Code] = &[
    code("room", "Room taken", "the room was taken"),
    code("needed", "I was needed elsewhere", "the adult was needed elsewhere"),
    code("staff-away", "I was away", "the adult was away"),
    code(CHILD_AWAY, "Child away", "the child was away"),
    code("trip", "Trip or assembly", "there was a trip or an assembly"),
    code("child-no", "Child said no today", "the child said no that day"),
    code("other", "Something else", "something else came up"),
];

/// What is told of a child who missed a session that others had.
pub const CHILD_AWAY: &str = "child-away";

/// The longest note, in letters.
pub const NOTE_LIMIT: usize = 300;

/// Of one help on one day.
pub const SESSIONS_A_DAY: i16 = 9;

/// How many days back somebody may still tell: what is remembered later is a guess.
pub const DAYS_BACK: u16 = 14;

/// “the room was taken (3), the child was away”: the commonest first.
pub fn reasons(missed: &[String]) -> String {
    let mut counted: Vec<(usize, &str)> = WHY
        .iter()
        .map(|why| (missed.iter().filter(|code| *code == why.code).count(), why.plain))
        .filter(|(times, _)| *times > 0)
        .collect();
    counted.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    let words =
        |(times, plain): (usize, &str)| if times == 1 { plain.to_owned() } else { format!("{plain} ({times})") };
    counted.into_iter().map(words).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_the_commonest_comes_first() {
        let missed = ["trip", "room", "room"].map(str::to_owned);
        assert_eq!(reasons(&missed), "the room was taken (2), there was a trip or an assembly");
        assert_eq!(reasons(&[]), "");
    }
}
