//! Two versions of one text at once: what the text box shows, and what the document holds.
//!
//! They differ only while other people’s changes wait, because somebody is composing a word. What
//! is typed meanwhile goes into the document at once; what came from others goes into the box when
//! the hold ends. Both texts are kept as one sequence of runs, so that a place in the one is a place
//! in the other, whatever happened in between, and nothing is ever compared as a whole.
//!
//! All places and lengths are UTF-16 units.

use shared::splice::{self, Splice};

/// A text box’s text and its document’s text, run by run.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    shown: Vec<u16>,
    runs: Vec<Run>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    /// So many units are in the box and in the document.
    Both(usize),
    /// So many are in the box, and somebody deleted them from the document.
    Gone(usize),
    /// Somebody wrote these into the document, and the box does not show them yet.
    Incoming(Vec<u16>),
}

impl Held {
    /// A box that shows what the document holds.
    pub(super) fn new(text: &str) -> Self {
        let shown: Vec<u16> = text.encode_utf16().collect();
        Self { runs: vec![Run::Both(shown.len())], shown }
    }

    pub(super) fn shown(&self) -> &[u16] {
        &self.shown
    }

    /// How many changes wait.
    pub(super) fn waiting(&self) -> usize {
        self.runs.iter().filter(|run| !matches!(run, Run::Both(_))).count()
    }

    /// The box now shows this, with the caret here: a person typed. Returns what that does to the
    /// document, to be applied one after the other.
    pub(super) fn typed(&mut self, after: Vec<u16>, caret: usize) -> Vec<Splice> {
        let Some(splice) = splice::between(&self.shown, &after, caret) else { return vec![] };
        let (at, delete) = (splice.at as usize, splice.delete as usize);
        let first = self.cut(at, Run::in_box);
        let last = self.cut(at + delete, Run::in_box).max(first);
        let place = self.runs[..first].iter().map(Run::in_document).sum::<usize>();

        let mut edits = vec![];
        let mut here = place;
        let mut left = vec![];
        for run in self.runs.drain(first..last) {
            match run {
                Run::Both(units) => {
                    edits.push(Splice { at: here as u32, delete: units as u32, insert: String::new() });
                    here += units;
                }
                Run::Gone(_) => {}
                Run::Incoming(_) => {
                    here += run.in_document();
                    left.push(run);
                }
            }
        }
        // From the back, so that no edit moves the place of the next.
        edits.reverse();
        if !splice.insert.is_empty() {
            left.insert(0, Run::Both(splice.insert.encode_utf16().count()));
            match edits.last_mut() {
                Some(edit) if edit.at as usize == place => edit.insert = splice.insert,
                _ => edits.push(Splice { at: place as u32, delete: 0, insert: splice.insert }),
            }
        }
        self.runs.splice(first..first, left);
        self.shown = after;
        self.join();
        edits
    }

    /// The document changed elsewhere.
    pub(super) fn came(&mut self, splice: &Splice) {
        let (at, delete) = (splice.at as usize, splice.delete as usize);
        let first = self.cut(at, Run::in_document);
        let last = self.cut(at + delete, Run::in_document).max(first);
        let mut left: Vec<Run> = self
            .runs
            .drain(first..last)
            .filter_map(|run| match run {
                Run::Both(units) | Run::Gone(units) => Some(Run::Gone(units)),
                Run::Incoming(_) => None,
            })
            .collect();
        if !splice.insert.is_empty() {
            left.insert(0, Run::Incoming(splice.insert.encode_utf16().collect()));
        }
        self.runs.splice(first..first, left);
        self.join();
    }

    /// The document is another one now, and this is its text.
    pub(super) fn becomes(&mut self, text: &str) {
        let text: Vec<u16> = text.encode_utf16().collect();
        if let Some(splice) = splice::between(&self.document(), &text, text.len()) {
            self.came(&splice);
        }
    }

    /// The hold ends. Returns what to do to the box, to be applied one after the other; none of
    /// them both deletes and inserts, so that a browser keeps the caret beside its letter.
    pub(super) fn release(&mut self) -> Vec<Splice> {
        let mut edits = vec![];
        let mut here = 0;
        let mut shown = vec![];
        for run in std::mem::take(&mut self.runs) {
            let at = here as u32;
            match &run {
                Run::Both(units) => shown.extend_from_slice(&self.shown[here..here + units]),
                Run::Gone(units) => edits.push(Splice { at, delete: *units as u32, insert: String::new() }),
                Run::Incoming(text) => {
                    shown.extend_from_slice(text);
                    edits.push(Splice { at, delete: 0, insert: String::from_utf16_lossy(text) });
                }
            }
            here += run.in_box();
        }
        edits.reverse();
        self.runs = vec![Run::Both(shown.len())];
        self.shown = shown;
        edits
    }

    fn document(&self) -> Vec<u16> {
        let mut text = vec![];
        let mut here = 0;
        for run in &self.runs {
            match run {
                Run::Both(units) => text.extend_from_slice(&self.shown[here..here + units]),
                Run::Gone(_) => {}
                Run::Incoming(incoming) => text.extend_from_slice(incoming),
            }
            here += run.in_box();
        }
        text
    }

    /// Where a place in the box is in the document.
    pub(super) fn to_document(&self, place: usize) -> usize {
        self.convert(place, Run::in_box, Run::in_document)
    }

    /// Where a place in the document is in the box.
    pub(super) fn to_box(&self, place: usize) -> usize {
        self.convert(place, Run::in_document, Run::in_box)
    }

    fn convert(&self, place: usize, from: fn(&Run) -> usize, to: fn(&Run) -> usize) -> usize {
        let (mut left, mut there) = (place, 0);
        for run in &self.runs {
            if left <= from(run) {
                return there + left.min(to(run));
            }
            left -= from(run);
            there += to(run);
        }
        there
    }

    /// Makes a run begin at this place, as measured by `length`, and returns which: the first one,
    /// if runs of no length stand there too. A place beyond the end is the end.
    fn cut(&mut self, place: usize, length: fn(&Run) -> usize) -> usize {
        let mut left = place;
        for index in 0..self.runs.len() {
            if left == 0 {
                return index;
            }
            let here = length(&self.runs[index]);
            if left < here {
                let rest = self.runs[index].split_off(left);
                self.runs.insert(index + 1, rest);
                return index + 1;
            }
            left -= here;
        }
        self.runs.len()
    }

    /// Joins neighbours of one kind, so that runs stay as few as the differences.
    fn join(&mut self) {
        let mut joined: Vec<Run> = vec![];
        for run in self.runs.drain(..) {
            match (joined.last_mut(), run) {
                (_, Run::Both(0) | Run::Gone(0)) => {}
                (Some(Run::Both(before)), Run::Both(units)) | (Some(Run::Gone(before)), Run::Gone(units)) => {
                    *before += units;
                }
                (Some(Run::Incoming(before)), Run::Incoming(text)) => before.extend(text),
                (_, run) => joined.push(run),
            }
        }
        self.runs = joined;
    }
}

impl Run {
    fn in_box(&self) -> usize {
        match self {
            Self::Both(units) | Self::Gone(units) => *units,
            Self::Incoming(_) => 0,
        }
    }

    fn in_document(&self) -> usize {
        match self {
            Self::Both(units) => *units,
            Self::Gone(_) => 0,
            Self::Incoming(text) => text.len(),
        }
    }

    fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Both(units) => Self::Both(std::mem::replace(units, at) - at),
            Self::Gone(units) => Self::Gone(std::mem::replace(units, at) - at),
            Self::Incoming(text) => Self::Incoming(text.split_off(at)),
        }
    }
}

#[cfg(test)]
mod tests;
