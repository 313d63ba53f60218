//! What people are called and what they are, from how the file says it.

use shared::{Role, rights::Post, role::Side};

use super::data::{Attendee, Person};
use crate::titles;

/// As the place card says it: “Mrs Pike”, “Dr Osei”, “Agnieszka”.
pub(super) fn display_name(full: &str) -> String {
    let first = full.split_whitespace().next().unwrap_or(full);
    // “Kai's mum” has no other name here.
    let called = if first.ends_with("'s") { full } else { first };
    titles::called(full).unwrap_or_else(|| called.to_owned())
}

pub(super) fn role(attendee: &Attendee, facilitator: &str) -> Role {
    if attendee.person_id == facilitator {
        return Role::Facilitator;
    }
    match attendee.attendee_role.as_str() {
        "Pupil" | "Pupil and scribe" => Role::Pupil,
        "Parent" | "Foster carer" => Role::Parent,
        "Family member" => Role::Supporter,
        "Class teacher" | "Next year's class teacher" | "Form tutor" | "English teacher" | "SENCO" => Role::Teacher,
        "Key adult" | "ELSA" => Role::Assistant,
        "Interpreter" => Role::Interpreter,
        "Social worker" | "Virtual School adviser" => Role::SocialCare,
        // Colleagues of another school are visitors here, and see nothing that is for staff alone.
        _ => Role::Specialist,
    }
}

/// Their job or tie in their own words: “Mum”, “SENCO”, “Speech and language therapist”.
pub(super) fn title(attendee: &Attendee, person: &Person) -> String {
    let job = person.role.split(',').next().unwrap_or_default();
    match attendee.attendee_role.as_str() {
        "Facilitator" | "Interpreter" => job,
        "Parent" | "Family member" => &person.relationship,
        "Pupil and scribe" => "Pupil",
        said => said,
    }
    .to_owned()
}

/// The posts somebody holds in a school, from their job as the file says it; nobody of another school holds one here.
pub(super) fn posts(person: &Person, school: &str) -> &'static [Post] {
    let (job, place) = person.role.split_once(", ").unwrap_or((&person.role, ""));
    match job {
        _ if person.kind != "staff" => &[],
        "SENCO" if school.starts_with(place) => &[Post::Senco],
        "SENCO" => &[],
        _ if job.starts_with("Designated teacher") => &[Post::DesignatedTeacher, Post::SafeguardingLead],
        _ if job.contains("assistant") => &[Post::Assistant],
        _ => &[Post::Teacher],
    }
}

/// The side of the board somebody’s note goes on.
pub(super) fn side(role: Role) -> &'static str {
    match role.side() {
        Side::Pupil => "pupil",
        Side::Home => "home",
        Side::School => "school",
        Side::Visitor | Side::Voice => "visitor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_cards_say_what_people_are_called() {
        for (full, expected) in [
            ("Mrs Joanna Pike", "Mrs Pike"),
            ("Mrs Laila Hussain-Webb", "Mrs Hussain-Webb"),
            ("Dr Kwabena Osei", "Dr Osei"),
            ("Agnieszka Wieczorek", "Agnieszka"),
            ("Kai's mum", "Kai's mum"),
        ] {
            assert_eq!(display_name(full), expected);
        }
    }
}
