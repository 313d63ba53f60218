//! Who works in a made-up school, and who of them stands for whom in what is retold of a child.

use shared::{PersonId, Role, rights::Post};
use uuid::Uuid;

use super::{
    Story, names,
    retold::{Cast, Standing},
};
use crate::db::{self, SchoolTransaction, many::People};

const YEARS: u32 = 5;
const CHILDREN_OF_A_CLASS: u32 = 30;
const VISITORS: usize = 12;

pub(super) struct Staff {
    pub(super) senco: PersonId,
    pub(super) designated_teacher: PersonId,
    all: [Standing; 2],
    /// One for each class.
    teachers: Vec<Standing>,
    assistants: Vec<Standing>,
    visitors: Vec<Standing>,
    forms: u32,
}

impl Staff {
    pub(super) async fn hire(txn: &mut SchoolTransaction, school: u32, pupils: u32) -> sqlx::Result<Self> {
        let forms = pupils.div_ceil(YEARS * CHILDREN_OF_A_CLASS).max(2);
        let classes = (YEARS * forms) as usize;
        let id = txn.school().0;
        let mut people = People::default();
        let mut person = |what: &str, at: usize| {
            let seed = school as usize * 101 + at + what.len() * 13;
            let (title, last) = (names::title(seed), names::last(seed));
            let standing = Standing {
                person: PersonId(Uuid::new_v5(&id, format!("{what} {at}").as_bytes())),
                name: format!("{title} {last}"),
                full_name: format!("{title} {} {last}", names::first(seed)),
            };
            people.add(&standing, if what == "visitor" { "specialist" } else { "staff" });
            standing
        };
        let (senco, designated) = (person("senco", 0), person("designated", 0));
        let teachers: Vec<_> = (0..classes).map(|at| person("teacher", at)).collect();
        let assistants: Vec<_> = (0..classes.div_ceil(2)).map(|at| person("assistant", at)).collect();
        let visitors = (0..VISITORS).map(|at| person("visitor", at)).collect();
        let head = person("head", 0);
        db::many::people(txn, &people).await?;
        db::posts::give(txn, head.person, Post::Head).await?;
        db::posts::give(txn, senco.person, Post::Senco).await?;
        db::posts::give(txn, designated.person, Post::DesignatedTeacher).await?;
        for (class, teacher) in (0..).zip(&teachers) {
            db::posts::give_of_class(txn, teacher.person, Post::Teacher, &class_name(class)).await?;
        }
        for assistant in &assistants {
            db::posts::give(txn, assistant.person, Post::Assistant).await?;
        }
        Ok(Self {
            senco: senco.person,
            designated_teacher: designated.person,
            all: [senco, designated],
            teachers,
            assistants,
            visitors,
            forms,
        })
    }

    /// Which class the n-th child is in.
    pub(super) fn class(&self, child: u32) -> u32 {
        child % (YEARS * self.forms)
    }

    pub(super) fn key_adult(&self, class: u32) -> PersonId {
        self.assistants[class as usize % self.assistants.len()].person
    }

    pub(super) fn teacher(&self, class: u32) -> PersonId {
        self.teachers[class as usize % self.teachers.len()].person
    }

    /// Whoever is in the story gets somebody of this school to stand for them, or of the child’s family, which is new.
    pub(super) fn cast(&self, story: &Story, class: u32, child: &Standing, people: &mut People) -> Cast {
        let (mut teachers, mut assistants, mut visitors, mut family) = (0, 0, 0, 0);
        let next = |pool: &[Standing], from: usize, count: &mut usize| {
            *count += 1;
            pool[(from + *count - 1) % pool.len()].clone()
        };
        let class = class as usize;
        let mut stands_for = |known: &super::Known| match known.role {
            Some(Role::Pupil) => child.clone(),
            Some(Role::Parent | Role::Supporter) => {
                family += 1;
                let parent = parent(child, family, known.name.ends_with("’s mum") || known.name.ends_with("'s mum"));
                people.add(&parent, "parent");
                parent
            }
            Some(Role::Facilitator) => self.all[usize::from(story.looked_after)].clone(),
            Some(Role::Teacher) => next(&self.teachers, class, &mut teachers),
            Some(Role::Assistant) => next(&self.assistants, class, &mut assistants),
            Some(Role::Specialist | Role::SocialCare | Role::Interpreter | Role::Observer) | None => {
                next(&self.visitors, 0, &mut visitors)
            }
        };
        // Those with a place first, so that they are different people.
        let (seated, others): (Vec<_>, Vec<_>) = story.people.iter().partition(|known| known.role.is_some());
        seated.into_iter().chain(others).map(|known| (known.person, stands_for(known))).collect()
    }
}

fn parent(child: &Standing, number: usize, unnamed: bool) -> Standing {
    let last = child.full_name.split_whitespace().next_back().unwrap_or_default();
    let first = names::first(child.person.0.as_bytes()[0] as usize + number * 5);
    let person = PersonId(Uuid::new_v5(&child.person.0, format!("family {number}").as_bytes()));
    if unnamed {
        let name = format!("{}’s mum", child.name);
        return Standing { person, name: name.clone(), full_name: name };
    }
    Standing { person, name: first.to_owned(), full_name: format!("{first} {last}") }
}

/// “9C”.
pub(super) fn class_name(class: u32) -> String {
    let form = char::from(b'A' + u8::try_from(class / YEARS % 26).unwrap_or_default());
    format!("{}{form}", year(class))
}

pub(super) fn year(class: u32) -> u32 {
    7 + class % YEARS
}

impl People {
    pub(super) fn add(&mut self, person: &Standing, kind: &str) {
        self.ids.push(person.person.0);
        self.kinds.push(kind.to_owned());
        self.full_names.push(person.full_name.clone());
        self.display_names.push(person.name.clone());
    }
}
