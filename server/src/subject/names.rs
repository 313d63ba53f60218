//! The names of others in what is handed out: found, counted, and left to a person to decide about.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use super::Files;
use crate::db::subject::Known;

/// Somebody else who is named.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Name {
    pub(super) name: String,
    pub(super) who: String,
    /// In which files, and how often.
    pub(super) places: BTreeMap<String, usize>,
}

/// Everybody the school knows but the child, if their name stands somewhere.
pub(super) fn of_others(everybody: &[Known], child: Option<Uuid>, files: &Files) -> Vec<Name> {
    let mut found = vec![];
    for person in everybody.iter().filter(|person| Some(person.id) != child) {
        let mut places = BTreeMap::new();
        // What is there to be read; the rest says the same.
        for (file, content) in files.iter().filter(|(file, _)| file.ends_with(".html")) {
            let names = [&person.full_name, &person.display_name];
            // The longer name often holds the shorter.
            let times =
                names.into_iter().map(|name| count(content, &super::html::escape(name))).max().unwrap_or_default();
            if times > 0 {
                places.insert(file.clone(), times);
            }
        }
        if !places.is_empty() {
            let who = if person.kind == "pupil" { "another child" } else { person.kind.as_str() };
            found.push(Name { name: person.full_name.clone(), who: who.to_owned(), places });
        }
    }
    // Other children first: they must not be in it by mistake.
    found.sort_by_key(|name| (name.who != "another child", name.name.clone()));
    found
}

/// As a word of its own.
fn count(content: &str, name: &str) -> usize {
    if name.trim().is_empty() {
        return 0;
    }
    let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let whole = |(at, _): &(usize, &str)| {
        !is_part(content[..*at].chars().next_back()) && !is_part(content[at + name.len()..].chars().next())
    };
    content.match_indices(name).filter(whole).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_word() {
        assert_eq!(count("Kai said: Kai’s plan, not Kaia’s or MacKai.", "Kai"), 2);
        assert_eq!(count("anything", ""), 0);
    }

    #[test]
    fn another_child_comes_first() {
        let person = |n, kind: &str, name: &str| Known {
            id: Uuid::from_u128(n),
            kind: kind.to_owned(),
            full_name: format!("{name} Invented"),
            display_name: name.to_owned(),
        };
        let everybody = [
            person(1, "pupil", "Ada"),
            person(2, "staff", "Bea"),
            person(3, "pupil", "Zoe"),
            person(4, "parent", "Cy"),
        ];
        let files = Files::from([("a.html".to_owned(), "Ada plays with Zoe. Bea saw it, said Bea.".to_owned())]);
        let found = of_others(&everybody, Some(Uuid::from_u128(1)), &files);
        let names: Vec<_> =
            found.iter().map(|name| (name.name.as_str(), name.who.as_str(), name.places["a.html"])).collect();
        assert_eq!(names, [("Zoe Invented", "another child", 1), ("Bea Invented", "staff", 2)]);
    }
}
