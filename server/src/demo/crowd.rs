//! Schools as large as one likes, to see how the pages fare: invented children, of whom two in eleven have extra help,
//! and of each of these three years of meetings, which retell what the demo school agreed.
//!
//! What must stay true: the same size on the same day makes the same school; records are written as those of real
//! meetings are, by `db::records`. Only the meetings to come have documents: the others are read by their records.

mod cast;
mod child;
mod names;
mod retold;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::{MeetingId, PersonId, PupilId, Role, SchoolId};
use time::OffsetDateTime;
use uuid::Uuid;

use self::{
    cast::Staff,
    child::{Batch, Child, Document},
    retold::{Known, Template},
};
use crate::db::{self, Db, SchoolTransaction, many::Copied, participants::Participant};

/// Children whose rows go to the database at once.
const AT_ONCE: usize = 100;

#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub schools: u32,
    /// In all schools together.
    pub pupils: u32,
}

/// A school, and some of its people to ask as.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Made {
    pub school: SchoolId,
    pub senco: PersonId,
    pub designated_teacher: PersonId,
    /// With a place at the child’s table.
    pub teacher: PersonId,
    pub parent: PersonId,
    pub child: PupilId,
    /// Of the child: what was agreed last, and what comes next.
    pub last: MeetingId,
    pub next: MeetingId,
    /// One who is looked after, whom the designated teacher meets for.
    pub looked_after: PupilId,
}

/// What the demo tells of one child.
struct Story {
    looked_after: bool,
    people: Vec<Known>,
    told: Vec<Template>,
    next: MeetingId,
    next_seats: Vec<Participant>,
}

/// Makes the schools, on top of the demo’s own two.
pub async fn make(db: &Db, size: Size, now: OffsetDateTime) -> anyhow::Result<Vec<Made>> {
    let demos = db::schools::list(db).await?;
    anyhow::ensure!(demos.len() == 2, "the demo’s schools are retold, and must be the only ones there");
    let mut stories = vec![];
    for demo in &demos {
        stories.extend(read(&mut db.begin(*demo).await?).await?);
    }
    let mut made = vec![];
    for number in 0..size.schools {
        let id = SchoolId(Uuid::new_v5(&super::NAMESPACE, format!("crowd {number}").as_bytes()));
        let mut txn = db.begin(id).await?;
        let pupils = size.pupils / size.schools + u32::from(number < size.pupils % size.schools);
        let (school, documents) = school(&mut txn, number, pupils, &stories, now).await?;
        txn.commit().await?;
        // Only of documents may several schools be spoken of at once.
        let mut txn = db.begin_for(&[&[id], demos.as_slice()].concat()).await?;
        for (from, to, hands) in &documents {
            db::many::copy_documents(&mut txn, Copied { from: *from, to: *to, hands }).await?;
        }
        txn.commit().await?;
        made.push(school);
    }
    Ok(made)
}

/// What a demo school’s records tell.
async fn read(txn: &mut SchoolTransaction) -> anyhow::Result<Vec<Story>> {
    let ids: Vec<PersonId> = db::people::display_names(txn).await?.into_keys().collect();
    let names = db::people::names(txn, &ids).await?;
    let mut stories = vec![];
    for next in db::meetings::list_latest(txn).await? {
        let meeting = db::meetings::find(txn, next).await?.context("it was listed a moment ago")?;
        let next_seats = db::participants::list(txn, next).await?;
        let (mut tables, mut costs) = (vec![], vec![]);
        let records = db::records::list_of_pupil(txn, meeting.pupil).await?;
        for record in &records {
            tables.push(db::participants::list(txn, record.meeting).await?);
            costs.push(db::many::costs(txn, record.meeting).await?);
        }
        let mut roles: BTreeMap<PersonId, Role> = BTreeMap::new();
        for seat in next_seats.iter().chain(tables.iter().flatten()) {
            roles.entry(seat.person).or_insert(seat.role);
        }
        let known = |names: &db::people::Names| Known {
            person: names.person,
            role: roles.get(&names.person).copied(),
            name: names.name.clone(),
            full_name: names.full_name.clone(),
        };
        let people: Vec<Known> = names.iter().map(known).collect();
        let told = records.iter().zip(tables).zip(costs);
        let told = told.map(|((record, seats), costs)| Template::read(&record.canonical_json, &people, seats, costs));
        let told = told.collect::<anyhow::Result<Vec<_>>>()?;
        stories.push(Story { looked_after: meeting.looked_after, people, told, next, next_seats });
    }
    Ok(stories)
}

async fn school(
    txn: &mut SchoolTransaction,
    number: u32,
    pupils: u32,
    stories: &[Story],
    now: OffsetDateTime,
) -> anyhow::Result<(Made, Vec<Document>)> {
    let name = format!("{} Green School", names::last(number as usize));
    db::schools::create(txn, &name).await?;
    let staff = Staff::hire(txn, number, pupils).await?;
    let mut made = None;
    let (mut looked_after, mut documents) = (None, vec![]);
    let numbers: Vec<u32> = (0..pupils).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut batch = Batch::default();
        for at in some {
            let child = Child::new(txn.school(), number, *at, &staff, stories);
            let (id, is_looked_after) = (child.id, child.is_looked_after());
            match child.write(&mut batch, &name, &staff, now)? {
                Some(_) if is_looked_after => looked_after = looked_after.or(Some(id)),
                Some(told) => made = made.or(Some((id, told))),
                None => {}
            }
        }
        documents.extend(batch.save(txn, staff.senco, now).await?);
    }
    let (child, told) = made.context("a school needs some more children")?;
    let made = Made {
        school: txn.school(),
        senco: staff.senco,
        designated_teacher: staff.designated_teacher,
        teacher: told.teacher,
        parent: told.parent,
        child,
        last: told.last,
        next: told.next,
        looked_after: looked_after.context("a school needs some more children")?,
    };
    Ok((made, documents))
}

/// Those who sit at a table once, whoever they stand for.
fn once(seats: &[Participant], cast: &retold::Cast) -> Vec<(Participant, PersonId)> {
    let mut met = BTreeSet::new();
    let standing = seats.iter().filter_map(|seat| Some((seat.clone(), cast.get(&seat.person)?.person)));
    standing.filter(|(_, person)| met.insert(*person)).collect()
}
