//! How old the newest backup is. Roundtable makes none itself: whoever runs the database does.

use std::path::Path;

use time::{Duration, OffsetDateTime};

/// A night’s backup, and two hours for a night that took longer.
const FRESH: Duration = Duration::hours(26);

pub(super) fn wrong(directory: Option<&Path>, now: OffsetDateTime) -> Option<String> {
    let Some(directory) = directory else {
        return Some(
            "nobody said where they are: set ROUNDTABLE_BACKUPS to the directory that yours are put in".to_owned(),
        );
    };
    let shown = directory.display();
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => return Some(format!("{shown} cannot be read ({error})")),
    };
    let made = entries.flatten().filter_map(|entry| entry.metadata().ok()?.modified().ok());
    let Some(newest) = made.max() else {
        return Some(format!("there is none in {shown}: make one every night, for example with pg_dump"));
    };
    let age = now - OffsetDateTime::from(newest);
    let hours = age.whole_hours();
    (age > FRESH).then(|| {
        format!("the newest in {shown} is {hours} hours old: make one every night, and look why there is none")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_of_last_night_is_good_and_an_older_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::from(directory.path().metadata().unwrap().modified().unwrap());
        let said = |now| wrong(Some(directory.path()), now);
        assert!(wrong(None, now).unwrap().contains("ROUNDTABLE_BACKUPS"));
        assert!(said(now).unwrap().contains("there is none"));
        std::fs::write(directory.path().join("night.dump"), "rows").unwrap();
        assert_eq!(said(now), None);
        assert!(said(now + Duration::hours(50)).unwrap().contains("hours old"));
    }
}
