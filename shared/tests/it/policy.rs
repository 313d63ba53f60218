//! The permission table: said once in code, printed once for people, and the two agree.

use shared::{
    Access, Role, Section, Stage, access,
    policy::{self, Scribe},
};

/// The table as `ARCHITECTURE.md` prints it: a row for each section, a column for each role, a letter
/// for each stage.
fn table() -> String {
    let mut table = String::from("| section |");
    for role in Role::ALL {
        table += &format!(" {} |", role.name());
    }
    table += "\n|---|";
    table += &"---|".repeat(Role::ALL.len());
    for section in Section::ALL {
        table += &format!("\n| `{}` |", section.name());
        for role in Role::ALL {
            let letters: Vec<&str> = Stage::ALL.map(|stage| letter(access(section, role, stage))).to_vec();
            table += &format!(" {} |", letters.join(" "));
        }
    }
    table
}

fn letter(access: Access) -> &'static str {
    match access {
        Access::None => "–",
        Access::Read => "R",
        Access::Write => "W",
    }
}

#[test]
fn the_architecture_prints_the_table_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
    let printed = std::fs::read_to_string(path).unwrap();
    assert!(printed.contains(&table()), "ARCHITECTURE.md should hold this table:\n{}", table());
}

#[test]
fn nothing_is_written_after_agreement() {
    for section in Section::ALL {
        for role in Role::ALL {
            for scribe in [Scribe::No, Scribe::Later, Scribe::FromTheStart] {
                assert!(!policy::access_for(section, role, scribe, Stage::Agreed).can_write());
            }
        }
    }
}

#[test]
fn views_stay_with_their_writers_and_the_facilitator_until_the_meeting_opens() {
    let readers = |section| {
        Role::ALL.into_iter().filter(|role| access(section, *role, Stage::Preparing).can_read()).collect::<Vec<_>>()
    };
    assert_eq!(readers(Section::PupilViews), [Role::Facilitator, Role::Pupil]);
    assert_eq!(readers(Section::FamilyViews), [Role::Facilitator, Role::Parent]);
    assert_eq!(readers(Section::SchoolViews), [Role::Facilitator, Role::Teacher, Role::Assistant]);
    assert_eq!(readers(Section::SpecialistViews), [Role::Facilitator, Role::Specialist, Role::SocialCare]);
    for section in [Section::PupilViews, Section::FamilyViews, Section::SchoolViews, Section::SpecialistViews] {
        assert!(Role::ALL.into_iter().all(|role| access(section, role, Stage::Meeting).can_read()));
    }
}

#[test]
fn staff_preparation_never_reaches_a_family_or_a_visitor() {
    for stage in Stage::ALL {
        for role in Role::ALL {
            let staff = matches!(role, Role::Facilitator | Role::Teacher | Role::Assistant);
            assert_eq!(access(Section::StaffPreparation, role, stage).can_read(), staff);
        }
    }
}

#[test]
fn what_help_costs_and_what_the_premium_is_for_reach_those_who_answer_for_it_alone() {
    for stage in Stage::ALL {
        for role in Role::ALL {
            let runs_it = role == Role::Facilitator;
            assert_eq!(access(Section::Costs, role, stage).can_read(), runs_it, "{role:?}");
            let answers = runs_it || role == Role::SocialCare;
            assert_eq!(access(Section::PepRestricted, role, stage).can_read(), answers, "{role:?}");
        }
    }
}

#[test]
fn what_a_pupil_does_not_share_reaches_nobody_but_who_writes_for_them() {
    for stage in Stage::ALL {
        for role in Role::ALL {
            let seen = |scribe| policy::access_for(Section::PupilPrivate, role, scribe, stage).can_read();
            assert_eq!(seen(Scribe::No), role == Role::Pupil);
            assert_eq!(seen(Scribe::Later), role == Role::Pupil, "it was begun without them");
            assert!(seen(Scribe::FromTheStart));
        }
    }
}

#[test]
fn a_scribe_writes_where_the_pupil_writes_and_nowhere_new() {
    for section in Section::ALL {
        let with = policy::access_for(section, Role::Assistant, Scribe::FromTheStart, Stage::Preparing);
        let without = policy::access_for(section, Role::Assistant, Scribe::No, Stage::Preparing);
        if matches!(section, Section::PupilViews | Section::PupilPrivate) {
            assert_eq!((without, with), (Access::None, Access::Write));
        } else {
            assert_eq!(with, without);
        }
    }
}

#[test]
fn nobody_reads_more_for_being_let_in_as_somebody_else() {
    for (expected, other) in [
        (Role::Parent, Role::Teacher),
        (Role::Supporter, Role::Assistant),
        (Role::Specialist, Role::Teacher),
        (Role::Observer, Role::SocialCare),
        (Role::Parent, Role::Facilitator),
        (Role::Pupil, Role::Observer),
    ] {
        assert!(!policy::may_come_as(expected, other), "{expected:?} {other:?}");
    }
    for (expected, other) in [
        (Role::Parent, Role::Supporter),
        (Role::Supporter, Role::Observer),
        (Role::Teacher, Role::Assistant),
        (Role::Teacher, Role::Observer),
    ] {
        assert!(policy::may_come_as(expected, other), "{expected:?} {other:?}");
    }
}
