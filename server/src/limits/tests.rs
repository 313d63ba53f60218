//! That the list is whole, printed as it is, and that each limit on it is reached by a test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{list::Row, *};

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut found = vec![];
    for folder in ["src", "../shared/src"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    found
}

#[test]
fn the_list_is_closed_and_every_name_its_own() {
    for (place, limit) in Limit::ALL.into_iter().enumerate() {
        assert_eq!(limit as usize, place, "{limit:?} stands where it is declared");
    }
    let names: BTreeSet<_> = Limit::ALL.map(Limit::name).into();
    assert_eq!(names.len(), Limit::ALL.len());
}

/// The list as `ARCHITECTURE.md` prints it.
fn table() -> String {
    let tests = tests_by_limit();
    let rows = Limit::ALL.map(|limit| {
        let Row { name, most, then, answer } = limit.row();
        let shown = tests.get(&limit.name()).map(String::as_str).unwrap_or_default();
        format!("\n| `{name}` | {most} | {then} | {answer} | {shown} |")
    });
    format!("| limit | most | what happens then | how it is told | shown by |\n|---|---|---|---|---|{}", rows.concat())
}

#[test]
fn every_limit_is_reached_by_a_test_that_names_it() {
    let tests = tests_by_limit();
    let without: Vec<_> = Limit::ALL.map(Limit::name).into_iter().filter(|name| !tests.contains_key(name)).collect();
    assert!(without.is_empty(), "no test says what happens at {without:?}");
}

/// Of each limit, the first test that names it: `Limit::…` in the body of a test, here or in `tests/it`.
fn tests_by_limit() -> BTreeMap<&'static str, String> {
    let mut places = vec![];
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut places);
    places.sort();
    // Of a file of the server, what stands in its tests.
    let mut own = all_sources();
    own.sort();
    own.retain(|(path, _)| !path.contains("src/limits"));
    places.extend(
        own.into_iter().filter_map(|(path, text)| Some((path, text.split_once("\nmod tests {")?.1.to_owned()))),
    );
    let mut tests = BTreeMap::new();
    for (path, text) in &places {
        let module = path.rsplit_once("/src/").or_else(|| path.rsplit_once("/tests/it/")).unwrap().1;
        let module = module.trim_end_matches(".rs").replace('/', "::");
        for body in test_bodies(text) {
            for limit in Limit::ALL {
                let named = format!("Limit::{limit:?}");
                let is_named = body.split(&named).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
                if is_named {
                    let place = format!("`{module}::{}`", name_of(body));
                    tests.entry(limit.name()).or_insert(place);
                }
            }
        }
    }
    tests
}

/// What follows each `#[test]` and the like, up to the next one.
fn test_bodies(text: &str) -> Vec<&str> {
    let marks = ["#[test]\n", "#[tokio::test", "#[sqlx::test", "\nattack!("];
    let mut starts: Vec<_> = marks.iter().flat_map(|mark| text.match_indices(mark).map(|(at, _)| at)).collect();
    starts.sort_unstable();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect()
}

fn name_of(body: &str) -> &str {
    let rest = match body.trim_start().strip_prefix("attack!(") {
        // After what is said of it.
        Some(rest) => rest.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("//")).unwrap(),
        None => body.split_once("fn ").unwrap().1,
    };
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap()
}

#[test]
fn the_architecture_prints_the_limits_as_they_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
    let printed = fs::read_to_string(path).unwrap();
    assert!(printed.contains(&table()), "ARCHITECTURE.md should hold this table:\n{}", table());
}

/// Shapes of one value, which are part of what a section, or a column of a file, declares.
const OF_A_VALUE: [&str; 7] =
    ["ORDER_LIMIT", "CAPTURED_LIMIT", "IDS_LIMIT", "CELL_LIMIT", "ANSWER_LIMIT", "NOTE_LIMIT", "NAME_LIMIT"];

#[test]
fn no_limit_is_missing_from_the_list() {
    let here = concat!(include_str!("../limits.rs"), include_str!("rows.rs"));
    for (path, text) in all_sources() {
        for line in text.lines().filter(|line| line.contains("const ") && !line.trim_start().starts_with("//")) {
            let name = line.split("const ").nth(1).unwrap_or_default();
            let name = name.split(':').next().unwrap_or_default().trim();
            if name.ends_with("_LIMIT") && !OF_A_VALUE.contains(&name) {
                assert!(here.matches(name).count() >= 1, "{path}: {name} is not in the list of limits");
            }
        }
    }
}

#[test]
fn every_queue_has_an_end_that_is_in_the_list() {
    for (path, text) in all_sources().into_iter().filter(|(path, _)| !path.contains("src/limits")) {
        for (_, rest) in text.match_indices("mpsc::channel(").map(|(at, found)| (at, &text[at + found.len()..])) {
            let size = rest.split(')').next().unwrap_or_default();
            let known = ["MESSAGE_LIMIT", "MAILBOX", "WAITING", ""].contains(&size);
            assert!(known, "{path}: a queue of {size} that is not in the list of limits");
        }
    }
}

#[test]
fn whoever_does_no_harm_may_come_back() {
    for limit in Limit::ALL {
        if let Answer::Close(code) = limit.row().answer {
            let is_hostile = matches!(limit, Limit::MessageSize | Limit::AwarenessEntries);
            assert_eq!(code.retry().is_none(), is_hostile, "{limit:?}");
        }
    }
}
