//! The agreed record: what is kept when everyone has answered.
//!
//! [`project`] reads the sections and makes plain structs, or says in plain words what is missing.
//! The same sections always give the same record, and the same record the same bytes and hash.
//!
//! Who wrote a statement is read from the server’s knowledge of whose each letter is, never from what a
//! client may have written beside it.
//!
//! What must stay true: no cost, staff note or PEP detail is ever in it, because the family’s copy is
//! made from it; differences of view stay side by side; nothing of a removed item is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    ItemId, MeetingId, PersonId, Role, Section,
    doc::{FieldAddress, SectionDoc},
    hand::{self, Owners},
    schema::{self, List, actions, assess, passport, plan, review},
};

/// Everything that was agreed, in the order it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgreedRecord {
    pub schema: u32,
    /// 1 for the first; a later one says why in `reason`.
    pub version: u32,
    pub reason: Option<String>,
    /// RFC 3339, UTC.
    pub agreed_at: String,
    pub meeting: MeetingFacts,
    pub attendance: Vec<Attendee>,
    pub agreements: Vec<Agreement>,
    /// The passport and the boards: headings with their statements.
    pub passport: Vec<Statements>,
    pub boards: Vec<Statements>,
    pub differences: Vec<Difference>,
    pub reviews: Vec<ReviewedTarget>,
    pub remarks: Vec<Statement>,
    pub impact: String,
    pub outcomes: Vec<Outcome>,
    pub targets: Vec<Target>,
    pub provision: Vec<Provision>,
    pub by_school: Vec<Statement>,
    pub by_home: Vec<Statement>,
    pub by_pupil: Vec<Statement>,
    pub actions: Vec<Action>,
    pub delivery: Vec<Delivery>,
    pub expected_impact: String,
    /// `YYYY-MM-DD`.
    pub review_on: String,
    /// A code of [`plan::DECISIONS`], or empty.
    pub decision: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingFacts {
    pub id: MeetingId,
    pub pupil_name: String,
    pub pupil_full_name: String,
    pub school: String,
    /// “SEN Support review meeting”.
    pub kind: String,
    /// `YYYY-MM-DD`.
    pub held_on: String,
    pub place: String,
    pub facilitator: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attendee {
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    /// Their job or tie in their own words: “Mum”, “Speech and language therapist”.
    pub title: String,
    /// `in_person`, `remote`, `part_of_meeting`, `sent_views`, `apologies`, `not_invited_on_purpose`.
    pub attendance: String,
}

/// What somebody answered, and when. Silence is not in the list: it blocks nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    pub title: String,
    pub response: Response,
    pub comment: String,
    pub at: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    Agree,
    AgreeWithComment,
    PartlyDisagree,
    Disagree,
    ViewsSharedOnly,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statements {
    pub key: String,
    pub heading: String,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub id: ItemId,
    pub words: String,
    pub said_by: Option<PersonId>,
    pub said_by_name: String,
    pub captured: String,
    pub said_on: String,
    /// A code of [`assess::SIDES`] where the board has sides, or empty.
    pub side: String,
    /// Whose hand wrote it, by their share; empty if all of it is the own hand of the one who said it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hands: Vec<Hand>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    pub person: PersonId,
    pub name: String,
    /// Typed for the pupil, as the pupil’s named scribe.
    pub for_pupil: bool,
}

/// Two views that were not made into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub id: ItemId,
    pub topic: String,
    pub views: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewedTarget {
    pub id: ItemId,
    pub pupil_words: String,
    pub title: String,
    pub baseline: String,
    pub exit: String,
    pub delivered: String,
    /// A code of [`review::RATINGS`], or empty.
    pub rating: String,
    pub next_step: String,
    pub before: Scores,
    pub after: Scores,
}

/// Out of ten, from each of three voices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    pub pupil: Option<i64>,
    pub home: Option<i64>,
    pub school: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: ItemId,
    pub words: String,
    pub area: String,
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub id: ItemId,
    pub pupil_words: String,
    pub title: String,
    pub baseline: String,
    pub success: String,
    pub impact: String,
    pub by: String,
    pub area: String,
    pub outcome: String,
    pub before: Scores,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provision {
    pub id: ItemId,
    pub name: String,
    pub who: String,
    pub when: String,
    pub often: String,
    pub place: String,
    pub tier: String,
    pub area: String,
    pub ratio: String,
    pub evidence: String,
    pub targets: Vec<ItemId>,
    pub sessions_per_week: Option<i64>,
    pub minutes: Option<i64>,
    pub weeks: Option<i64>,
    pub sessions: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub id: ItemId,
    pub what: String,
    pub who: String,
    pub by: String,
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: ItemId,
    pub name: String,
    pub provision: String,
    pub planned: Option<i64>,
    pub delivered: Option<i64>,
    pub why_not: String,
}

/// Something the Code of Practice asks for that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What to do, in plain words.
    pub words: String,
    /// Which part of the page to go to.
    pub part: String,
}

/// What the sections do not hold: who was there, who answered, when.
#[derive(Clone, Debug)]
pub struct Facts {
    pub version: u32,
    pub reason: Option<String>,
    pub agreed_at: String,
    pub meeting: MeetingFacts,
    pub attendance: Vec<Attendee>,
    pub agreements: Vec<Agreement>,
    /// Names for the people whose words are quoted, those no longer in the meeting too.
    pub names: BTreeMap<PersonId, String>,
    /// Whose each client id of each section is.
    pub owners: BTreeMap<Section, Owners>,
}

/// What is known of those who speak in the record.
#[derive(Clone, Copy)]
struct Voices<'a> {
    names: &'a BTreeMap<PersonId, String>,
    owners: &'a BTreeMap<Section, Owners>,
}

impl Voices<'_> {
    fn name(self, person: PersonId) -> String {
        self.names.get(&person).cloned().unwrap_or_default()
    }
}

/// The record that these sections make, or everything that is still missing.
pub fn project(sections: &BTreeMap<Section, SectionDoc>, facts: Facts) -> Result<AgreedRecord, Vec<Missing>> {
    let missing = missing(sections);
    if !missing.is_empty() {
        return Err(missing);
    }
    let voices = Voices { names: &facts.names, owners: &facts.owners };
    let read = |section: Section| sections.get(&section);
    let whole = |section, list: &'static List| {
        move |field: &str| {
            read(section)
                .and_then(|doc| doc.items(list).first().map(|id| doc.words(list, *id, field)))
                .unwrap_or_default()
        }
    };
    let (plan_whole, review_whole) = (whole(Section::Plan, &plan::WHOLE), whole(Section::Review, &review::WHOLE));
    Ok(AgreedRecord {
        schema: schema::VERSION,
        version: facts.version,
        reason: facts.reason,
        agreed_at: facts.agreed_at,
        meeting: facts.meeting,
        attendance: facts.attendance,
        agreements: facts.agreements,
        passport: statement_lists(read(Section::Passport), passport::LISTS, voices),
        boards: statement_lists(read(Section::Assess), BOARDS, voices),
        differences: each(read(Section::Assess), &assess::DIFFER, |item| Difference {
            id: item.id,
            topic: item.words("topic"),
            views: [("one", "one_by"), ("other", "other_by")]
                .map(|(words, by)| view(&item, words, by, voices))
                .into_iter()
                .filter(|view| !view.words.is_empty())
                .collect(),
        }),
        reviews: each(read(Section::Review), &review::TARGETS, |item| ReviewedTarget {
            id: item.id,
            pupil_words: item.words("pupil_words"),
            title: item.words("title"),
            baseline: item.words("baseline"),
            exit: item.words("exit"),
            delivered: item.words("delivered"),
            rating: item.words("rating"),
            next_step: item.words("next_step"),
            before: item.scores("before"),
            after: item.scores("after"),
        }),
        remarks: statements(read(Section::Review), &review::REMARKS, voices),
        impact: review_whole("impact"),
        outcomes: each(read(Section::Plan), &plan::OUTCOMES, |item| Outcome {
            id: item.id,
            words: item.words("text"),
            area: item.words("area"),
            by: item.words("by"),
        }),
        targets: each(read(Section::Plan), &plan::TARGETS, |item| Target {
            id: item.id,
            pupil_words: item.words("pupil_words"),
            title: item.words("title"),
            baseline: item.words("baseline"),
            success: item.words("success"),
            impact: item.words("impact"),
            by: item.words("by"),
            area: item.words("area"),
            outcome: item.words("outcome"),
            before: item.scores("before"),
        }),
        provision: each(read(Section::Plan), &plan::PROVISION, |item| Provision {
            id: item.id,
            name: item.words("name"),
            who: item.words("who"),
            when: item.words("when"),
            often: item.words("often"),
            place: item.words("place"),
            tier: item.words("tier"),
            area: item.words("area"),
            ratio: item.words("ratio"),
            evidence: item.words("evidence"),
            targets: item.words("targets").split_whitespace().filter_map(|id| id.parse().ok()).collect(),
            sessions_per_week: item.number("sessions_per_week"),
            minutes: item.number("minutes"),
            weeks: item.number("weeks"),
            sessions: item.number("sessions"),
        }),
        by_school: statements(read(Section::Plan), &plan::BY_SCHOOL, voices),
        by_home: statements(read(Section::Plan), &plan::BY_HOME, voices),
        by_pupil: statements(read(Section::Plan), &plan::BY_PUPIL, voices),
        actions: each(read(Section::Do), &actions::ACTIONS, |item| Action {
            id: item.id,
            what: item.words("what"),
            who: item.words("who"),
            by: item.words("by"),
            status: item.words("status"),
        }),
        delivery: each(read(Section::Do), &actions::DELIVERY, |item| Delivery {
            id: item.id,
            name: item.words("name"),
            provision: item.words("provision"),
            planned: item.number("planned"),
            delivered: item.number("delivered"),
            why_not: item.words("why_not"),
        }),
        expected_impact: plan_whole("expected_impact"),
        review_on: plan_whole("review_on"),
        decision: plan_whole("decision"),
    })
}

/// What the Code asks for (6.48): at least one target or outcome, its support, the expected impact,
/// a date to review it.
pub fn missing(sections: &BTreeMap<Section, SectionDoc>) -> Vec<Missing> {
    let say = |words: &str, part: &str| Missing { words: words.to_owned(), part: part.to_owned() };
    let Some(doc) = sections.get(&Section::Plan) else {
        return vec![say("The plan could not be read.", "targets")];
    };
    let filled = |list: &List, fields: &[&str]| {
        doc.items(list).into_iter().any(|id| fields.iter().any(|field| !doc.words(list, id, field).trim().is_empty()))
    };
    let mut missing = vec![];
    if !filled(&plan::TARGETS, &["pupil_words", "title"]) && !filled(&plan::OUTCOMES, &["text"]) {
        missing.push(say("Write at least one next step.", "targets"));
    }
    if !filled(&plan::PROVISION, &["name"]) {
        missing.push(say("Write the extra help: what it is and who gives it.", "targets"));
    }
    if !filled(&plan::WHOLE, &["expected_impact"]) && !filled(&plan::TARGETS, &["impact", "success"]) {
        missing.push(say("Write the difference you expect, or how we’ll know.", "targets"));
    }
    if !filled(&plan::WHOLE, &["review_on"]) {
        missing.push(say("Choose the date when we meet again.", "targets"));
    }
    missing
}

/// What nobody has to mend, and most would want to: a promise without a name or a day, a step without
/// help. Each leads to the box where it would be written.
pub fn worth_a_look(sections: &BTreeMap<Section, SectionDoc>) -> Vec<Missing> {
    let at = |section, list: &'static List, id, key| {
        list.field(key).map(|field| FieldAddress::new(section, list, id, field).dom_id()).unwrap_or_default()
    };
    let promises = each(sections.get(&Section::Do), &actions::ACTIONS, |item| {
        let (what, lacks) = (in_short(&item.words("what")), |key: &str| item.words(key).is_empty());
        let (words, key) = match (lacks("who"), lacks("by")) {
            (true, true) => (format!("Nobody’s name and no day are beside “{what}”."), "who"),
            (true, false) => (format!("Nobody’s name is beside “{what}”."), "who"),
            (false, true) => (format!("“{what}” has no day."), "by"),
            (false, false) => return None,
        };
        Some(Missing { words, part: at(Section::Do, item.list, item.id, key) })
    });
    let helped: Vec<String> = each(sections.get(&Section::Plan), &plan::PROVISION, |item| item.words("targets"));
    let helped: Vec<&str> = helped.iter().flat_map(|ids| ids.split_whitespace()).collect();
    let steps = each(sections.get(&Section::Plan), &plan::TARGETS, |item| {
        let words = [item.words("pupil_words"), item.words("title")];
        let step = in_short(words.iter().find(|words| !words.is_empty())?);
        (!helped.contains(&item.id.to_string().as_str())).then(|| Missing {
            words: format!("There is no help yet for “{step}”."),
            part: at(Section::Plan, item.list, item.id, "pupil_words"),
        })
    });
    steps.into_iter().chain(promises).flatten().collect()
}

/// The first words, to tell one thing from another.
fn in_short(words: &str) -> String {
    const LETTERS: usize = 50;
    let short: String = words.chars().take(LETTERS).collect();
    if short.len() < words.len() { format!("{}…", short.trim_end()) } else { short }
}

/// The record as bytes: JSON with sorted keys and no spaces, the same wherever it is made.
pub fn canonical_json(record: &AgreedRecord) -> Result<String, serde_json::Error> {
    fn sorted(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => {
                // Collected through a sorted map, so that it holds whatever order the JSON library keeps.
                let map: BTreeMap<String, serde_json::Value> = map.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                map.into_iter().collect()
            }
            serde_json::Value::Array(values) => values.into_iter().map(sorted).collect(),
            value => value,
        }
    }
    serde_json::to_string(&sorted(serde_json::to_value(record)?))
}

/// SHA-256 of the canonical JSON, in hexadecimal.
pub fn hash(canonical_json: &str) -> String {
    Sha256::digest(canonical_json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Response {
    pub const ALL: [Self; 5] =
        [Self::Agree, Self::AgreeWithComment, Self::PartlyDisagree, Self::Disagree, Self::ViewsSharedOnly];

    /// The name used in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::AgreeWithComment => "agree_with_comment",
            Self::PartlyDisagree => "partly_disagree",
            Self::Disagree => "disagree",
            Self::ViewsSharedOnly => "views_shared_only",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|response| response.name() == name)
    }

    /// On the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Agree => "I agree",
            Self::AgreeWithComment => "I agree, with a comment",
            Self::PartlyDisagree => "I disagree with a part",
            Self::Disagree => "I disagree",
            Self::ViewsSharedOnly => "My views only",
        }
    }

    /// Whether it says nothing without words beside it.
    pub fn needs_words(self) -> bool {
        match self {
            Self::AgreeWithComment | Self::PartlyDisagree => true,
            Self::Agree | Self::Disagree | Self::ViewsSharedOnly => false,
        }
    }

    /// In the record: “Marek, Dad, …”.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Agree => "agrees",
            Self::AgreeWithComment => "agrees, with a comment",
            Self::PartlyDisagree => "disagrees with one part",
            Self::Disagree => "disagrees",
            Self::ViewsSharedOnly => "shared their views",
        }
    }
}

const BOARDS: &[List] = &[
    assess::ADMIRE,
    assess::WORKING,
    assess::NOT_WORKING,
    assess::IMPORTANT_TO,
    assess::IMPORTANT_FOR,
    assess::QUESTIONS,
    assess::STRENGTHS,
    assess::ADVICE,
];

/// Words as the record keeps them. A NUL, which a program can send and no keyboard, fits in no
/// database: left in, it would keep everybody from agreeing.
fn kept(words: &str) -> String {
    words.replace('\0', "").trim().to_owned()
}

struct Item<'a> {
    doc: &'a SectionDoc,
    list: &'static List,
    id: ItemId,
}

impl Item<'_> {
    fn words(&self, field: &str) -> String {
        kept(&self.doc.words(self.list, self.id, field))
    }

    fn number(&self, field: &str) -> Option<i64> {
        self.doc.number(self.list, self.id, field)
    }

    fn scores(&self, when: &str) -> Scores {
        let score = |voice: &str| self.number(&format!("{when}_{voice}"));
        Scores { pupil: score("pupil"), home: score("home"), school: score("school") }
    }

    /// Whose hand wrote these texts; nothing to say of somebody who wrote down their own words.
    fn hands(&self, fields: &[&str], said_by: Option<PersonId>, voices: Voices) -> Vec<Hand> {
        let Some(owners) = voices.owners.get(&self.doc.section()) else { return vec![] };
        let runs: Vec<_> = fields.iter().flat_map(|field| self.doc.runs(self.list, self.id, field)).collect();
        let hands = hand::hands(&runs, owners);
        if hands.iter().all(|hand| hand.person == said_by && !hand.for_pupil) {
            return vec![];
        }
        let known = hands.into_iter().filter_map(|hand| hand.person.map(|person| (person, hand.for_pupil)));
        known.map(|(person, for_pupil)| Hand { person, name: voices.name(person), for_pupil }).collect()
    }

    /// Whether anything was written: an empty line somebody added is not part of what was agreed.
    fn has_words(&self) -> bool {
        self.list.texts().any(|field| !self.words(field.key).is_empty())
    }
}

fn each<T>(doc: Option<&SectionDoc>, list: &'static List, make: impl Fn(Item) -> T) -> Vec<T> {
    let Some(doc) = doc else { return vec![] };
    doc.items(list).into_iter().map(|id| Item { doc, list, id }).filter(Item::has_words).map(make).collect()
}

fn statement_lists(doc: Option<&SectionDoc>, lists: &'static [List], voices: Voices) -> Vec<Statements> {
    lists
        .iter()
        .map(|list| Statements {
            key: list.key.to_owned(),
            heading: list.label.to_owned(),
            statements: statements(doc, list, voices),
        })
        .filter(|list| !list.statements.is_empty())
        .collect()
}

/// Every item of a list as one sentence: its texts in their order.
fn statements(doc: Option<&SectionDoc>, list: &'static List, voices: Voices) -> Vec<Statement> {
    each(doc, list, |item| {
        let meta = item.doc.meta(list, item.id);
        let said_by = meta.as_ref().and_then(|meta| meta.said_by);
        let texts: Vec<_> = list.texts().map(|field| field.key).collect();
        Statement {
            id: item.id,
            words: texts
                .iter()
                .map(|field| item.words(field))
                .filter(|words| !words.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
            said_by,
            said_by_name: said_by.map(|person| voices.name(person)).unwrap_or_default(),
            captured: meta.as_ref().map(|meta| kept(&meta.captured)).unwrap_or_default(),
            said_on: meta.map(|meta| kept(&meta.said_on)).unwrap_or_default(),
            side: if list.field(assess::SIDE).is_some() { item.words(assess::SIDE) } else { String::new() },
            hands: item.hands(&texts, said_by, voices),
        }
    })
}

fn view(item: &Item, words: &str, by: &str, voices: Voices) -> Statement {
    let said_by: Option<PersonId> = item.words(by).parse().ok();
    Statement {
        id: item.id,
        words: item.words(words),
        said_by,
        said_by_name: said_by.map(|person| voices.name(person)).unwrap_or_default(),
        captured: String::new(),
        said_on: String::new(),
        side: String::new(),
        hands: item.hands(&[words], said_by, voices),
    }
}
