//! The Virtual School’s own rating of an education plan, given by social care at the child’s table.
//!
//! What must stay true: nobody of the school rates the school’s plan; a rating is of the plan that was on the page;
//! earlier ratings stay.

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        line::Fault,
        pep::{RATING_LIMIT, Rated, RatingSent},
    },
};
use shared::{MeetingId, PupilId, pep::Rating, rights::may_rate_pep};
use uuid::Uuid;

use crate::{
    audit::{Deed, Verb},
    backend::ServerBackend,
    clock::school_day,
    db::{self, SchoolTransaction, pep_ratings},
    error::unavailable,
};

/// The newest first.
pub(super) async fn given(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    newest: Option<MeetingId>,
) -> Result<Vec<Rated>, AppError> {
    let all = pep_ratings::of_pupil(txn, pupil).await.map_err(unavailable)?;
    let shown = |given: pep_ratings::Given| {
        Some(Rated {
            rating: Rating::from_name(&given.rating)?,
            words: given.words,
            name: given.name,
            title: given.title,
            on: school_day(given.at).to_string(),
            met_on: given.met_on.to_string(),
            is_of_newest: Some(given.meeting) == newest,
        })
    };
    Ok(all.into_iter().filter_map(shown).collect())
}

pub(super) async fn may_rate(txn: &mut SchoolTransaction, viewer: Viewer, id: PupilId) -> Result<bool, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let place = db::pupils::place(txn, id, viewer).await.map_err(unavailable)?;
    Ok(may_rate_pep(&posts, place))
}

/// Writes a rating down, or says what is missing.
pub(crate) async fn rate(
    backend: &ServerBackend,
    viewer: Viewer,
    id: PupilId,
    sent: &RatingSent,
) -> Result<Vec<Fault>, AppError> {
    let now = backend.clock.now();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let is_theirs = super::pep::may_open(&mut txn, viewer, id).await?;
    let pupil = db::pupils::find(&mut txn, id, school_day(now)).await.map_err(unavailable)?;
    pupil.filter(|pupil| is_theirs && pupil.looked_after).ok_or(AppError::NotFound)?;
    if !may_rate(&mut txn, viewer, id).await? {
        return Err(AppError::NotAllowed);
    }
    let newest = db::records::list_of_pupil(&mut txn, id).await.map_err(unavailable)?.pop().map(|kept| kept.meeting);
    let (rating, words, faults) = read(sent, newest);
    let (Some(meeting), Some(rating), []) = (newest, rating, &faults[..]) else { return Ok(faults) };
    #[expect(clippy::disallowed_methods, reason = "a new rating, made on the server alone")]
    let rating_id = Uuid::now_v7();
    pep_ratings::add(&mut txn, rating_id, (id, meeting), viewer.person, (rating.name(), &words), now)
        .await
        .map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::PepRated).in_meeting(meeting).about(id.0);
    db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(vec![])
}

fn read(sent: &RatingSent, newest: Option<MeetingId>) -> (Option<Rating>, String, Vec<Fault>) {
    let mut faults = vec![];
    if newest.is_none() || sent.plan.parse().ok() != newest {
        let what = "This is not the newest plan any more: read the one on this page, then rate that.";
        faults.push(Fault::new("green", what));
    }
    let rating = Rating::from_name(&sent.rating);
    if rating.is_none() {
        faults.push(Fault::new("green", "Choose green, amber or red."));
    }
    let words = shared::plain::plain(&sent.words).trim().to_owned();
    if words.is_empty() {
        faults.push(Fault::new("words", "Say why in a sentence: what is good, or what is still missing."));
    } else if words.chars().count() > RATING_LIMIT {
        faults.push(Fault::new("words", format!("That is longer than {RATING_LIMIT} letters.")));
    }
    (rating, words, faults)
}
