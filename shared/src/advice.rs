//! What to do next with a kind of help: keep it, use it for more, train for it, or choose another.
//!
//! What must stay true: what did not happen never counts against a help; of few children nothing is said but that they
//! are few; nobody is told to stop a help of which nobody knows whether it was given.

/// Fewer children than this are shown, and compared with nothing.
pub const FEW: u32 = 5;

/// Out of a hundred sessions, so many must have happened before a help can be found not to work.
const GIVEN: i64 = 75;

/// What reviews found of one kind of help.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Of whom at least one target could be judged.
    pub children: u32,
    pub got_there: u32,
    pub part_way: u32,
    pub not_yet: u32,
    /// Targets that nobody could judge, because the help did not happen.
    pub not_tried: u32,
    /// Sessions that were looked back on; none where nobody counted.
    pub planned: i64,
    pub delivered: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Keep,
    Grow,
    Train,
    Stop,
    TooFew,
}

impl Advice {
    pub const ALL: [Self; 5] = [Self::Keep, Self::Grow, Self::Train, Self::Stop, Self::TooFew];

    pub fn words(self) -> &'static str {
        match self {
            Self::Keep => "Keep",
            Self::Grow => "Use for more pupils",
            Self::Train => "Training to plan",
            Self::Stop => "Stop and choose another",
            Self::TooFew => "Too few to tell",
        }
    }
}

/// This much for each of so many, to the nearest whole number; nothing where there is nobody.
pub fn nearest(sum: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| (sum + of / 2).div_euclid(of))
}

/// So many out of a hundred, likewise.
pub fn percent(part: i64, of: i64) -> Option<i64> {
    nearest(part * 100, of)
}

/// What to do, and why, as a sentence for whoever decides it.
pub fn advise(found: &Found) -> (Advice, String) {
    let judged = found.got_there + found.part_way + found.not_yet;
    let moved = found.got_there + found.part_way;
    if found.children < FEW {
        return (Advice::TooFew, few(found));
    }
    let happened = percent(found.delivered, found.planned);
    let was_given = found.planned > 0 && found.delivered * 100 >= found.planned * GIVEN;
    let sessions = match happened {
        Some(percent) => format!("{percent} % of the sessions happened"),
        None => "nobody counted the sessions".to_owned(),
    };
    let got_there = format!("{} of {judged} targets got there", found.got_there);
    if found.got_there * 4 >= judged * 3 && was_given {
        return (Advice::Grow, format!("{got_there}, and {sessions}."));
    }
    if found.got_there * 2 >= judged {
        let more = if was_given { "and" } else { "though" };
        return (Advice::Keep, format!("{got_there}, {more} {sessions}."));
    }
    if !was_given {
        let why = format!(
            "Only {got_there}, but {sessions}: what was not given cannot be judged. See that it happens, then look again."
        );
        return (Advice::TooFew, why);
    }
    if moved * 2 >= judged {
        let why = format!(
            "{moved} of {judged} targets moved and only {} got there, though {sessions}. Look at how it is given, and who was trained for it.",
            found.got_there
        );
        return (Advice::Train, why);
    }
    (Advice::Stop, format!("{} of {judged} targets did not move, though {sessions}.", found.not_yet))
}

fn few(found: &Found) -> String {
    let judged = match found.children {
        0 => "Nothing could be judged".to_owned(),
        1 => "Only one child could be judged".to_owned(),
        children => format!("Only {children} children could be judged"),
    };
    match found.not_tried {
        0 => format!("{judged}. Read the plans instead."),
        1 => format!(
            "{judged}: one target did not get to be tried. That says nothing about the help; see that it happens first."
        ),
        targets => format!(
            "{judged}: {targets} targets did not get to be tried. That says nothing about the help; see that it happens first."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Got there, part of the way, not yet, not tried; sessions planned and happened.
    fn of(marks: [u32; 4], sessions: [i64; 2]) -> Advice {
        let [got_there, part_way, not_yet, not_tried] = marks;
        let [planned, delivered] = sessions;
        let children = got_there + part_way + not_yet;
        advise(&Found { children, got_there, part_way, not_yet, not_tried, planned, delivered }).0
    }

    #[test]
    fn what_to_do_follows_from_what_reviews_found() {
        assert_eq!(of([6, 1, 0, 0], [100, 94]), Advice::Grow);
        assert_eq!(of([4, 3, 1, 0], [100, 90]), Advice::Keep);
        assert_eq!(of([5, 4, 2, 0], [100, 91]), Advice::Train);
        assert_eq!(of([1, 3, 8, 0], [100, 86]), Advice::Stop);
        assert_eq!(of([2, 1, 0, 0], [100, 93]), Advice::TooFew);
        assert_eq!(of([0, 0, 0, 0], [0, 0]), Advice::TooFew);
    }

    #[test]
    fn what_did_not_happen_is_never_found_not_to_work() {
        for marks in [[0, 0, 9, 0], [0, 0, 9, 40], [1, 2, 9, 0], [0, 0, 0, 40]] {
            for sessions in [[100, 74], [100, 0], [0, 0]] {
                assert_eq!(of(marks, sessions), Advice::TooFew, "{marks:?} {sessions:?}");
            }
        }
        // Nor do targets that were not tried change what is said of the others.
        for marks in [[6, 1, 0], [4, 3, 1], [5, 4, 2], [1, 3, 8]] {
            let [got_there, part_way, not_yet] = marks;
            let with = |not_tried| of([got_there, part_way, not_yet, not_tried], [100, 90]);
            assert_eq!(with(0), with(50));
        }
    }

    #[test]
    fn a_share_is_told_to_the_nearest() {
        let shares = [(2, 3, 67), (1, 3, 33), (37, 42, 88), (1, 8, 13), (0, 9, 0), (9, 9, 100), (11, 10, 110)];
        for (part, of, expected) in shares {
            assert_eq!(percent(part, of), Some(expected), "{part} of {of}");
        }
        assert_eq!((percent(0, 0), nearest(7, 2), nearest(5, 0)), (None, Some(4), None));
    }

    #[test]
    fn the_reason_says_what_is_not_known() {
        let found = Found { children: 2, got_there: 2, not_tried: 7, ..Found::default() };
        assert_eq!(
            advise(&found).1,
            "Only 2 children could be judged: 7 targets did not get to be tried. That says nothing about the help; see that it happens first."
        );
    }
}
