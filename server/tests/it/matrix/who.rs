//! Who asks, who may, and what each is told.

use shared::{
    Role, Section, Stage,
    policy::{Scribe, access, access_for},
    rights::{
        Breadth, Page, Place, Post, Tie, breadth, may_correct, may_rate_pep, may_read_hidden, may_read_trail,
        may_see_pep,
    },
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    SignedOut,
    Expired,
    /// Was invited to this table, and pressed the button after the link had ended.
    Late,
    /// Had a place at this table and was the SENCO, with an account that was closed.
    Left,
    /// Has an account here, and has given one proof of two.
    Half,
    /// Has an account here, and nothing else.
    Account,
    /// Had a place at this table.
    Removed,
    /// Is a parent at this table, and came by the link to its earlier meeting, which was agreed.
    ByAnotherLink,
    /// Has a place at this table and is the SENCO, with an account, and is kept from this child.
    KeptAway,
    /// Holds this post here, with an account and no place at a table.
    Holds(Post),
    /// Teaches the class of this table’s child, with an account and no place at a table.
    TeachesClass,
    /// Holds this post in the other school, the same way.
    HoldsThere(Post),
    /// Holds this post here, and came by the link to this table’s earlier meeting, where pages need an account.
    HoldsByLink(Post),
    /// The pupil’s named scribe, in another part beside.
    Scribe,
    /// Came to this table by the spoken code, and was let in as a teacher.
    ByCode,
    /// In this part, at this table.
    Here(Role),
    /// In this part, at a table of another school.
    OtherSchool(Role),
    /// In this part, at another table of this school.
    OtherTable(Role),
}

impl Who {
    pub(crate) fn all() -> Vec<Self> {
        let roles = |who: fn(Role) -> Self| Role::ALL.into_iter().map(who);
        let posts = |who: fn(Post) -> Self| Post::ALL.into_iter().map(who);
        let nobody = [
            Self::SignedOut,
            Self::Expired,
            Self::Late,
            Self::Left,
            Self::Half,
            Self::Account,
            Self::Removed,
            Self::ByAnotherLink,
            Self::KeptAway,
            Self::TeachesClass,
        ];
        // Before whoever runs the meeting names another, or nobody.
        let scribe = [Self::Scribe, Self::ByCode];
        // Those who may nothing first: whoever may, changes something.
        nobody
            .into_iter()
            .chain(posts(Self::HoldsThere))
            .chain(roles(Self::OtherSchool))
            .chain(roles(Self::OtherTable))
            .chain(posts(Self::HoldsByLink))
            .chain(posts(Self::Holds))
            .chain(scribe)
            .chain(roles(Self::Here))
            .collect()
    }

    /// At this table, if they have a place there.
    pub(crate) fn seat(self) -> Option<Role> {
        match self {
            Self::Here(role) => Some(role),
            Self::Scribe => Some(Role::Assistant),
            Self::ByCode => Some(Role::Teacher),
            _ => None,
        }
    }

    /// Whether their session opens nothing, if they have one.
    fn is_nobody(self) -> bool {
        matches!(self, Self::SignedOut | Self::Expired | Self::Late | Self::Left | Self::Half)
    }

    fn posts(self) -> Vec<Post> {
        match self {
            Self::Holds(post) | Self::HoldsThere(post) => vec![post],
            Self::KeptAway => vec![Post::Senco],
            Self::TeachesClass => vec![Post::Teacher],
            _ => vec![],
        }
    }

    fn has_account(self) -> bool {
        matches!(self, Self::Account | Self::KeptAway | Self::TeachesClass | Self::Holds(_) | Self::HoldsThere(_))
    }

    fn is_of_this_school(self) -> bool {
        !matches!(self, Self::HoldsThere(_) | Self::OtherSchool(_))
    }

    /// How they stand to the child of this table.
    fn tie(self) -> Tie {
        match self {
            Self::Here(_) | Self::Scribe => Tie::of(&[], at(self.seat())),
            Self::ByAnotherLink => Tie::of(&[], at(Some(Role::Parent))),
            Self::Holds(post) => Tie::of(&[post], at(None)),
            Self::TeachesClass => Tie::of(&self.posts(), Place { in_class: true, ..at(None) }),
            // Who came by the code too: they are at that table, and have no tie to its child.
            _ => Tie::Nobody,
        }
    }
}

/// What somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is done.
    Yes,
    /// They may, but it cannot be done just now, by anybody.
    NotNow,
    NotSignedIn,
    /// To do so with an account.
    SignIn,
    NotFound,
    NotAllowed,
    /// An address says it by its status, which is that of any place that is not theirs.
    PlaceClosed,
}

/// Who may.
#[derive(Clone, Copy)]
pub(crate) enum May {
    Anybody,
    /// Nobody without a secret of their own in the address or the browser.
    WhoHoldsASecret,
    WhoIsSignedIn,
    /// Whoever has given one proof of two.
    HalfWay,
    WithAnAccount,
    /// The same, asked by the script of a page.
    WithAnAccountByScript,
    /// Whoever runs the accounts of their school.
    WhoRunsAccounts,
    /// The same, of somebody of this school.
    WhoRunsTheirAccount,
    /// Whoever gives others any post.
    SetsPosts,
    /// The same, of somebody of this school.
    SetsTheirPost,
    AtTheTable(fn(Role) -> bool),
    /// The same, where all is agreed: it has no door.
    AtTheAgreedTable(fn(Role) -> bool),
    /// Whoever was at the table, and who leads on every child.
    ReadsRecord,
    /// Of them, who is not kept from knowing of any child whether they are looked after: it is given byte for byte.
    ReadsRecordWhole,
    /// Of them, whoever may open it again.
    CorrectsRecord,
    /// Whoever has one of the posts that this page of the school is for.
    Opens(Page),
    /// Whoever may tell of a session of this child’s help.
    Tells,
    /// Whoever reads what was hidden.
    ReadsHidden,
    /// The same, of what was hidden at this table.
    ReadsThisHidden,
    /// Whoever answers for how what is held is used, with an account.
    ReadsTrail,
    /// Whoever answers for this looked-after child’s education plan: the child of the other table.
    AnswersForPep,
    /// Whoever rates that plan for the Virtual School; others who may read it hear that it is not theirs to do.
    RatesPep,
    /// Nobody: it is a page of looked-after children, and whether this one is, is not said.
    NotOfThisChild,
    /// Whoever has a tie to the child of this table, of such a kind; others hear that it is not theirs to do.
    WithATie(fn(Tie) -> bool),
    /// The same, at an address, where it is told by the status.
    AtAddressWithATie(fn(Tie) -> bool),
    /// The same; others hear of no such page.
    OnlyWithATie(fn(Tie) -> bool),
}

impl May {
    pub(crate) fn told(self, who: Who) -> Told {
        let yes_or = |yes: bool, other: Told| if yes { Told::Yes } else { other };
        match self {
            Self::Anybody => Told::Yes,
            Self::HalfWay => yes_or(who == Who::Half, Told::SignIn),
            Self::WithAnAccount => yes_or(who.has_account(), Told::SignIn),
            Self::WithAnAccountByScript => yes_or(who.has_account(), Told::NotSignedIn),
            Self::WhoRunsAccounts
            | Self::WhoRunsTheirAccount
            | Self::ReadsTrail
            | Self::SetsPosts
            | Self::SetsTheirPost
                if !who.has_account() =>
            {
                Told::SignIn
            }
            Self::SetsPosts => yes_or(who.posts().iter().any(|post| post.is_kept()), Told::PlaceClosed),
            Self::SetsTheirPost if !who.is_of_this_school() => Told::PlaceClosed,
            Self::SetsTheirPost => Self::SetsPosts.told(who),
            Self::ReadsTrail => yes_or(may_read_trail(&who.posts(), true), Told::PlaceClosed),
            Self::WhoRunsAccounts => yes_or(runs_accounts(who), Told::PlaceClosed),
            Self::WhoRunsTheirAccount => yes_or(runs_accounts(who) && who.is_of_this_school(), Told::PlaceClosed),
            Self::WhoHoldsASecret => Told::NotSignedIn,
            _ if who.is_nobody() => Told::NotSignedIn,
            Self::WhoIsSignedIn => Told::Yes,
            Self::AtTheTable(may) => match who {
                Who::Removed => Told::PlaceClosed,
                // To open the link to this one.
                Who::ByAnotherLink => Told::NotSignedIn,
                who => who.seat().map_or(Told::NotFound, |role| yes_or(may(role), Told::NotAllowed)),
            },
            Self::AtTheAgreedTable(may) if who == Who::ByAnotherLink => yes_or(may(Role::Parent), Told::NotAllowed),
            Self::AtTheAgreedTable(may) => Self::AtTheTable(may).told(who),
            Self::ReadsRecord if who.tie() == Tie::Leads || who == Who::ByAnotherLink => Told::Yes,
            Self::ReadsRecord => Self::AtTheTable(|_| true).told(who),
            Self::ReadsRecordWhole if matches!(who, Who::Here(Role::Supporter | Role::Observer)) => Told::NotFound,
            Self::ReadsRecordWhole => Self::ReadsRecord.told(who),
            Self::CorrectsRecord => match who {
                Who::Here(_) | Who::Scribe | Who::ByCode => {
                    yes_or(may_correct(who.seat(), who.tie()), Told::NotAllowed)
                }
                Who::ByAnotherLink => yes_or(may_correct(Some(Role::Parent), who.tie()), Told::NotAllowed),
                Who::Holds(_) => yes_or(may_correct(None, who.tie()), Told::NotFound),
                _ => Self::ReadsRecord.told(who),
            },
            Self::Opens(page) => yes_or(breadth(page, &who.posts()) != Breadth::Nobody, Told::PlaceClosed),
            Self::Tells => match (breadth(Page::Delivery, &who.posts()), who) {
                (Breadth::Nobody, _) => Told::PlaceClosed,
                (Breadth::WholeSchool, Who::Holds(_)) => Told::Yes,
                _ => Told::NotFound,
            },
            Self::ReadsHidden => yes_or(may_read_hidden(&who.posts(), true), Told::PlaceClosed),
            Self::ReadsThisHidden if !who.is_of_this_school() && Self::ReadsHidden.told(who) == Told::Yes => {
                Told::NotFound
            }
            Self::ReadsThisHidden => Self::ReadsHidden.told(who),
            Self::AnswersForPep => match who {
                Who::Holds(_) | Who::KeptAway => yes_or(may_see_pep(&who.posts(), at(None)), Told::NotFound),
                Who::OtherTable(role) => yes_or(may_see_pep(&[], at(Some(role))), Told::NotFound),
                _ => Told::NotFound,
            },
            Self::RatesPep => match (who, Self::AnswersForPep.told(who)) {
                (Who::OtherTable(role), Told::Yes) => yes_or(may_rate_pep(&[], at(Some(role))), Told::PlaceClosed),
                (_, Told::Yes) => Told::PlaceClosed,
                (_, told) => told,
            },
            Self::NotOfThisChild => Told::NotFound,
            Self::WithATie(_) | Self::AtAddressWithATie(_) if who.tie() == Tie::Nobody => Told::NotFound,
            Self::WithATie(may) => yes_or(may(who.tie()), Told::NotAllowed),
            Self::AtAddressWithATie(may) => yes_or(may(who.tie()), Told::PlaceClosed),
            Self::OnlyWithATie(may) => yes_or(may(who.tie()), Told::NotFound),
        }
    }
}

fn at(role: Option<Role>) -> Place {
    Place { role, ..Place::default() }
}

fn runs_accounts(who: Who) -> bool {
    who.posts().iter().any(|post| matches!(post, Post::Head | Post::Senco))
}

/// A table, and how its child is: the education plan is there for a looked-after one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    This,
    /// The other one of the school, whose child is looked after.
    Other,
}

/// What a socket tells somebody who opens this section of that table’s meeting. It says every refusal in the same words.
pub(crate) fn told_of(section: Section, stage: Stage, at: At, who: Who) -> Told {
    match (at, who) {
        (_, who) if who.is_nobody() => Told::NotSignedIn,
        (At::This, _) if section.is_of_care() => Told::NotAllowed,
        (At::This, Who::Here(role)) | (At::Other, Who::OtherTable(role)) if access(section, role, stage).can_read() => {
            Told::Yes
        }
        (At::This, Who::ByCode) if access(section, Role::Teacher, stage).can_read() => Told::Yes,
        (At::This, Who::Scribe) if access_for(section, Role::Assistant, Scribe::named(true), stage).can_read() => {
            Told::Yes
        }
        (At::This, Who::ByAnotherLink) if stage == Stage::Agreed && access(section, Role::Parent, stage).can_read() => {
            Told::Yes
        }
        _ => Told::NotAllowed,
    }
}
