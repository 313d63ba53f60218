//! The picture on a child’s passport: shown, chosen in a plain form, taken away.
//!
//! What must stay true: nobody’s file is read before it is known that they may send one; whatever is wrong with it,
//! the page says so with the words that were typed, and nothing has changed.

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        line::Fault,
        pupils::{PICTURE_WORDS, PictureNotTaken},
    },
};
use axum::{
    extract::{FromRequest, Multipart, Path, Request, State, multipart::Field},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use shared::{PupilId, plain::line};

use super::{pages, school::refusal, session::MaybeViewer};
use crate::{
    backend::pupils::picture,
    limits::{Limit, PICTURE_LIMIT},
    state::AppState,
};

pub(super) async fn show(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Response {
    let (viewer, pupil) = match asked(viewer, &id) {
        Ok(asked) => asked,
        Err(error) => return refusal(&error),
    };
    match picture::shown(&state.db, viewer, pupil, state.clock.now()).await {
        Ok(jpeg) => ([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response(),
        Err(error) => refusal(&error),
    }
}

pub(super) async fn take_away(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Response {
    let done = async {
        let (viewer, pupil) = asked(viewer, &id)?;
        picture::take_away(&state.db, viewer, pupil, state.clock.now()).await
    };
    match done.await {
        Ok(()) => Redirect::to(&format!("/pupils/{id}/passport?done=no-picture")).into_response(),
        Err(error) => refusal(&error),
    }
}

pub(super) async fn choose(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let viewer = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0);
    let asked = async {
        let (viewer, pupil) = asked(viewer, &id)?;
        picture::may_choose(&state.db, viewer, pupil, state.clock.now()).await?;
        Ok((viewer, pupil))
    };
    let (viewer, pupil) = match asked.await {
        Ok(asked) => asked,
        Err(error) => return refusal(&error),
    };
    let path = format!("/pupils/{pupil}/passport");
    let page = pages::same_asker(&request, &path);
    let place = state.pictures.place(viewer.person);
    let sent = Sent::read(request, &state, place.is_ok()).await;
    let (words, mut faults) = sent.faults();
    let mut jpeg = vec![];
    match (&place, sent.file) {
        (Err(why), _) => faults = vec![Fault::new("picture", why.to_string())],
        (Ok(_), File::Whole(file)) => match state.pictures.remake(file).await {
            Ok(made) => jpeg = made,
            Err(why) => faults.push(Fault::new("picture", why.to_string())),
        },
        _ => {}
    }
    if !faults.is_empty() {
        let mut answer = pages::refuse_with(&state, page, PictureNotTaken { words, faults }).await;
        if place.is_err() && answer.status() == StatusCode::UNPROCESSABLE_ENTITY {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        return answer;
    }
    match picture::choose(&state.db, viewer, pupil, &jpeg, &words, state.clock.now()).await {
        Ok(()) => Redirect::to(&format!("{path}?done=picture")).into_response(),
        Err(error) => refusal(&error),
    }
}

fn asked(viewer: Option<Viewer>, id: &str) -> Result<(Viewer, PupilId), AppError> {
    Ok((viewer.ok_or(AppError::NotSignedIn)?, id.parse().map_err(|_| AppError::NotFound)?))
}

const NONE: &str = "Choose a picture first.";
const TOO_LONG: &str = "This file is larger than 10 MB. Choose a smaller copy of the picture.";
const LOST: &str =
    "The picture did not arrive whole. Choose it again; if it is larger than 10 MB, a smaller copy of it.";

/// What a form sent.
struct Sent {
    words: String,
    /// More of them were sent than are kept.
    more: bool,
    file: File,
}

enum File {
    None,
    Whole(Vec<u8>),
    TooLong,
    /// The line broke, or nobody wanted to hear its end.
    Lost,
}

impl Sent {
    /// All of it, so that whoever sent too much hears of it: a browser that is still sending shows no answer. What is
    /// not wanted is not kept.
    async fn read(request: Request, state: &AppState, is_wanted: bool) -> Self {
        let mut sent = Self { words: String::new(), more: false, file: File::None };
        let Ok(mut form) = Multipart::from_request(request, state).await else { return sent };
        loop {
            match form.next_field().await {
                Ok(Some(field)) if field.name() == Some("picture") => {
                    let is_first = matches!(sent.file, File::None);
                    let file = read(field, if is_wanted && is_first { PICTURE_LIMIT } else { 0 }).await;
                    if is_first {
                        sent.file = file;
                    }
                }
                Ok(Some(field)) if field.name() == Some("words") => {
                    (sent.words, sent.more) = typed(field).await;
                }
                Ok(Some(field)) => drop(read(field, 0).await),
                Ok(None) => return sent,
                Err(_) => {
                    sent.file = File::Lost;
                    return sent;
                }
            }
        }
    }

    /// The words, with what is wrong beside the picture itself.
    fn faults(&self) -> (String, Vec<Fault>) {
        let mut faults = vec![];
        match self.file {
            File::None => faults.push(Fault::new("picture", NONE)),
            File::TooLong => {
                Limit::PictureSize.reached();
                faults.push(Fault::new("picture", TOO_LONG));
            }
            File::Lost => faults.push(Fault::new("picture", LOST)),
            File::Whole(_) => {}
        }
        if self.more || self.words.chars().count() > PICTURE_WORDS {
            faults.push(Fault::new("words", format!("Say it in at most {PICTURE_WORDS} letters.")));
        } else if self.words.is_empty() {
            faults.push(Fault::new("words", "Say in a few words what is on the picture, for whoever does not see it."));
        }
        (self.words.clone(), faults)
    }
}

/// Of the words, more than are taken.
const WORDS_BYTES: usize = 8 * PICTURE_WORDS;

/// As far as it is kept, and whether there was more.
async fn typed(mut field: Field<'_>) -> (String, bool) {
    let (mut kept, mut more) = (vec![], false);
    while let Ok(Some(chunk)) = field.chunk().await {
        let fits = chunk.len().min(WORDS_BYTES - kept.len());
        more = more || fits < chunk.len();
        kept.extend_from_slice(&chunk[..fits]);
    }
    let kept = String::from_utf8_lossy(&kept);
    // The last letter may be half of one.
    let kept = if more { kept.trim_end_matches(char::REPLACEMENT_CHARACTER) } else { &kept };
    (line(kept), more)
}

async fn read(mut field: Field<'_>, most: usize) -> File {
    let (mut kept, mut length) = (vec![], 0);
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) => {
                length += chunk.len();
                if length <= most {
                    kept.extend_from_slice(&chunk);
                } else {
                    kept = vec![];
                }
            }
            Ok(None) if length == 0 => return File::None,
            Ok(None) if length > most => return File::TooLong,
            Ok(None) => return File::Whole(kept),
            Err(_) => return File::Lost,
        }
    }
}
