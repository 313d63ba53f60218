//! Two people with one line open: what the second is told of the boxes that both changed.

use app::{
    backend::Viewer,
    components::dates,
    error::AppError,
    view::line::{Fault, Line},
};
use shared::{PupilId, census};

use crate::{
    db::{self, SchoolTransaction},
    error::unavailable,
};

/// Of each of these boxes what stands in it now, and by whom.
pub(super) async fn faults(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: PupilId,
    now: &Line,
    both: &[&'static str],
) -> Result<Vec<Fault>, AppError> {
    if both.is_empty() {
        return Ok(vec![]);
    }
    let changed = db::audit::changed_line(txn, pupil).await.map_err(unavailable)?;
    let who = match changed {
        Some(person) if person == viewer.person => Some("You, on another page,".to_owned()),
        Some(person) => db::people::display_name(txn, person).await.map_err(unavailable)?,
        None => None,
    };
    let who = who.as_deref().unwrap_or("Somebody");
    let adult = match now.key_adult.parse() {
        Ok(adult) => db::people::display_name(txn, adult).await.map_err(unavailable)?,
        Err(_) => None,
    };
    Ok(both.iter().map(|field| Fault::new(field, said(who, field, &stands(field, now, adult.as_deref())))).collect())
}

fn said(who: &str, field: &str, stands: &str) -> String {
    let label = match field {
        "provision" => "Extra help",
        "since" => "Since",
        "need" => "Types of need",
        "looked_after" => "Looked after",
        "key_adult" => "Key adult",
        "year_group" => "Year group",
        "class_name" => "Class",
        "upn" => "UPN",
        "born_on" => "Born",
        "left_on" => "Left the school on",
        _ => "Language at home",
    };
    format!(
        "{label}: {who} changed it while you had this page open. In the register stands “{stands}”. What you chose is \
         in the box and not written down: change it, or write it down now in its place."
    )
}

fn stands(field: &str, now: &Line, adult: Option<&str>) -> String {
    let words = match field {
        "provision" => format!("{} ({})", census::provision(&now.provision), now.provision),
        "since" => dates::short(&now.since),
        "need" => now.needs.iter().map(|code| census::need(code)).collect::<Vec<_>>().join(", "),
        "looked_after" => if now.looked_after { "Yes" } else { "No" }.to_owned(),
        "key_adult" => adult.unwrap_or_default().to_owned(),
        "year_group" => now.year_group.clone(),
        "class_name" => now.class_name.clone(),
        "upn" => now.upn.clone(),
        "born_on" => dates::short(&now.born_on),
        "left_on" => dates::short(&now.left_on),
        _ => now.home_language.clone(),
    };
    if words.is_empty() { "nothing".to_owned() } else { words }
}
