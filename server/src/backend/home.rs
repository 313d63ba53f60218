//! What waits for somebody with a post in the school: of all children, or of those they meet for.

use std::collections::BTreeMap;

use app::{
    backend::Viewer,
    error::AppError,
    view::home::{Draft, PostTold, ReviewDue, StaffHome},
};
use shared::rights::{Page, Post, Tie};
use time::{Date, Duration};

use super::{
    map::{Sight, sight},
    pupils::{picture, row, ties},
};
use crate::{
    audit::{self, Verb},
    clock::school_day,
    db::{self, SchoolTransaction, actions, register},
    error::unavailable,
};

/// The most urgent; the others are on the register.
const SHOWN: i64 = 12;

/// For how long it is told who holds a post.
const TOLD_FOR: Duration = Duration::days(30);

/// Nothing for whoever has no post.
pub(super) async fn of(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    today: Date,
) -> Result<Option<StaffHome>, AppError> {
    let sight = match sight(txn, viewer, Page::Register).await {
        Ok(sight) => Sight { known: sight.known.here_on(today), ..sight },
        Err(AppError::NotAllowed) => return Ok(None),
        Err(error) => return Err(error),
    };
    let wanted = register::Wanted { known: sight.known.clone(), by_review: true, ..register::Wanted::default() };
    let children = register::lines(txn, &wanted, today, SHOWN, 0).await.map_err(unavailable)?;
    // What a meeting writes and promises is for those who meet.
    let met = sight.known.met_about();
    let drafts = db::meetings::list_drafts(txn, &met, today, SHOWN).await.map_err(unavailable)?;
    let pupils: Vec<_> = drafts.iter().map(|draft| draft.pupil).collect();
    let ties: BTreeMap<_, _> = ties(txn, viewer, &pupils).await?.into_iter().collect();
    let tie = |pupil| ties.get(&pupil).copied().unwrap_or(Tie::Nobody);
    let promised = actions::Of { known: met, due_before: Some(today), limit: SHOWN, ..actions::Of::default() };
    let promised = actions::open(txn, promised).await.map_err(unavailable)?;
    Ok(Some(StaffHome {
        hidden: super::hidden::count(txn, viewer).await?,
        posts_told: posts_told(txn, viewer, today).await.map_err(unavailable)?,
        reads_trail: audit::may_read(txn, viewer).await.map_err(unavailable)?,
        whole_school: sight.whole_school,
        late_reviews: children.first().map_or(0, |line| u32::try_from(line.late).unwrap_or(u32::MAX)),
        reviews: children.into_iter().map(|line| due(line, today)).collect(),
        drafts: drafts
            .into_iter()
            .map(|draft| Draft {
                pupil: draft.pupil,
                name: draft.pupil_name,
                class_name: draft.class_name,
                portrait: picture::address(tie(draft.pupil), draft.pupil, draft.has_picture),
                held_on: draft.held_on.to_string(),
                is_open: draft.is_open,
                has_left: draft.has_left,
                waits_for: draft.waits_for,
            })
            .collect(),
        actions: promised.into_iter().map(|action| row(action, today)).collect(),
    }))
}

/// Of the posts that they hold themselves, and not what they did.
async fn posts_told(txn: &mut SchoolTransaction, viewer: Viewer, today: Date) -> sqlx::Result<Vec<PostTold>> {
    let mine = db::posts::held(txn, viewer).await?;
    let of = |post: Post| [true, false].map(|is_given| Some((Verb::given(post, is_given)?, post, is_given)));
    let verbs: Vec<_> = mine.into_iter().flat_map(of).flatten().collect();
    let names: Vec<_> = verbs.iter().map(|(verb, ..)| *verb).collect();
    let since = (today - TOLD_FOR).midnight().assume_utc();
    let told = db::posts::told(txn, viewer.person, &names, since).await?;
    let line = |told: db::posts::Told| {
        let (_, post, is_given) = *verbs.iter().find(|(verb, ..)| verb.name() == told.verb)?;
        let on = school_day(told.at).to_string();
        Some(PostTold { post, is_given, whom: told.whom?, by: told.by.unwrap_or_default(), on })
    };
    Ok(told.into_iter().filter_map(line).collect())
}

fn due(line: register::Line, today: Date) -> ReviewDue {
    let late_by = line.review_on.map_or(0, |day| (today - day).whole_days());
    ReviewDue {
        pupil: line.pupil,
        name: line.name,
        class_name: line.class_name,
        held_this_year: u32::try_from(line.held_this_year).unwrap_or(u32::MAX),
        review_on: line.review_on.map(|day| day.to_string()).unwrap_or_default(),
        late_by: u32::try_from(late_by).unwrap_or(0),
    }
}
