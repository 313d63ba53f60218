//! `docs/rows.md` says which browser test walks each row of the field’s table, as whom. Here it is held to that.

use std::{collections::BTreeSet, fs, path::Path};

/// Whom a school’s record is for.
const PEOPLE: [&str; 5] = ["SENCO", "class teacher", "designated teacher", "parent", "pupil"];

/// What the rows are about, each at least once.
const MATTERS: [&str; 7] = ["passport", "plan", "pep", "provision map", "sessions", "impact", "records"];

/// The row, as whom, and the test: its spec and its title. A row goes on in the lines below it that do not name one.
fn walks() -> Vec<(String, Vec<String>, String, String)> {
    let page = fs::read_to_string(root("docs/rows.md")).unwrap();
    let lines = page.lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut row = String::new();
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, does, people, test] = cells[..] else { panic!("{line}") };
            if !name.is_empty() {
                assert!(!does.is_empty(), "{name} does nothing");
                row = name.to_owned();
            }
            let (spec, title) = test.split_once(' ').unwrap();
            let people = people.split(", ").map(str::to_owned).collect();
            let title = title.strip_prefix('“').and_then(|title| title.strip_suffix('”')).unwrap();
            (row.clone(), people, spec.trim_matches('`').to_owned(), title.to_owned())
        })
        .collect()
}

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[test]
fn every_row_is_walked_as_each_of_those_it_is_for() {
    let walks = walks();
    let rows: BTreeSet<_> = walks.iter().map(|(row, ..)| row.as_str()).collect();
    for matter in MATTERS {
        assert!(rows.iter().any(|row| row.to_lowercase().contains(matter)), "no row about {matter}");
    }
    for row in rows {
        let people: BTreeSet<_> =
            walks.iter().filter(|(of, ..)| of == row).flat_map(|(_, people, ..)| people).map(String::as_str).collect();
        assert_eq!(people, BTreeSet::from(PEOPLE), "{row}");
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    for (row, _, spec, title) in walks() {
        let source = fs::read_to_string(root(&format!("end2end/{spec}.ts"))).unwrap_or_default();
        assert!(source.contains(&format!("test('{title}'")), "{row}: {spec} has no test “{title}”");
    }
}
