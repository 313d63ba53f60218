//! What the form of a first meeting sends: judged box by box, before anything is made of it.

use app::view::{first::FirstMeetingSent, line::Fault};
use shared::{PersonId, Role, plain::line};
use time::{Date, Duration, Time, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use super::around::Expected;
use crate::{
    backend::{
        lobby,
        register::{NO_SUCH_DAY, read_day},
    },
    csv::CELL_LIMIT,
    db::{self, SchoolTransaction, people::NewPerson},
};

/// Later than that is a year that was mistyped.
const LATEST: Duration = Duration::days(366);
/// As at the door.
const LONGEST_NAME: usize = 60;
const TIME: &[BorrowedFormatItem<'static>] = format_description!("[hour padding:none]:[minute]");

/// What was sent, with nothing left to object to.
pub(super) struct Wanted {
    pub(super) on: Date,
    pub(super) at: Time,
    pub(super) place: String,
    pub(super) colleagues: Vec<Expected>,
    pub(super) guests: Vec<Named>,
}

/// A guest whom nobody here knew before.
pub(super) struct Named {
    name: String,
    role: Role,
}

pub(super) fn read(sent: &FirstMeetingSent, others: &[Expected], today: Date) -> Result<Wanted, Vec<Fault>> {
    let mut faults = vec![];
    let on = match read_day(sent.on.trim()) {
        None => Err(NO_SUCH_DAY),
        Some(day) if day < today => Err("That day is over. Choose today or a day to come."),
        Some(day) if day > today + LATEST => Err("That is more than a year away. Look at the year."),
        Some(day) => Ok(day),
    };
    faults.extend(on.err().map(|why| Fault::new("on", why)));
    let at = Time::parse(sent.at.trim(), TIME);
    faults.extend(at.err().map(|_| Fault::new("at", "There is no such time. Write it as 15:30.")));
    let mut colleagues: Vec<Expected> = vec![];
    for (number, chosen) in (1..).zip(&sent.colleagues).filter(|(_, chosen)| !chosen.is_empty()) {
        match others.iter().find(|other| other.person.to_string() == *chosen) {
            Some(other) if colleagues.iter().any(|known| known.person == other.person) => {}
            Some(other) => colleagues.push(other.clone()),
            None => faults.push(Fault::new(&format!("colleague-{number}"), "Choose somebody who works here.")),
        }
    }
    let mut guests = vec![];
    for (number, guest) in (1..).zip(&sent.guests) {
        let name: String = line(&guest.name);
        let role = Role::from_name(&guest.comes_as).filter(|role| role.may_be_given());
        match role {
            _ if name.is_empty() => {}
            Some(role) if name.chars().count() <= LONGEST_NAME => guests.push(Named { name, role }),
            Some(_) => {
                let why = format!("That is longer than {LONGEST_NAME} letters.");
                faults.push(Fault::new(&format!("guest-{number}"), why));
            }
            None => faults.push(Fault::new(&format!("guest-{number}"), "Say what they come as.")),
        }
    }
    match (on, at) {
        (Ok(on), Ok(at)) if faults.is_empty() => {
            let place = line(&sent.place).chars().take(CELL_LIMIT).collect();
            Ok(Wanted { on, at, place, colleagues, guests })
        }
        _ => Err(faults),
    }
}

impl Named {
    pub(super) async fn become_known(&self, txn: &mut SchoolTransaction) -> sqlx::Result<Expected> {
        #[expect(clippy::disallowed_methods, reason = "a new person, made on the server alone")]
        let person = PersonId(Uuid::now_v7());
        let new =
            NewPerson { id: person, kind: lobby::kind_of(self.role), full_name: &self.name, display_name: &self.name };
        db::people::create(txn, new).await?;
        Ok(Expected { person, name: self.name.clone(), role: self.role, title: self.role.label() })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 19);

    #[test]
    fn each_box_is_told_what_is_wrong_with_it() {
        let good = FirstMeetingSent { on: "2026-12-03".into(), at: "9:15".into(), ..FirstMeetingSent::default() };
        let guest =
            |name: &str, comes_as: &str| app::view::first::Guest { name: name.into(), comes_as: comes_as.into() };
        let wrong = |sent: FirstMeetingSent| -> Vec<String> {
            read(&sent, &[], TODAY).err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
        };
        assert!(wrong(good.clone()).is_empty());
        for on in ["", "2026-02-31", "2026-11-18", "9999-12-31"] {
            assert_eq!(wrong(FirstMeetingSent { on: on.into(), ..good.clone() }), ["on"], "{on}");
        }
        assert_eq!(wrong(FirstMeetingSent { at: "25:00".into(), ..good.clone() }), ["at"]);
        assert_eq!(wrong(FirstMeetingSent { colleagues: vec!["nobody".into()], ..good.clone() }), ["colleague-1"]);
        // An empty row is nobody; whoever comes is neither the child nor runs it.
        let guests = vec![guest("", "parent"), guest("Ida North", "facilitator"), guest(&"x".repeat(61), "parent")];
        assert_eq!(wrong(FirstMeetingSent { guests, ..good }), ["guest-2", "guest-3"]);
    }
}
