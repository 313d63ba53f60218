//! What stands in a meeting’s documents, in the words of their labels.
//!
//! What must stay true: what the child wrote under “Please don’t share this” is read by whoever takes the archive no more
//! than on any page; that there is some is all that leaves this module.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;
use shared::{
    ItemId, MeetingId, Section,
    doc::{ItemMeta, SectionDoc},
    schema::{self, Field, List, views},
};
use uuid::Uuid;

use super::html::escape;
use crate::db::{SchoolTransaction, documents};

/// All of a meeting.
pub(super) struct Documents {
    pub(super) sections: Vec<Read>,
    /// Whether the child wrote something that is not to be shared.
    pub(super) keeps_back: bool,
}

/// One document.
#[derive(Serialize)]
pub(super) struct Read {
    section: &'static str,
    lists: Vec<(&'static str, Vec<Line>)>,
}

/// One item: who said it, and what.
#[derive(Serialize)]
struct Line {
    said_by: Option<String>,
    said_on: String,
    captured: String,
    /// Taken off the page by somebody, and still there until the keystrokes are destroyed.
    taken_off: bool,
    fields: Vec<(&'static str, String)>,
}

/// Nothing, if one of them cannot be read.
pub(super) async fn read(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    who: &BTreeMap<Uuid, &str>,
) -> Option<Documents> {
    let stored = documents::load(txn, meeting).await.ok()?;
    let mut read = Documents { sections: vec![], keeps_back: false };
    for stored in stored {
        let doc = SectionDoc::from_state(stored.section, 0, &stored.checkpoint).ok()?;
        stored.updates.iter().try_for_each(|update| doc.apply(update)).ok()?;
        if stored.section == Section::PupilPrivate {
            read.keeps_back = is_answered(&doc);
        } else {
            read.sections.push(of(stored.section, &doc, who));
        }
    }
    Some(read)
}

/// Whether more stands there than what was asked.
fn is_answered(doc: &SectionDoc) -> bool {
    let list = &views::VIEWS;
    let answers = || list.fields.iter().filter(|field| field.key != "question");
    doc.all_items(list).into_iter().any(|item| answers().any(|field| said(doc, list, item.id, field).is_some()))
}

fn of(section: Section, doc: &SectionDoc, who: &BTreeMap<Uuid, &str>) -> Read {
    let line = |list: &'static List, item: ItemMeta| Line {
        said_by: item.said_by.map(|person| who.get(&person.0).map_or("somebody", |name| *name).to_owned()),
        said_on: item.said_on.clone(),
        captured: item.captured.clone(),
        taken_off: item.removed_by.is_some(),
        fields: list.fields.iter().filter_map(|field| said(doc, list, item.id, field)).collect(),
    };
    let lists = schema::lists(section).iter().map(|list| {
        let lines = doc.all_items(list).into_iter().map(|item| line(list, item));
        (list.label, lines.filter(|line| !line.fields.is_empty()).collect::<Vec<_>>())
    });
    Read { section: section.name(), lists: lists.filter(|(_, lines)| !lines.is_empty()).collect() }
}

fn said(doc: &SectionDoc, list: &'static List, item: ItemId, field: &'static Field) -> Option<(&'static str, String)> {
    let number = doc.number(list, item, field.key).map(|number| number.to_string());
    let words = number.unwrap_or_else(|| doc.words(list, item, field.key));
    (!words.is_empty()).then_some((field.label, words))
}

pub(super) fn page(sections: &[Read]) -> String {
    let mut page = String::new();
    for Read { section, lists } in sections {
        // Writing into a `String` cannot fail.
        let _ = write!(page, "<h2>{}</h2>", escape(section));
        for (label, lines) in lists {
            let _ = write!(page, "<h3>{}</h3><ul>", escape(label));
            for line in lines {
                let by = line.said_by.as_deref().map(|name| format!("<p><b>{}</b></p>", escape(name)));
                let off = if line.taken_off { "<p>(taken off the page)</p>" } else { "" };
                let _ = write!(page, "<li>{}{off}<dl>", by.unwrap_or_default());
                for (label, words) in &line.fields {
                    let _ = write!(page, "<dt>{}</dt><dd>{}</dd>", escape(label), escape(words));
                }
                page.push_str("</dl></li>");
            }
            page.push_str("</ul>");
        }
    }
    page
}
