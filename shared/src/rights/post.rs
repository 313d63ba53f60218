//! What somebody is in the school, and who gives and takes it.

use serde::{Deserialize, Serialize};

/// What somebody is in the school, whichever tables they sit at. One person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Post {
    Head,
    /// Co-ordinates provision for special educational needs.
    Senco,
    /// Answers for the school’s looked-after children.
    DesignatedTeacher,
    /// Answers for the safety of every child, and alone reads what was hidden in a meeting.
    SafeguardingLead,
    /// Answers for how what is held of people is used, and reads who did, read and took away what.
    DataProtectionLead,
    Teacher,
    Assistant,
}

impl Post {
    pub const ALL: [Self; 7] = [
        Self::Head,
        Self::Senco,
        Self::DesignatedTeacher,
        Self::SafeguardingLead,
        Self::DataProtectionLead,
        Self::Teacher,
        Self::Assistant,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Senco => "senco",
            Self::DesignatedTeacher => "designated-teacher",
            Self::SafeguardingLead => "safeguarding-lead",
            Self::DataProtectionLead => "data-protection-lead",
            Self::Teacher => "teacher",
            Self::Assistant => "assistant",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|post| post.name() == name)
    }

    /// Whether it is for somebody else to give and to take: what sets posts and accounts, and what looks at those who do.
    pub fn is_kept(self) -> bool {
        match self {
            Self::Head | Self::Senco | Self::SafeguardingLead | Self::DataProtectionLead => true,
            Self::DesignatedTeacher | Self::Teacher | Self::Assistant => false,
        }
    }

    /// As pages say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Head => "Head",
            Self::Senco => "SENCO",
            Self::DesignatedTeacher => "Designated teacher",
            Self::SafeguardingLead => "Safeguarding lead",
            Self::DataProtectionLead => "Data protection lead",
            Self::Teacher => "Teacher",
            Self::Assistant => "Assistant",
        }
    }
}

/// Whether who did, read and took away what is for these eyes: the data protection lead’s, or the head’s where nobody
/// holds that post.
pub fn may_read_trail(posts: &[Post], has_lead: bool) -> bool {
    posts.iter().any(|post| match post {
        Post::DataProtectionLead => true,
        Post::Head => !has_lead,
        Post::Senco | Post::DesignatedTeacher | Post::SafeguardingLead | Post::Teacher | Post::Assistant => false,
    })
}

/// Whether somebody who runs the accounts may hold, for a moment, what opens another’s: nobody makes a way in for who
/// is something that they could not make themselves.
pub fn may_make_way_in(mine: &[Post], theirs: &[Post]) -> bool {
    theirs.iter().all(|post| !post.is_kept() || is_mine(mine, *post))
}

/// Whether somebody gives this post to another, or takes it from them; `held` are the posts that somebody here holds.
/// What is kept is for who holds that very post, or nobody could say who looks at what they did. The first to hold one
/// is named by the head, who does all that it opens where nobody does; where there is no head, by whoever runs the
/// machine: a SENCO alone makes the accounts, and could invent who looks at them.
pub fn may_set_post(mine: &[Post], post: Post, held: &[Post]) -> bool {
    let leads = mine.iter().any(|post| matches!(post, Post::Head | Post::Senco));
    let names_first = mine.contains(&Post::Head) && !held.contains(&post);
    if post.is_kept() { is_mine(mine, post) || names_first } else { leads }
}

/// A head is all that a SENCO is.
fn is_mine(mine: &[Post], post: Post) -> bool {
    mine.contains(&post) || (post == Post::Senco && mine.contains(&Post::Head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_given_and_taken_by_who_holds_it_and_first_by_the_head() {
        use Post::{DataProtectionLead, Head, SafeguardingLead, Senco, Teacher};
        let held = [Head, Senco, SafeguardingLead, DataProtectionLead];
        for post in held {
            assert!(may_set_post(&[post], post, &held), "{post:?}");
            for other in held.into_iter().filter(|other| *other != post) {
                assert_eq!(may_set_post(&[other], post, &held), (other, post) == (Head, Senco), "{other:?}: {post:?}");
            }
        }
        for lead in [SafeguardingLead, DataProtectionLead] {
            assert!(may_set_post(&[Head], lead, &[Head, Senco]), "the first one");
            assert!(!may_set_post(&[Senco], lead, &[Head, Senco]), "that is for the head");
            assert!(!may_set_post(&[Senco], lead, &[Senco]), "nor alone where there is none");
            assert!(!may_set_post(&[Senco], Head, &[Senco]), "and the first head is named from outside");
            assert!(!may_set_post(&[lead], Teacher, &held) && !may_set_post(&[Teacher], lead, &[]));
        }
    }

    #[test]
    fn nobody_makes_a_way_in_for_who_is_something_they_could_not_make_themselves() {
        for theirs in [Post::Head, Post::SafeguardingLead, Post::DataProtectionLead] {
            assert!(!may_make_way_in(&[Post::Senco], &[Post::Teacher, theirs]), "{theirs:?}");
            assert!(may_make_way_in(&[Post::Senco, theirs], &[theirs]), "they are it already: {theirs:?}");
        }
        assert!(!may_make_way_in(&[Post::Head], &[Post::SafeguardingLead]));
        assert!(may_make_way_in(&[Post::Head], &[Post::Senco]) && may_make_way_in(&[Post::Senco], &[Post::Senco]));
        assert!(may_make_way_in(&[Post::Senco], &[Post::Teacher, Post::DesignatedTeacher, Post::Assistant]));
    }
}
