//! When other people’s changes must wait: while a word is being composed, because to write into a
//! text box then would break the word off.
//!
//! Letters typed one by one hold nothing back. Times are milliseconds of any steady clock.

/// Some keyboards never say that a word is finished: a pause this long says it for them.
const IDLE_MS: f64 = 2_500.0;
/// Dictation and autocorrect rewrite in bursts, without saying when they begin or end.
const BURST_MS: f64 = 1_500.0;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hold {
    composing: bool,
    /// When it was last composed, and for how long that holds.
    last: Option<(f64, f64)>,
}

impl Hold {
    pub(super) fn composition_began(&mut self, now: f64) {
        self.composing = true;
        self.last = Some((now, IDLE_MS));
    }

    pub(super) fn composition_ended(&mut self) {
        *self = Self::default();
    }

    /// An input event, of this `inputType`.
    pub(super) fn typed(&mut self, input_type: &str, now: f64) {
        self.last = if self.composing {
            Some((now, IDLE_MS))
        } else if is_rewriting(input_type) {
            Some((now, BURST_MS))
        } else {
            None
        };
    }

    /// Focus left the box: whatever was composed is finished.
    pub(super) fn left(&mut self) {
        *self = Self::default();
    }

    /// How long changes still wait, if they do.
    pub(super) fn remaining(&self, now: f64) -> Option<f64> {
        let (since, lasts) = self.last?;
        let left = since + lasts - now;
        (left > 0.0).then_some(left)
    }
}

fn is_rewriting(input_type: &str) -> bool {
    matches!(
        input_type,
        "insertCompositionText"
            | "insertFromComposition"
            | "deleteCompositionText"
            | "insertReplacementText"
            | "insertDictationResult"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_typed_one_by_one_hold_nothing_back() {
        let mut hold = Hold::default();
        hold.typed("insertText", 0.0);
        assert_eq!(hold.remaining(0.0), None);
    }

    #[test]
    fn a_word_being_composed_is_not_broken_off() {
        let mut hold = Hold::default();
        hold.composition_began(0.0);
        hold.typed("insertCompositionText", 1_000.0);
        assert_eq!(hold.remaining(3_000.0), Some(500.0));
        hold.composition_ended();
        assert_eq!(hold.remaining(3_000.0), None);
    }

    #[test]
    fn a_keyboard_that_never_ends_its_word_holds_only_until_a_pause() {
        let mut hold = Hold::default();
        hold.composition_began(0.0);
        assert_eq!(hold.remaining(IDLE_MS), None);
    }

    #[test]
    fn a_rewriting_burst_holds_for_a_moment() {
        let mut hold = Hold::default();
        hold.typed("insertReplacementText", 0.0);
        assert_eq!(hold.remaining(500.0), Some(1_000.0));
        hold.typed("insertText", 600.0);
        assert_eq!(hold.remaining(600.0), None);
    }
}
