//! Who gets what, and what worked: counted from agreed records.

use serde::{Deserialize, Serialize};
use shared::{
    PupilId,
    advice::{Advice, FEW, Found, advise, nearest},
};

use super::{Here, Paging};

/// Of help no session is planned of: a seat at the front, or of which nobody said how often. The same words everywhere.
pub const ALWAYS_THERE: &str = "always there";

/// “2026-3” is “Autumn 2026”: the school’s terms, in an order that sorts.
pub fn term_words(term: &str) -> String {
    let Some((year, number)) = term.split_once('-') else { return term.to_owned() };
    let name = match number {
        "1" => "Spring",
        "2" => "Summer",
        _ => "Autumn",
    };
    format!("{name} {year}")
}

/// What the address asks to see; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapQuery {
    /// Empty for the newest.
    pub term: String,
    pub year: String,
    pub tier: String,
    pub area: String,
    pub who: String,
    pub class: String,
    /// Where the money comes from: heard only of those who may see what help costs.
    pub funding: String,
    /// Of the children without help, from 1.
    pub page: u32,
}

impl MapQuery {
    /// Only some of a child’s help is on the map: what is said of need looks at all of it.
    pub fn narrows_help(&self) -> bool {
        ![&self.tier, &self.who, &self.funding].into_iter().all(String::is_empty)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPage {
    pub here: Here,
    pub query: MapQuery,
    /// What can be chosen.
    pub terms: Vec<String>,
    /// Other terms that plans which hold today are of, each with how many children.
    pub hold_too: Vec<(String, u32)>,
    pub years: Vec<String>,
    pub staff: Vec<String>,
    pub classes: Vec<String>,
    /// Empty where costs are not shown.
    pub fundings: Vec<String>,
    pub shows_cost: bool,
    pub whole_school: bool,
    pub children: u32,
    pub planned: i64,
    pub delivered: i64,
    /// Happened beyond what was planned of their help: in no other sum.
    pub extra: i64,
    pub rows: Vec<MapRow>,
    pub load: Vec<Load>,
    pub coverage: Vec<Coverage>,
    pub gaps: Vec<Gap>,
    pub gaps_paging: Paging,
    /// By who pays, in pence; nothing where costs are not shown.
    pub paid_from: Vec<(String, i64)>,
    pub twice: Vec<Twice>,
}

/// The same help more than once in one plan of one child, so in the same weeks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Twice {
    pub pupil: PupilId,
    pub name: String,
    pub help: String,
    /// Each time it stands there: who gives it.
    pub who: Vec<String>,
}

/// One kind of help, and everybody who has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapRow {
    pub name: String,
    pub tier: String,
    pub who: String,
    pub children: Vec<Share>,
    /// Of these children and of this help, once each.
    pub years: Vec<String>,
    pub classes: Vec<String>,
    pub areas: Vec<String>,
    pub fundings: Vec<String>,
    /// Of all children together.
    pub minutes: i64,
    pub planned: i64,
    /// Of the sessions that were looked back on: how many had been planned, and how many happened.
    pub counted: i64,
    pub delivered: i64,
    /// Beyond what was planned: in no other sum.
    pub extra: i64,
    /// Of the counted ones, those that were only told so far: their plan goes on.
    pub told: i64,
    /// Pence of all children together, where somebody wrote down what it costs.
    pub pence: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub pupil: PupilId,
    pub name: String,
    pub year_group: String,
    /// By the plan.
    pub planned: Option<i64>,
    pub counted: Option<Sessions>,
    pub why_not: String,
}

/// Sessions that were looked back on, or told so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    pub planned: i64,
    /// Of these.
    pub happened: i64,
    /// Beside these.
    pub extra: i64,
    pub by_meeting: bool,
}

impl Share {
    /// “24 of 27”, “1 told of 18 planned”, “2 told of 18 planned, 1 happened”.
    pub fn words(&self) -> String {
        match (self.counted, self.planned) {
            (Some(told), Some(planned)) if !told.by_meeting && planned > 0 => {
                let happened =
                    if told.happened == told.planned { String::new() } else { format!(", {} happened", told.happened) };
                format!("{} told of {planned} planned{happened}", told.planned)
            }
            (Some(counted), _) => format!("{} of {}{}", counted.happened, counted.planned, and_extra(counted.extra)),
            (None, Some(planned)) if planned > 0 => format!("{planned} planned"),
            _ => ALWAYS_THERE.to_owned(),
        }
    }

    /// Sessions are planned, and nobody has said of any whether it happened.
    pub fn is_unknown(&self) -> bool {
        self.counted.is_none() && self.planned.is_some_and(|planned| planned > 0)
    }

    /// Of how many sessions how many happened: of what was only told so far, out of all that is planned.
    pub fn plate(&self) -> (i64, i64) {
        let planned = self.planned.unwrap_or(0);
        self.counted.map_or((0, planned), |counted| {
            (counted.happened, if counted.by_meeting { counted.planned } else { planned.max(counted.planned) })
        })
    }
}

/// “ and 13 extra”: what happened beyond what was planned, beside the sum it is not in.
pub fn and_extra(extra: i64) -> String {
    if extra > 0 { format!(" and {extra} extra") } else { String::new() }
}

/// What somebody gives in a week, in minutes. A group is given once, however many children are in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    pub who: String,
    pub minutes: i64,
    pub kinds: u32,
}

/// Children who have a need in this area, and how many of them have help for it; in no area, help of any kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// A code of [`shared::schema::AREAS`], or nothing.
    pub area: String,
    pub with_need: u32,
    pub with_help: u32,
}

/// A need, and no help yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub pupil: PupilId,
    pub name: String,
    pub class_name: String,
    /// A code of [`shared::census::NEEDS`].
    pub need: String,
}

/// What the address asks to see of what worked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImpactQuery {
    pub term: String,
    pub area: String,
    /// `children`, `money`, `missed`; empty sorts by how many got there.
    pub first: String,
    /// Of the children with little progress, from 1.
    pub page: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImpactPage {
    pub here: Here,
    pub query: ImpactQuery,
    pub terms: Vec<String>,
    pub shows_cost: bool,
    pub whole_school: bool,
    pub rows: Vec<ImpactRow>,
    /// Children with two reviews of little progress in one area: who, and which area.
    pub stuck: Vec<Gap>,
    pub paging: Paging,
}

/// One kind of help, over all children and terms asked for. A mark is one target of one child in one term.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImpactRow {
    pub name: String,
    pub area: String,
    /// Who gives it, by name.
    pub who: String,
    pub children: u32,
    /// Of these children, how many had a target that could be judged.
    pub judged_children: u32,
    pub got_there: u32,
    pub part_way: u32,
    pub not_yet: u32,
    /// The support did not happen as planned: shown, and left out of every sum.
    pub not_tried: u32,
    /// How often it was counted and was for no target, so that no review can say what came of it.
    pub under_no_step: u32,
    pub planned: i64,
    pub delivered: i64,
    /// Beyond what was planned: in no other sum.
    pub extra: i64,
    /// Steps of the review scale above “not yet”, of those that could be judged.
    pub steps: i64,
    /// Of all of these children, but for plans that were replaced and never counted, where somebody wrote down what it costs.
    pub pence: Option<i64>,
    /// Of those whose targets could be judged.
    pub judged_pence: Option<i64>,
    /// Each child’s time in the sessions that happened, of the same; none where not all of it was counted.
    pub minutes: Option<i64>,
    /// Scores out of ten, before and after, of whoever gave both: their sums, and how many pairs.
    pub before: i64,
    pub after: i64,
    pub scored: u32,
}

impl ImpactRow {
    pub fn judged(&self) -> u32 {
        self.got_there + self.part_way + self.not_yet
    }

    pub fn is_few(&self) -> bool {
        self.judged_children < FEW
    }

    pub fn pence_per_child(&self) -> Option<i64> {
        nearest(self.pence?, self.children.into())
    }

    /// None where nothing moved, or where too few children could be judged to say.
    pub fn pence_per_step(&self) -> Option<i64> {
        self.each_step(self.judged_pence)
    }

    /// The same of a child’s time.
    pub fn minutes_per_step(&self) -> Option<i64> {
        self.each_step(self.minutes)
    }

    fn each_step(&self, of_all: Option<i64>) -> Option<i64> {
        nearest(of_all?, self.steps).filter(|_| !self.is_few())
    }

    /// What to do with it next, and why.
    pub fn advice(&self) -> (Advice, String) {
        advise(&Found {
            children: self.judged_children,
            got_there: self.got_there,
            part_way: self.part_way,
            not_yet: self.not_yet,
            not_tried: self.not_tried,
            planned: self.planned,
            delivered: self.delivered,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_so_far_is_told_of_all_that_is_planned() {
        let told = |planned, happened| Some(Sessions { planned, happened, extra: 0, by_meeting: false });
        let share = Share {
            pupil: PupilId(uuid::Uuid::nil()),
            name: String::new(),
            year_group: String::new(),
            planned: Some(18),
            counted: told(1, 1),
            why_not: String::new(),
        };
        assert_eq!((share.words().as_str(), share.plate()), ("1 told of 18 planned", (1, 18)));
        let none = Share { counted: told(1, 0), ..share.clone() };
        assert_eq!(none.words(), "1 told of 18 planned, 0 happened");
        let met = Share { counted: Some(Sessions { planned: 27, happened: 27, extra: 13, by_meeting: true }), ..share };
        assert_eq!((met.words().as_str(), met.plate()), ("27 of 27 and 13 extra", (27, 27)));
    }

    #[test]
    fn where_nothing_moved_nobody_says_what_one_step_costs() {
        let row = ImpactRow {
            judged_children: 9,
            not_yet: 9,
            judged_pence: Some(9_000),
            minutes: Some(900),
            ..ImpactRow::default()
        };
        assert_eq!((row.pence_per_step(), row.minutes_per_step()), (None, None));
        let row = ImpactRow { steps: 3, ..row };
        assert_eq!((row.pence_per_step(), row.minutes_per_step()), (Some(3_000), Some(300)));
        let few = ImpactRow { judged_children: 4, ..row };
        assert_eq!((few.pence_per_step(), few.minutes_per_step()), (None, None));
    }
}
