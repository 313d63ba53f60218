//! A file of rows that somebody sends, or sends again when they have looked at what it would change.

use app::view::file::Refused;
use axum::extract::{FromRequest, Multipart, Request, multipart::Field};

use crate::{csv::SentFile, limits::REGISTER_LIMIT, state::AppState};

const NOTHING: &str = "Choose a file first.";
const TOO_LONG: &str = "The file did not arrive whole, or is longer than 1 MB: send it in parts.";

pub(super) async fn read(request: Request, state: &AppState) -> Result<SentFile, Refused> {
    let lost = |_| Refused::whole("", TOO_LONG);
    let mut form = Multipart::from_request(request, state).await.map_err(|_| Refused::whole("", NOTHING))?;
    let mut file = SentFile::default();
    while let Some(field) = form.next_field().await.map_err(lost)? {
        let chosen = field.file_name().map(str::to_owned);
        match (field.name(), chosen) {
            (Some("file"), Some(name)) => file = SentFile { name, bytes: bytes(field).await?, ..file },
            (Some("rows"), _) => file.bytes = bytes(field).await?,
            (Some("name"), _) => file.name = field.text().await.map_err(lost)?,
            (Some("seen"), _) => file.seen = Some(field.text().await.map_err(lost)?),
            _ => {}
        }
    }
    match file.bytes.len() {
        _ if file.name.is_empty() => Err(Refused::whole("", NOTHING)),
        // With every line ended by two letters, as browsers send what stood in a form, it may be a little longer.
        length if length > REGISTER_LIMIT && file.seen.is_none() => Err(Refused::whole("", TOO_LONG)),
        _ => Ok(file),
    }
}

async fn bytes(field: Field<'_>) -> Result<Vec<u8>, Refused> {
    field.bytes().await.map(Vec::from).map_err(|_| Refused::whole("", TOO_LONG))
}
