//! `docs/asvs.md` says of each requirement which test shows it. Here it is held to that.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The sections of ASVS 5.0.0 with the numbers of their requirements of levels 1 and 2.
const REQUIREMENTS: &str = "\
    1.1 1-2, 1.2 1-9, 1.3 1-11, 1.4 1-3, 1.5 1-2, 2.1 1-3, 2.2 1-3, 2.3 1-4, 2.4 1-1, 3.2 1-2, 3.3 1-4, 3.4 1-6, \
    3.5 1-5, 3.7 1-2, 4.1 1-3, 4.2 1-1, 4.3 1-2, 4.4 1-4, 5.1 1-1, 5.2 1-3, 5.3 1-2, 5.4 1-3, 6.1 1-3, 6.2 1-12, \
    6.3 1-4, 6.4 1-4, 6.5 1-5, 6.6 1-3, 6.8 1-4, 7.1 1-3, 7.2 1-4, 7.3 1-2, 7.4 1-5, 7.5 1-2, 7.6 1-2, 8.1 1-2, \
    8.2 1-3, 8.3 1-1, 8.4 1-1, 9.1 1-3, 9.2 1-4, 10.1 1-2, 10.2 1-2, 10.3 1-4, 10.4 1-11, 10.5 1-5, 10.6 1-2, \
    10.7 1-3, 11.1 1-2, 11.2 1-3, 11.3 1-3, 11.4 1-4, 11.5 1-1, 11.6 1-1, 12.1 1-3, 12.2 1-2, 12.3 1-4, 13.1 1-1, \
    13.2 1-5, 13.3 1-2, 13.4 1-5, 14.1 1-2, 14.2 1-4, 14.3 1-3, 15.1 1-3, 15.2 1-3, 15.3 1-7, 16.1 1-1, 16.2 1-5, \
    16.3 1-4, 16.4 1-3, 16.5 1-3, 17.1 1-1, 17.2 1-4, 17.3 1-2";

/// Of level 3, those that were chosen.
const CHOSEN: [&str; 9] = ["1.2.10", "2.3.5", "3.4.7", "3.4.8", "5.2.6", "8.3.2", "14.2.7", "15.4.2", "16.5.4"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Number, state, words, and the tests named.
fn rows() -> Vec<(String, String, String, Vec<String>)> {
    let page = fs::read_to_string(root().join("docs/asvs.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()).map(cells);
    rows.map(|cells| {
        let [number, state, words, tests] = &cells[..] else { panic!("{cells:?}") };
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        (number.trim_end_matches('³').to_owned(), state.clone(), words.clone(), tests)
    })
    .collect()
}

#[test]
fn every_requirement_is_answered_once() {
    let mut asked = vec![];
    for section in REQUIREMENTS.split(", ") {
        let (section, numbers) = section.split_once(' ').unwrap();
        let (first, last) = numbers.split_once('-').unwrap();
        asked.extend(
            (first.parse::<u32>().unwrap()..=last.parse().unwrap()).map(|number| format!("{section}.{number}")),
        );
    }
    assert_eq!(asked.len(), 253, "levels 1 and 2 of ASVS 5.0.0");
    asked.extend(CHOSEN.map(str::to_owned));
    let mut answered: Vec<_> = rows().into_iter().map(|(number, ..)| number).collect();
    answered.sort();
    asked.sort();
    assert_eq!(answered, asked);
}

#[test]
fn what_is_said_to_be_shown_is_shown_and_everything_else_has_its_reason() {
    for (number, state, words, tests) in rows() {
        match state.as_str() {
            "shown" => assert!(!tests.is_empty(), "{number} is shown by nothing"),
            "partly" => assert!(
                !words.is_empty() && (!tests.is_empty() || words.contains("no test")),
                "{number} is partly shown: by what, or why not?"
            ),
            "deployment" | "does not apply" | "not yet" => {
                assert!(!words.is_empty(), "{number}: {state}, why?")
            }
            other => panic!("{number}: {other}"),
        }
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut sources: BTreeMap<PathBuf, String> = BTreeMap::new();
    for directory in ["server/src", "server/tests", "shared/src", "shared/tests", "app/src"] {
        gather(&root().join(directory), &mut sources);
    }
    assert!(sources.len() > 200);
    let (mut named, mut missing) = (0, vec![]);
    for test in rows().into_iter().flat_map(|(.., tests)| tests) {
        named += 1;
        let is_there = match test.split_once("::") {
            None => root().join("end2end").join(format!("{test}.ts")).exists(),
            Some((file, name)) => sources.iter().any(|(path, code)| {
                let is_it = path.file_stem().is_some_and(|stem| stem == file);
                let has_it = if name.is_empty() { code.contains("#[") } else { code.contains(&format!("fn {name}(")) };
                // Attacks on a table’s socket are made by a macro.
                is_it && (has_it || code.contains(&format!("attack!({name},")))
            }),
        };
        if !is_there {
            missing.push(test);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 150, "{named}");
}

/// A library that nobody wrote down, or one from elsewhere, is found here.
#[test]
fn every_library_is_in_the_catalogue_once_with_its_hash_and_from_one_place() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut sources = BTreeSet::new();
    let (mut ours, mut others) = (vec![], 0);
    for package in lock.split("[[package]]").skip(1) {
        let said = |key: &str| package.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
        let name = said("name").unwrap().trim_matches('"');
        assert!(said("version").is_some(), "{name}");
        match said("source") {
            None => ours.push(name.to_owned()),
            Some(source) => {
                others += 1;
                sources.insert(source);
                assert!(said("checksum").is_some_and(|hash| hash.len() == 66), "{name} has no hash");
            }
        }
    }
    assert_eq!(ours, ["app", "bench", "bindgen", "server", "shared"], "of this project");
    assert!(others > 300 && sources.len() == 1, "{others} from {sources:?}");
    let lock = fs::read(root().join("package-lock.json")).unwrap();
    let lock: serde_json::Value = serde_json::from_slice(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap().iter().filter(|(place, _)| !place.is_empty());
    for (place, package) in packages {
        assert!(package["version"].is_string(), "{place}");
        assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{place} has no hash");
    }
}

/// So many days, for each kind of fault.
#[test]
fn it_is_written_down_when_a_library_with_a_known_fault_is_mended() {
    let page = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let (_, table) = page.split_once("| a known fault that | is mended, replaced or shut off within |").unwrap();
    let rows = table.lines().skip(2).map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let times: Vec<_> = rows.map(|(fault, time)| (fault, time.split([' ', ':']).next().unwrap())).collect();
    assert!(times.len() >= 4, "{times:?}");
    for (fault, time) in &times {
        assert!(*time == "a" || time.parse::<u32>().is_ok_and(|days| days <= 30), "{fault}: {time}");
    }
    assert!(page.contains("Everything else moves to the newest versions at the beginning of each school term."));
}

fn gather(directory: &Path, sources: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            sources.insert(path.clone(), fs::read_to_string(&path).unwrap());
        }
    }
}
