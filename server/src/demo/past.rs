//! Meetings that are over: agreed as they are agreed in the room, by the same code.

use anyhow::Context;
use shared::{Attendance, RecordId, record::Response};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    build::{DAY, Story},
    participant_id,
};
use crate::{
    backend::agreement,
    db::{self, SchoolTransaction, agreements::Answer},
};

pub(super) async fn agree(txn: &mut SchoolTransaction, story: &Story<'_>) -> anyhow::Result<()> {
    let mut last = None;
    for said in &story.meeting.agreement {
        let at = OffsetDateTime::parse(&said.at, &Rfc3339)?;
        let response =
            Response::from_name(&said.response).with_context(|| format!("no answer is {}", said.response))?;
        let answer = Answer { response, comment: said.comment.clone(), at };
        let participant = participant_id(story.id, story.person(&said.person_id));
        db::agreements::answer(txn, participant, &answer).await?;
        last = last.max(Some(at));
    }
    let at = last.context("nobody answered")?;
    db::meetings::open(txn, story.id, at).await?;
    for attendee in &story.meeting.attendees {
        // The file says of meetings that are over how people came.
        if Attendance::MAY_BE_NOTED.contains(&attendee.attendance) {
            let who = [participant_id(story.id, story.person(&attendee.person_id))];
            db::participants::note_attendance(txn, story.id, &who, attendee.attendance).await?;
        }
    }

    let meeting = db::meetings::find(txn, story.id).await?.context("it was made a moment ago")?;
    let record = RecordId(Uuid::new_v5(&story.id.0, b"record 1"));
    agreement::save(txn, &meeting, record, at).await?;
    // What was promised then has been done since.
    for action in story.meeting.actions.iter().filter(|action| action.status == "done") {
        let (by, on) = (story.person(&action.owner_person_id), Date::parse(&action.due, DAY)?);
        db::actions::tick(txn, meeting.pupil, story.id, story.item(&action.id), by, on).await?;
    }
    Ok(())
}
