//! The one table: ratios first, then both figures, what was hoped for, and whether it was reached.

use std::fmt::Write;

use crate::figures::Figures;

#[derive(Clone, Copy, PartialEq)]
enum Better {
    Less,
    More,
}

struct Row {
    words: &'static str,
    figure: &'static str,
    better: Better,
    goal: Goal,
}

/// The least or the most that it should be.
#[derive(Clone, Copy)]
enum Goal {
    None,
    Is(f64),
    /// What the peer needed in this run.
    Peers,
}

const fn less(words: &'static str, figure: &'static str, goal: f64) -> Row {
    Row { words, figure, better: Better::Less, goal: Goal::Is(goal) }
}

const fn more(words: &'static str, figure: &'static str, goal: f64) -> Row {
    Row { words, figure, better: Better::More, goal: Goal::Is(goal) }
}

const fn less_than_peer(words: &'static str, figure: &'static str) -> Row {
    Row { words, figure, better: Better::Less, goal: Goal::Peers }
}

const fn told(words: &'static str, figure: &'static str, better: Better) -> Row {
    Row { words, figure, better, goal: Goal::None }
}

const ROWS: &[Row] = &[
    less("processor time for each letter delivered, 25 rooms × 8 people × 5 letters/s, µs", "latency.cpu_us", 10.0),
    told("… of that the server", "latency.cpu_us.server", Better::Less),
    told("… of that the database", "latency.cpu_us.database", Better::Less),
    less("delay of a letter there: 99 of 100, ms", "latency.p99", 10.0),
    told("… the middle one", "latency.p50", Better::Less),
    told("… the longest", "latency.max", Better::Less),
    less("… rooms in which somebody missed a letter", "latency.differ", 0.0),
    less("… sockets that were closed", "latency.closed", 0.0),
    less_than_peer("the same while the disk is busy: 99 of 100, ms", "disk.p99"),
    told("… the longest", "disk.max", Better::Less),
    more("letters delivered a second on one core, 99 of 100 within 250 ms", "saturate.delivered_s", 120_000.0),
    told("… processor time for each, µs", "saturate.cpu_us", Better::Less),
    told("letters delivered for a second of processor time, 10 rooms", "linear.10", Better::More),
    told("… the same letters in 100 rooms", "linear.100", Better::More),
    told("… the same letters in 500 rooms", "linear.500", Better::More),
    less("… the most of these three above the least, %", "linear.spread_percent", 20.0),
    less("coming into a document of 60,000 single edits, ms", "join.warm_1", 8.0),
    less("… fifty at once, the last", "join.warm_50", 120.0),
    less("… after a restart", "join.cold_1", 100.0),
    less("… fifty at once after a restart, the last", "join.cold_50", 250.0),
    told("… memory that the document takes, MB", "join.document_mb", Better::Less),
    less("memory of a room with the first person in it, kB", "idle.room_kb", 40.0),
    less("… of each further person", "idle.connection_kb", 12.0),
    less("… after all have left, % above what it was before", "idle.left_percent", 10.0),
    less("… sockets that were closed", "idle.closed", 0.0),
    told("processor time while everybody only reads, % of a core", "idle.cpu_percent", Better::Less),
    less("kill -9 while people type: edits lost that were seen or acknowledged", "crash.lost", 0.0),
    told("… in % of those", "crash.lost_percent", Better::Less),
    told("… times it was tried", "crash.times", Better::More),
    less("kill -9 after a burst of 60,000 edits: lost", "burst.lost", 0.0),
    told("… edits a second in that burst", "burst.edits_s", Better::More),
    more("hostile scenarios survived, of 17", "hostile.survived", 17.0),
    less("… the longest that a letter took in another room, ms", "hostile.stall", 50.0),
    told("… beside the attacker", "hostile.stall_beside", Better::Less),
    less("… the most that memory grew, MB", "hostile.memory_mb", 64.0),
    told("server waiting for its core, ms a second", "latency.server_wait", Better::Less),
    told("load waiting for its core, ms a second", "latency.load_wait", Better::Less),
];

pub(crate) fn of(ours: &Figures, theirs: &Figures, times: usize) -> String {
    let mut out = String::from("\n| | Roundtable is | Roundtable | Hocuspocus | goal | |\n|---|--:|--:|--:|--:|---|\n");
    for row in ROWS {
        let (one, other) = (ours.get(row.figure), theirs.get(row.figure));
        if one.is_none() && other.is_none() {
            continue;
        }
        let goal = match row.goal {
            Goal::None => None,
            Goal::Is(goal) => Some(goal),
            Goal::Peers => other,
        };
        let reached = match (goal, one) {
            (Some(goal), Some(one)) if row.better == Better::Less => verdict(one <= goal),
            (Some(goal), Some(one)) => verdict(one >= goal),
            // It failed before there was a figure.
            (Some(_), None) => verdict(false),
            (None, _) => "",
        };
        let goal = goal.map_or(String::new(), |goal| match row.better {
            Better::Less if goal == 0.0 => "0".to_owned(),
            Better::Less => format!("≤ {}", number(goal)),
            Better::More => format!("≥ {}", number(goal)),
        });
        let cell = |figures: &Figures| match (figures.get(row.figure), figures.range(row.figure)) {
            (Some(middle), Some((low, high))) if times > 1 => {
                format!("{} [{}–{}]", number(middle), number(low), number(high))
            }
            (Some(value), _) => number(value),
            _ => "–".to_owned(),
        };
        let ratio = ratio(row.better, one, other);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {} | {ratio} | {} | {} | {goal} | {reached} |", row.words, cell(ours), cell(theirs));
    }
    out
}

fn verdict(reached: bool) -> &'static str {
    if reached { "yes" } else { "NO" }
}

fn ratio(better: Better, one: Option<f64>, other: Option<f64>) -> String {
    let (Some(one), Some(other)) = (one, other) else { return String::new() };
    let times = match better {
        Better::Less => other / one,
        Better::More => one / other,
    };
    if !times.is_finite() || times <= 0.0 {
        return String::new();
    }
    if times >= 1.0 { format!("{} × better", number(times)) } else { format!("{} × worse", number(1.0 / times)) }
}

/// Three digits that matter, thousands apart.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "never".to_owned();
    }
    let size = value.abs();
    if size >= 1000.0 {
        let whole = format!("{value:.0}");
        let digits: Vec<char> = whole.chars().rev().collect();
        let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().rev().collect()).collect();
        groups.into_iter().rev().collect::<Vec<_>>().join(",")
    } else if size >= 100.0 || size == size.trunc() {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!(
            [0.0, 0.1234, 12.34, 123.4, 123_456.7, 17.0, -3.21].map(number),
            ["0", "0.12", "12.3", "123", "123,457", "17", "-3.21"]
        );
        assert_eq!(number(f64::INFINITY), "never");
    }

    #[test]
    fn a_ratio_says_who_is_better() {
        assert_eq!(ratio(Better::Less, Some(5.0), Some(10.0)), "2 × better");
        assert_eq!(ratio(Better::More, Some(5.0), Some(10.0)), "2 × worse");
        assert_eq!(ratio(Better::Less, Some(0.0), Some(10.0)), "");
    }
}
