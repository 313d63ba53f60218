//! Where others’ carets stand, drawn over a text box.
//!
//! The layer is a mirror of the text in the same letters and the same width, invisible, with a mark
//! between two letters for each caret: the browser’s own line breaking puts it in its place, and
//! nothing is measured. The mark is an inline without content, because anything else, also of no width,
//! would be a place where a line may break and the text box has none. It is hidden from screen readers, which hear who writes here in words.
//!
//! Where a browser cannot let a text box grow with its text, the mirror always holds the text, and
//! the box, being in the same grid cell, grows with it.

use std::collections::HashMap;

use leptos::prelude::document;
use shared::{ParticipantId, presence::Presence};
use web_sys::{Element, HtmlElement, css};

use super::field::class_of;

/// How long a name stands beside a caret that came, or moved after a rest. Somebody who writes on is not named
/// again and again: the name would cover what stands above it.
pub(super) const NAMED_MS: f64 = 2_000.0;
const REST_MS: f64 = 6_000.0;

struct Seen {
    at: usize,
    moved: f64,
    named: f64,
}

pub(super) struct Carets {
    layer: HtmlElement,
    seen: HashMap<ParticipantId, Seen>,
    grows_the_box: bool,
}

impl Carets {
    pub(super) fn new(layer: HtmlElement) -> Self {
        let grows_the_box = !css::supports_with_value("field-sizing", "content").unwrap_or(false);
        Self { layer, seen: HashMap::new(), grows_the_box }
    }

    /// Draws these carets into this text. Returns how long until a name must go, if one is shown.
    pub(super) fn draw(&mut self, text: &[u16], mut carets: Vec<(usize, Presence)>, now: f64) -> Option<f64> {
        self.layer.set_text_content(None);
        if carets.is_empty() && !self.grows_the_box {
            self.seen.clear();
            return None;
        }
        carets.sort_by_key(|(at, _)| *at);
        let mut next = None;
        let mut written = 0;
        let mut marks = vec![];
        for (at, who) in &carets {
            let at = (*at).clamp(written, text.len());
            self.write(&text[written..at]);
            written = at;
            let seen = self.seen.entry(who.participant).or_insert(Seen { at, moved: now, named: now });
            if seen.at != at {
                let rested = now - seen.moved > REST_MS;
                *seen = Seen { at, moved: now, named: if rested { now } else { seen.named } };
            }
            let named_for = seen.named + NAMED_MS - now;
            if named_for > 0.0 {
                next = Some(next.map_or(named_for, |next: f64| next.min(named_for)));
            }
            marks.extend(self.mark(who, named_for > 0.0));
        }
        self.write(&text[written..]);
        // A last line that is empty takes up its height only with something on it.
        self.write(&[0x200B]);
        self.seen.retain(|person, _| carets.iter().any(|(_, who)| who.participant == *person));
        marks.iter().for_each(|mark| self.turn(mark));
        next
    }

    fn write(&self, text: &[u16]) {
        if !text.is_empty() {
            let _ = self.layer.append_with_str_1(&String::from_utf16_lossy(text));
        }
    }

    fn mark(&self, who: &Presence, named: bool) -> Option<Element> {
        let mark = document().create_element("span").ok()?;
        mark.set_class_name(&format!("caret {}", class_of(who)));
        if named {
            let name = document().create_element("b").ok()?;
            name.set_text_content(Some(&who.name));
            mark.append_with_node_1(&name).ok()?;
        }
        self.layer.append_with_node_1(&mark).ok()?;
        Some(mark)
    }

    /// Turns a name inward where it would stand outside of the box.
    fn turn(&self, mark: &Element) {
        let (layer, mark_box) = (self.layer.get_bounding_client_rect(), mark.get_bounding_client_rect());
        let classes = mark.class_list();
        if mark_box.left() - layer.left() > layer.width() * 0.6 {
            let _ = classes.add_1("is-flip");
        }
    }
}
