//! Pages that need nothing but themselves: no script, no style from elsewhere.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::Value;
use time::Date;
use uuid::Uuid;

use super::names::Name;

pub(super) fn escape(words: &str) -> Cow<'_, str> {
    html_escape::encode_text(words)
}

pub(super) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
         body{{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}dt{{font-weight:bold}}\
         dd{{margin:0 0 .5rem 1rem;white-space:pre-wrap}}li{{margin-bottom:.75rem}}\
         td,th{{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}}</style></head>\
         <body><h1>{title}</h1>{body}</body></html>\n"
    )
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Any JSON, to be read: people by their names, other ids left out, as is whatever is empty.
pub(super) fn value(value: &Value, who: &BTreeMap<Uuid, &str>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(words) => match words.parse::<Uuid>() {
            Ok(id) => who.get(&id).map(|name| escape(name).into_owned()).unwrap_or_default(),
            Err(_) => escape(words).into_owned(),
        },
        Value::Array(items) => {
            let items = items.iter().map(|item| self::value(item, who)).filter(|item| !item.is_empty());
            let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
            if items.is_empty() { items } else { format!("<ul>{items}</ul>") }
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, field)| (key.replace(['_', '-'], " "), self::value(field, who)));
            let fields = fields.filter(|(_, field)| !field.is_empty());
            let fields: String =
                fields.map(|(key, field)| format!("<dt>{}</dt><dd>{field}</dd>", escape(&key))).collect();
            if fields.is_empty() { fields } else { format!("<dl>{fields}</dl>") }
        }
    }
}

pub(super) fn read_me(name: &str, day: Date, files: &[&str], left_out: &BTreeSet<String>, others: &[Name]) -> String {
    let mut body = format!(
        "<p>Everything this school’s Roundtable holds about {}, gathered on {day}. JSON files are for machines, and say \
         everything; HTML files are the same to be read.</p><h2>Before you hand it on</h2><p>These people are named in it. \
         Look at each place, and leave out what is not {0}’s to have. Only people whom the school knows by name are found: \
         somebody else may be named in words that people wrote.</p><p>What is for those who answer for the plan is in it \
         too, in “cycles”, “meetings” and “tables”: what help cost, what the premium was for, its money and what it changed, \
         scores such as the SDQ’s, and what staff wrote for themselves ahead of a meeting (“Staff notes”). Roundtable shows no family any of it. Look at it, and decide, before you hand it on.</p>\
         <table><thead><tr><th>Name</th><th>Who</th><th>How often</th><th>Where</th></tr></thead><tbody>",
        escape(name)
    );
    for other in others {
        let places = other.places.keys().map(|place| escape(place)).collect::<Vec<_>>().join("<br>");
        let times: usize = other.places.values().sum();
        // Writing into a `String` cannot fail.
        let _ = write!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{times}</td><td>{places}</td></tr>",
            escape(&other.name),
            escape(&other.who)
        );
    }
    body.push_str("</tbody></table><h2>What is not in it</h2><ul>");
    body.extend(left_out.iter().map(|reason| format!("<li>{}</li>", escape(reason))));
    body.push_str("</ul><h2>What is in it</h2><ul>");
    body.extend(files.iter().map(|file| format!("<li>{}</li>", escape(file))));
    body.push_str("</ul>");
    page(&format!("What is held about {name}"), &body)
}
