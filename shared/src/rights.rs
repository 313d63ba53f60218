//! THE table of the school’s own pages: who opens which, and how much of a child they see there.
//!
//! What [`policy`](crate::policy) is for a meeting, this is for the record around it: the pages are made by it, and
//! nothing else decides. Every match is exhaustive and without a wildcard, so that a new post or a new matter does not
//! compile until somebody has decided.
//!
//! What must stay true: whoever has no tie to a child learns nothing of that child; cost is for those who answer for
//! the money.

mod post;
mod titles;

use serde::{Deserialize, Serialize};

pub use self::{
    post::{Post, may_make_way_in, may_read_trail, may_set_post},
    titles::{kind_that_tells_nothing, part_that_tells_nothing, title_of_part, title_that_tells_nothing},
};
use crate::{Role, Section, Stage, access};

/// A page about many children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Register,
    Map,
    Impact,
    /// Bringing children in from a file.
    Import,
    /// Telling which sessions of help happened, with a note for staff.
    Delivery,
}

/// Of how many children a page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Breadth {
    Nobody,
    /// Those at whose tables they have a place.
    TheirOwn,
    WholeSchool,
}

pub fn breadth(page: Page, posts: &[Post]) -> Breadth {
    posts.iter().map(|post| breadth_of(page, *post)).max().unwrap_or(Breadth::Nobody)
}

fn breadth_of(page: Page, post: Post) -> Breadth {
    match page {
        Page::Register | Page::Map | Page::Impact | Page::Delivery => match post {
            Post::Head | Post::Senco => Breadth::WholeSchool,
            Post::DesignatedTeacher
            | Post::SafeguardingLead
            | Post::DataProtectionLead
            | Post::Teacher
            | Post::Assistant => Breadth::TheirOwn,
        },
        Page::Import => match post {
            Post::Head | Post::Senco => Breadth::WholeSchool,
            Post::DesignatedTeacher
            | Post::SafeguardingLead
            | Post::DataProtectionLead
            | Post::Teacher
            | Post::Assistant => Breadth::Nobody,
        },
    }
}

/// Whether it speaks to a class teacher also of the children in their class at whose tables they have no place: who has
/// help, and which. How steps went, and which sessions happened, is for those who meet about the child.
pub fn reaches_class(page: Page) -> bool {
    match page {
        Page::Register | Page::Map => true,
        Page::Impact | Page::Import | Page::Delivery => false,
    }
}

/// Whether what help costs is for these eyes.
pub fn may_see_costs(posts: &[Post]) -> bool {
    posts.iter().any(|post| match post {
        Post::Head | Post::Senco => true,
        Post::DesignatedTeacher
        | Post::SafeguardingLead
        | Post::DataProtectionLead
        | Post::Teacher
        | Post::Assistant => false,
    })
}

/// Whether somebody at a table may hide from everybody at once what was said there and should not be.
pub fn may_hide(place: Role, posts: &[Post]) -> bool {
    place.can_facilitate()
        || posts.iter().any(|post| match post {
            Post::Head | Post::Senco | Post::SafeguardingLead => true,
            Post::DesignatedTeacher | Post::DataProtectionLead | Post::Teacher | Post::Assistant => false,
        })
}

/// Whether somebody may open what was agreed again, to correct it: whoever runs that meeting, and those who answer for
/// every child.
pub fn may_correct(place: Option<Role>, tie: Tie) -> bool {
    place.is_some_and(Role::can_facilitate)
        || match tie {
            Tie::Leads => true,
            Tie::Teaches
            | Tie::ClassTeacher
            | Tie::Child
            | Tie::Family
            | Tie::Visits
            | Tie::SocialCare
            | Tie::Nobody => false,
        }
}

/// Whether what was hidden is for these eyes: the safeguarding lead’s alone, or the head’s where nobody holds that post.
pub fn may_read_hidden(posts: &[Post], has_lead: bool) -> bool {
    posts.iter().any(|post| match post {
        Post::SafeguardingLead => true,
        Post::Head => !has_lead,
        Post::Senco | Post::DesignatedTeacher | Post::DataProtectionLead | Post::Teacher | Post::Assistant => false,
    })
}

/// Where somebody stands to one child, before what they are in the school.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// At the child’s table, if they may sit there.
    pub role: Option<Role>,
    /// The child is in the class they are said to teach.
    pub in_class: bool,
    /// It was decided that they learn nothing. It is about this person and this child, and comes before everything else.
    pub withheld: bool,
}

/// How somebody stands to one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tie {
    /// The head and the SENCO.
    Leads,
    /// Works with the child in this school, and meets about them.
    Teaches,
    /// Has the child in the class they teach, and no place at the table: reads, and changes nothing.
    ClassTeacher,
    /// It is they.
    Child,
    Family,
    /// An outside professional at the child’s table.
    Visits,
    SocialCare,
    /// No tie, or one that was taken away.
    Nobody,
}

impl Tie {
    pub const ALL: [Self; 8] = [
        Self::Leads,
        Self::Teaches,
        Self::ClassTeacher,
        Self::Child,
        Self::Family,
        Self::Visits,
        Self::SocialCare,
        Self::Nobody,
    ];

    /// From what somebody is in the school and where they stand to the child.
    pub fn of(posts: &[Post], place: Place) -> Self {
        if place.withheld {
            return Self::Nobody;
        }
        if posts.iter().any(|post| matches!(post, Post::Head | Post::Senco)) {
            return Self::Leads;
        }
        match place.role {
            Some(Role::Facilitator | Role::Teacher | Role::Assistant) => Self::Teaches,
            Some(Role::Pupil) => Self::Child,
            Some(Role::Parent) => Self::Family,
            Some(Role::Specialist) => Self::Visits,
            Some(Role::SocialCare) => Self::SocialCare,
            // They came for one meeting, and read its record there.
            Some(Role::Supporter | Role::Interpreter | Role::Observer) | None => {
                if place.in_class && posts.contains(&Post::Teacher) { Self::ClassTeacher } else { Self::Nobody }
            }
        }
    }
}

/// Whether a looked-after child’s education plan is for these eyes: those who answer for it in the school, and social
/// care at the child’s table.
pub fn may_see_pep(posts: &[Post], place: Place) -> bool {
    match Tie::of(posts, place) {
        Tie::Leads | Tie::SocialCare => true,
        // The designated teacher answers for every looked-after child, at the table or not.
        Tie::Teaches | Tie::ClassTeacher | Tie::Child | Tie::Family | Tie::Visits | Tie::Nobody => {
            !place.withheld && posts.contains(&Post::DesignatedTeacher)
        }
    }
}

/// Whether somebody rates a looked-after child’s education plan for the Virtual School: social care at the child’s table,
/// where its head sits too. Whoever holds a post here would rate their own school’s plan.
pub fn may_rate_pep(posts: &[Post], place: Place) -> bool {
    posts.is_empty() && Tie::of(posts, place) == Tie::SocialCare
}

/// A part of a child’s page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matter {
    /// Name, class, key adult, how to ask; the passport, help in tests.
    Child,
    /// When born, which number.
    Identity,
    /// What the register says.
    Needs,
    /// What holds now: next steps and the help for them.
    Support,
    /// All cycles and how they went, meetings, actions.
    Plan,
    /// Changing the passport outside a meeting, and keeping a version of it.
    Passport,
    /// Ticking off what was promised.
    Action,
    /// Saying that one has read the passport.
    Confirm,
    /// Who of the staff has read it, and who has not.
    Readers,
    /// That the child is looked after. Where, why and with whom is kept nowhere here.
    Care,
    Cost,
    /// Beginning the first review meeting about them.
    FirstMeeting,
    /// Changing what the register says, and who is kept from the child.
    Line,
    /// Taking all of it away, as one archive, for whoever has the right to ask what the school holds.
    Everything,
}

impl Matter {
    pub const ALL: [Self; 14] = [
        Self::Child,
        Self::Identity,
        Self::Needs,
        Self::Support,
        Self::Plan,
        Self::Passport,
        Self::Action,
        Self::Confirm,
        Self::Readers,
        Self::Care,
        Self::Cost,
        Self::FirstMeeting,
        Self::Line,
        Self::Everything,
    ];
}

pub fn may_see(matter: Matter, tie: Tie) -> bool {
    match matter {
        Matter::Child | Matter::Support => match tie {
            Tie::Leads
            | Tie::Teaches
            | Tie::ClassTeacher
            | Tie::Child
            | Tie::Family
            | Tie::Visits
            | Tie::SocialCare => true,
            Tie::Nobody => false,
        },
        Matter::Plan => match tie {
            Tie::Leads | Tie::Teaches | Tie::Child | Tie::Family | Tie::Visits | Tie::SocialCare => true,
            Tie::ClassTeacher | Tie::Nobody => false,
        },
        Matter::Needs => match tie {
            Tie::Leads | Tie::Teaches | Tie::ClassTeacher | Tie::Family | Tie::Visits | Tie::SocialCare => true,
            // A child is more than a code: their page speaks of help.
            Tie::Child | Tie::Nobody => false,
        },
        // It is theirs, and of those who live or work with them. Who visits writes in it at the meeting.
        Matter::Passport => match tie {
            Tie::Leads | Tie::Teaches | Tie::Child | Tie::Family => true,
            Tie::ClassTeacher | Tie::Visits | Tie::SocialCare | Tie::Nobody => false,
        },
        // Whoever teaches the child reads it, and says so.
        Matter::Confirm => match tie {
            Tie::Leads | Tie::Teaches | Tie::ClassTeacher => true,
            Tie::Child | Tie::Family | Tie::Visits | Tie::SocialCare | Tie::Nobody => false,
        },
        Matter::Identity | Matter::Action => match tie {
            Tie::Leads | Tie::Teaches => true,
            Tie::ClassTeacher | Tie::Child | Tie::Family | Tie::Visits | Tie::SocialCare | Tie::Nobody => false,
        },
        Matter::Care => match tie {
            Tie::Leads | Tie::Teaches | Tie::SocialCare => true,
            Tie::ClassTeacher | Tie::Child | Tie::Family | Tie::Visits | Tie::Nobody => false,
        },
        Matter::Cost | Matter::FirstMeeting | Matter::Readers | Matter::Line | Matter::Everything => match tie {
            Tie::Leads => true,
            Tie::Teaches
            | Tie::ClassTeacher
            | Tie::Child
            | Tie::Family
            | Tie::Visits
            | Tie::SocialCare
            | Tie::Nobody => false,
        },
    }
}

/// Whether somebody is told that a child is looked after, at a table of theirs or elsewhere: those whose matter it is, and
/// who reads the education plan at that table anyway.
pub fn may_know_care(place: Option<Role>, tie: Tie) -> bool {
    may_see(Matter::Care, tie) || place.is_some_and(|role| access(Section::Pep, role, Stage::Agreed).can_read())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(role: Option<Role>) -> Place {
        Place { role, ..Place::default() }
    }

    fn kept_away(role: Option<Role>) -> Place {
        Place { role, in_class: true, withheld: true }
    }

    #[test]
    fn whoever_is_kept_from_a_child_learns_nothing_whatever_they_are() {
        for post in Post::ALL {
            for role in Role::ALL {
                let tie = Tie::of(&[post], kept_away(Some(role)));
                assert!(Matter::ALL.into_iter().all(|matter| !may_see(matter, tie)));
            }
        }
    }

    #[test]
    fn a_class_teacher_reads_the_passport_and_what_holds_now_and_changes_nothing() {
        let in_class = Place { in_class: true, ..Place::default() };
        let tie = Tie::of(&[Post::Teacher], in_class);
        assert_eq!(tie, Tie::ClassTeacher);
        let seen: Vec<_> = Matter::ALL.into_iter().filter(|matter| may_see(*matter, tie)).collect();
        assert_eq!(seen, [Matter::Child, Matter::Needs, Matter::Support, Matter::Confirm]);
        assert!(!may_see_pep(&[Post::Teacher], in_class));
        // A class is a teacher’s; whoever came along to one meeting is still the teacher of the class.
        assert_eq!(Tie::of(&[Post::Assistant], in_class), Tie::Nobody);
        let came_along = Place { role: Some(Role::Observer), ..in_class };
        assert_eq!(Tie::of(&[Post::Teacher], came_along), Tie::ClassTeacher);
        assert_eq!(Tie::of(&[Post::Teacher], Place { role: Some(Role::Parent), ..in_class }), Tie::Family);
    }

    #[test]
    fn who_is_told_of_care_at_a_table_is_who_reads_the_education_plan_there() {
        for role in Role::ALL {
            let is_told = !matches!(role, Role::Supporter | Role::Observer);
            assert_eq!(may_know_care(Some(role), Tie::Nobody), is_told, "{role:?}");
        }
        assert!(may_know_care(None, Tie::Leads) && !may_know_care(None, Tie::Nobody));
    }

    #[test]
    fn cost_and_number_are_never_for_those_who_come_from_outside() {
        for tie in [Tie::Child, Tie::Family, Tie::Visits, Tie::SocialCare, Tie::Nobody] {
            assert!(!may_see(Matter::Cost, tie) && !may_see(Matter::Identity, tie) && !may_see(Matter::Action, tie));
        }
    }

    #[test]
    fn a_teacher_sees_the_children_they_meet_for_and_a_senco_all() {
        assert_eq!(Tie::of(&[Post::Teacher], at(None)), Tie::Nobody);
        assert_eq!(Tie::of(&[Post::Teacher], at(Some(Role::Teacher))), Tie::Teaches);
        assert_eq!(Tie::of(&[Post::Teacher, Post::Senco], at(None)), Tie::Leads);
        assert_eq!(breadth(Page::Register, &[Post::Teacher]), Breadth::TheirOwn);
        assert_eq!(breadth(Page::Register, &[Post::Teacher, Post::Senco]), Breadth::WholeSchool);
        assert_eq!(breadth(Page::Import, &[Post::Teacher]), Breadth::Nobody);
        assert_eq!(breadth(Page::Map, &[]), Breadth::Nobody);
        assert_eq!(breadth(Page::Delivery, &[Post::Assistant]), Breadth::TheirOwn);
        assert_eq!(breadth(Page::Delivery, &[]), Breadth::Nobody);
    }

    #[test]
    fn an_education_plan_is_for_those_who_answer_for_it() {
        assert!(may_see_pep(&[Post::DesignatedTeacher], at(None)));
        assert!(may_see_pep(&[Post::Head], at(None)) && may_see_pep(&[], at(Some(Role::SocialCare))));
        for role in Role::ALL.into_iter().filter(|role| *role != Role::SocialCare) {
            assert!(!may_see_pep(&[Post::Teacher, Post::Assistant], at(Some(role))), "{role:?}");
        }
        for post in Post::ALL {
            assert!(!may_see_pep(&[post], kept_away(Some(Role::SocialCare))), "{post:?}");
        }
    }

    #[test]
    fn nobody_of_the_school_rates_the_schools_plan() {
        for role in Role::ALL {
            assert_eq!(may_rate_pep(&[], at(Some(role))), role == Role::SocialCare, "{role:?}");
            assert!(!may_rate_pep(&[], kept_away(Some(role))));
            assert!(Post::ALL.into_iter().all(|post| !may_rate_pep(&[post], at(Some(role)))));
        }
        assert!(!may_rate_pep(&[], at(None)));
    }

    #[test]
    fn what_was_hidden_is_for_the_safeguarding_lead_and_for_the_head_where_there_is_none() {
        assert!(may_read_hidden(&[Post::Teacher, Post::SafeguardingLead], true));
        assert!(may_read_hidden(&[Post::Head], false) && !may_read_hidden(&[Post::Head], true));
        for post in [Post::Senco, Post::DesignatedTeacher, Post::Teacher, Post::Assistant] {
            assert!(!may_read_hidden(&[post], false), "{post:?}");
        }
        assert!(may_hide(Role::Facilitator, &[]) && may_hide(Role::Teacher, &[Post::Senco]));
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Facilitator) {
            assert!(!may_hide(role, &[Post::Teacher, Post::Assistant]), "{role:?}");
        }
    }

    #[test]
    fn what_was_agreed_is_opened_again_by_who_runs_the_meeting_and_who_answers_for_every_child() {
        for role in Role::ALL {
            for tie in Tie::ALL {
                assert_eq!(may_correct(Some(role), tie), role == Role::Facilitator || tie == Tie::Leads);
                assert_eq!(may_correct(None, tie), tie == Tie::Leads);
            }
        }
    }

    #[test]
    fn a_friend_who_came_along_has_no_key_to_the_childs_page() {
        for role in [Role::Supporter, Role::Interpreter, Role::Observer] {
            assert_eq!(Tie::of(&[], at(Some(role))), Tie::Nobody);
        }
    }
}
