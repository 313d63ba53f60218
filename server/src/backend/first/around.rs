//! Who is round a child before anything was agreed of them: so whom a first meeting begins with.

use app::{backend::Viewer, error::AppError};
use shared::{PersonId, Role, rights::Post};

use crate::{
    db::{
        self, SchoolTransaction, kept, participants::Participant, passports, posts, posts::Holder, pupils::Pupil,
        register_line,
    },
    error::unavailable,
};

/// Somebody who is to come.
#[derive(Clone)]
pub(super) struct Expected {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) title: &'static str,
}

/// Those who are invited, and the others who work here, who may be chosen beside.
pub(super) struct Round {
    pub(super) invited: Vec<Expected>,
    pub(super) others: Vec<Expected>,
}

/// The child, whoever begins it, those who sat at the passport, and those of the school who have to do with the child;
/// and the others who work here. Nobody who is kept from the child is among either.
pub(super) async fn round_the_child(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: &Pupil,
) -> Result<Round, AppError> {
    let staff = posts::holders(txn).await.map_err(unavailable)?;
    let line = register_line::lock(txn, pupil.id).await.map_err(unavailable)?;
    let key_adult = line.and_then(|line| line.key_adult);
    let kept = kept::list(txn, pupil.id).await.map_err(unavailable)?;
    let at_passport = match passports::newest_table(txn, pupil.id).await.map_err(unavailable)? {
        Some(table) => db::participants::list(txn, table.meeting).await.map_err(unavailable)?,
        None => vec![],
    };
    let child =
        Expected { person: pupil.person, name: pupil.full_name.clone(), role: Role::Pupil, title: Role::Pupil.label() };
    let mut round = Round { invited: vec![child], others: vec![] };
    for holder in &staff {
        let begins = holder.person == viewer.person;
        let (is_invited, title) = place_of(holder, pupil, begins, Some(holder.person) == key_adult);
        let role = match holder.posts.as_slice() {
            _ if begins => Role::Facilitator,
            [Post::Assistant] => Role::Assistant,
            _ => Role::Teacher,
        };
        let list = if is_invited { &mut round.invited } else { &mut round.others };
        list.push(Expected { person: holder.person, name: holder.told_apart(&staff), role, title });
    }
    at_passport.into_iter().filter(|seat| seat.admitted).for_each(|seat| round.add(seat));
    for people in [&mut round.invited, &mut round.others] {
        people.retain(|expected| kept.iter().all(|kept| kept.person != expected.person));
    }
    Ok(round)
}

/// Whether somebody who works here is invited without being chosen, and as what.
fn place_of(holder: &Holder, pupil: &Pupil, begins: bool, is_key_adult: bool) -> (bool, &'static str) {
    let has = |post| holder.posts.contains(&post);
    let teaches = !holder.class_name.is_empty() && holder.class_name == pupil.class_name;
    match () {
        () if begins => (true, if has(Post::Senco) { "SENCO" } else { "Head teacher" }),
        () if is_key_adult => (true, Role::Assistant.label()),
        () if teaches => (true, "Class teacher"),
        () if pupil.looked_after && has(Post::DesignatedTeacher) => (true, "Designated teacher"),
        () if has(Post::Head) => (false, "Head teacher"),
        () if has(Post::Senco) => (false, "SENCO"),
        () if has(Post::Assistant) => (false, "Teaching assistant"),
        () => (false, Role::Teacher.label()),
    }
}

impl Round {
    /// Who sat at the passport is invited, as what they were there or are here.
    fn add(&mut self, seat: Participant) {
        if self.invited.iter().any(|known| known.person == seat.person) {
            return;
        }
        let here = self.others.iter().position(|other| other.person == seat.person);
        let title = here.map_or(seat.role.label(), |at| self.others.remove(at).title);
        self.invited.push(Expected { person: seat.person, name: seat.full_name, role: seat.role, title });
    }
}
