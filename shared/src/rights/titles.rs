//! What stands beside a name, and over a meeting, for who is not to learn by it that a child is looked after.

use crate::{Role, role::Side};

/// What a meeting is called for everybody else: an education plan is made of looked-after children alone.
pub fn kind_that_tells_nothing(kind: &str) -> String {
    kind.replace(" and PEP", "")
}

/// What somebody is called at a table for those who are not told at any whether its child is looked after: by their part
/// alone, so that what is left out tells them nothing either.
pub fn title_of_part(role: Role) -> &'static str {
    part_that_tells_nothing(role).label()
}

/// The part they play, for the same eyes.
pub fn part_that_tells_nothing(role: Role) -> Role {
    if role == Role::SocialCare { Role::Specialist } else { role }
}

/// What somebody is called where a child may be read about by those who are not told that the child is looked after: who
/// comes because of that would give it away.
pub fn title_that_tells_nothing(role: Role, title: &str) -> &str {
    const TELLING: [&str; 5] = ["looked", "foster", "virtual school", "social work", "reviewing officer"];
    let lower = title.to_lowercase();
    if role != Role::SocialCare && !TELLING.iter().any(|word| lower.contains(word)) {
        return title;
    }
    match role.side() {
        Side::Home => "At home",
        Side::School => "At school",
        Side::Pupil | Side::Visitor | Side::Voice => "Visits",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_tells_that_a_child_is_looked_after() {
        for (role, title, said) in [
            (Role::Facilitator, "Designated teacher for looked-after children", "At school"),
            (Role::Parent, "Foster carer", "At home"),
            (Role::SocialCare, "Social worker", "Visits"),
            (Role::SocialCare, "Comes from the council", "Visits"),
            (Role::Observer, "Virtual School adviser", "Visits"),
            (Role::Parent, "Mum", "Mum"),
            (Role::Specialist, "Teacher of the deaf", "Teacher of the deaf"),
        ] {
            assert_eq!(title_that_tells_nothing(role, title), said, "{title}");
        }
    }

    #[test]
    fn no_kind_of_meeting_tells_it() {
        assert_eq!(kind_that_tells_nothing("SEN Support planning and PEP meeting"), "SEN Support planning meeting");
        assert_eq!(kind_that_tells_nothing("SEN Support review meeting"), "SEN Support review meeting");
    }
}
