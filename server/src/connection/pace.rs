//! How fast one connection may speak: in messages, in bytes, and in questions with large answers.

use std::time::Instant;

use crate::{
    door::address::Bucket,
    limits::{BURST_SECONDS, BYTE_BURST_SECONDS, Limit, QUESTION_BURST, QUESTION_RATE, Settings},
};

pub(super) struct Pace {
    messages: Bucket,
    bytes: Bucket,
    questions: Bucket,
}

impl Pace {
    pub(super) fn new(settings: &Settings, now: Instant) -> Self {
        let bucket = |rate: u32, burst: u32| Bucket::new(f64::from(rate), f64::from(burst), now);
        let Settings { messages_per_second: messages, bytes_per_second: bytes, .. } = *settings;
        Self {
            messages: bucket(messages, messages.saturating_mul(BURST_SECONDS)),
            bytes: bucket(bytes, bytes.saturating_mul(BYTE_BURST_SECONDS)),
            questions: bucket(QUESTION_RATE, QUESTION_BURST),
        }
    }

    /// A message of this many bytes came. Says which limit it is beyond.
    pub(super) fn message(&mut self, length: usize, now: Instant) -> Result<(), Limit> {
        if !self.messages.take(1.0, now) {
            return Err(Limit::MessageRate);
        }
        if self.bytes.take(length as f64, now) { Ok(()) } else { Err(Limit::ByteRate) }
    }

    /// And it asks for something large.
    pub(super) fn question(&mut self, now: Instant) -> Result<(), Limit> {
        if self.questions.take(1.0, now) { Ok(()) } else { Err(Limit::Questions) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::protocol::MESSAGE_LIMIT;

    use super::*;

    #[test]
    fn opening_everything_at_once_is_fine_and_going_on_like_that_is_not() {
        let start = Instant::now();
        let mut pace = Pace::new(&Settings::default(), start);
        assert!((0..400).all(|_| pace.message(20, start).is_ok()));
        assert_eq!(pace.message(20, start), Err(Limit::MessageRate));
        let later = start + Duration::from_secs(1);
        assert!((0..100).all(|_| pace.message(20, later).is_ok()));
        assert_eq!(pace.message(20, later), Err(Limit::MessageRate));
    }

    #[test]
    fn one_message_of_the_largest_kind_is_let_through_and_a_stream_of_them_is_not() {
        let start = Instant::now();
        let mut pace = Pace::new(&Settings::default(), start);
        assert_eq!(pace.message(MESSAGE_LIMIT, start), Ok(()));
        assert_eq!(pace.message(MESSAGE_LIMIT, start), Ok(()));
        assert_eq!(pace.message(MESSAGE_LIMIT, start), Err(Limit::ByteRate));
    }

    #[test]
    fn a_page_may_ask_for_every_section_several_times() {
        let start = Instant::now();
        let mut pace = Pace::new(&Settings::default(), start);
        let sections = 2 * shared::Section::ALL.len();
        assert!((0..4 * sections).all(|_| pace.question(start).is_ok()));
        assert!((0..QUESTION_BURST).any(|_| pace.question(start) == Err(Limit::Questions)));
    }
}
