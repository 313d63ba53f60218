//! What a limit says of itself, as a test meets it.

use server::limits::{Answer, Limit};
use shared::{
    event::Refusal,
    protocol::{CloseCode, Retry},
};

/// What whoever reaches it is closed with, which tells them to do this: nothing is to stop.
#[track_caller]
pub(crate) fn closes(limit: Limit, retry: Option<Retry>) -> CloseCode {
    let Answer::Close(code) = limit.row().answer else { panic!("{limit:?} closes nothing") };
    assert_eq!(code.retry(), retry, "{limit:?}");
    code
}

/// What an edit beyond it is refused with.
#[track_caller]
pub(crate) fn refuses(limit: Limit) -> Refusal {
    let Answer::Refuse(reason) = limit.row().answer else { panic!("{limit:?} refuses nothing") };
    reason
}

/// What a request beyond it is answered with.
#[track_caller]
pub(crate) fn answers(limit: Limit) -> u16 {
    let Answer::Http(status) = limit.row().answer else { panic!("{limit:?} answers no request") };
    status
}

/// That it says so, where there is nothing to compare it with.
#[track_caller]
pub(crate) fn says(limit: Limit, answer: Answer) {
    assert_eq!(limit.row().answer, answer, "{limit:?}");
}

/// How many there may be: the number its row begins with.
#[track_caller]
pub(crate) fn most(limit: Limit) -> usize {
    let most = limit.row().most;
    let digits: String = most.chars().filter(|letter| *letter != ',').take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{limit:?}: {most}"))
}
