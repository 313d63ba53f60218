//! Everybody’s personal link, for whoever tries the demo: in `demo.json` and at the terminal.

use std::{fmt::Write, path::Path};

use serde::Serialize;
use shared::SchoolId;

use crate::{db, invitations, secret::JoinKey, state::AppState};

/// `demo.json`. Tools read it: its shape stays as it is.
#[derive(Serialize)]
struct DemoJson {
    meetings: Vec<DemoMeeting>,
}

#[derive(Serialize)]
struct DemoMeeting {
    id: String,
    pupil: String,
    stage: &'static str,
    people: Vec<DemoPerson>,
}

#[derive(Serialize)]
struct DemoPerson {
    name: String,
    role: &'static str,
    join_url: String,
}

/// Makes every link of every pupil’s newest meeting last from now, and writes them down.
pub(super) async fn renew(state: &AppState, key: &JoinKey, directory: &Path) -> anyhow::Result<String> {
    let mut demo = DemoJson { meetings: vec![] };
    let mut said = String::new();
    for school in db::schools::list(&state.db).await? {
        renew_school(state, key, school, &mut demo, &mut said).await?;
    }
    // At once whole: somebody may be waiting for it.
    let (path, unfinished) = (directory.join("demo.json"), directory.join("demo.json.unfinished"));
    std::fs::write(&unfinished, serde_json::to_vec_pretty(&demo)?)?;
    std::fs::rename(&unfinished, &path)?;
    writeln!(said, "\nThe same links are in {}.", path.display())?;
    Ok(said)
}

async fn renew_school(
    state: &AppState,
    key: &JoinKey,
    school: SchoolId,
    demo: &mut DemoJson,
    said: &mut String,
) -> anyhow::Result<()> {
    let mut txn = state.db.begin(school).await?;
    for id in db::meetings::list_latest(&mut txn).await? {
        let Some(meeting) = db::meetings::find(&mut txn, id).await? else { continue };
        writeln!(said, "\n{}’s {} ({})", meeting.pupil_name, meeting.kind, meeting.stage.label().to_lowercase())?;
        let mut people = vec![];
        for seat in db::participants::list(&mut txn, id).await?.into_iter().filter(|seat| seat.admitted) {
            let number = invitations::keep(&mut txn, key, seat.id, state.clock.now()).await?;
            let join_url = invitations::url(&state.url, key, seat.id, number);
            writeln!(said, "  {:<18} {:<36} {join_url}", seat.name, seat.title)?;
            people.push(DemoPerson { name: seat.name, role: seat.role.name(), join_url });
        }
        let (id, stage) = (meeting.id.to_string(), meeting.stage.name());
        demo.meetings.push(DemoMeeting { id, pupil: meeting.pupil_name, stage, people });
    }
    txn.commit().await?;
    Ok(())
}
