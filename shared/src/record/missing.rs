//! What a plan still needs before it can be agreed, and what most would want to mend.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::items::each;
use crate::{
    ItemId, Section,
    doc::{FieldAddress, SectionDoc},
    schema::{List, actions, plain_of, plan, review},
};

/// Something the Code of Practice asks for that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What to do, in plain words.
    pub words: String,
    /// Which part of the page to go to.
    pub part: String,
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

/// What nobody has to mend, and most would want to: a promise without a name or a day, a plan without a step, a step
/// without help, a day or how it will be known, help of which nobody said when or how often, a last target nobody looked at, or one whose rating the counted
/// sessions deny, more sessions than there were to be, nobody’s part, no decision. Each leads to the box where it would be
/// written.
pub fn worth_a_look(sections: &BTreeMap<Section, SectionDoc>) -> Vec<Missing> {
    let at: At = |section, list, id, key| {
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
        let lacks = |keys: &[&str]| keys.iter().all(|key| item.words(key).is_empty());
        let needs = [
            (!helped.contains(&item.id.to_string().as_str()), "pupil_words", "help"),
            (lacks(&["success", "impact"]), "success", "“how we’ll know”"),
            (lacks(&["by"]), "by", "day"),
        ];
        let needs: Vec<_> = needs.into_iter().filter(|(lacks, ..)| *lacks).collect();
        let (_, key, _) = needs.first()?;
        let all: Vec<_> = needs.iter().map(|(.., what)| format!("no {what}")).collect();
        let (last, before) = all.split_last()?;
        let and = if before.is_empty() { "" } else { " and " };
        Some(Missing {
            words: format!("“{step}” has {}{and}{last} yet.", before.join(", ")),
            part: at(Section::Plan, item.list, item.id, key),
        })
    });
    // The Code asks for the key person, when, where and how often. One line for all of them: most plans lack a time.
    let vague: Vec<(String, &str, ItemId)> = each(sections.get(&Section::Plan), &plan::PROVISION, |item| {
        let often = if item.number("sessions_per_week").is_some() { "who" } else { "often" };
        let lacks = ["who", "when", "place", often, "area"].into_iter().find(|key| item.words(key).is_empty())?;
        Some((in_short(&item.words("name")), lacks, item.id))
    })
    .into_iter()
    .flatten()
    .collect();
    let vague = vague.first().map(|(_, lacks, id)| {
        let names: Vec<&str> = vague.iter().map(|(name, ..)| name.as_str()).collect();
        Missing {
            words: format!(
                "Who, when, where, how often and for what need is not all said of “{}”.",
                names.join("”, “")
            ),
            part: at(Section::Plan, &plan::PROVISION, *id, lacks),
        }
    });
    // What is planned is counted from the one, and told by the other.
    let odd = each(sections.get(&Section::Plan), &plan::PROVISION, |item| {
        let number = |key: &str| item.number(key).filter(|number| *number > 0);
        if item.number("weeks") == Some(0) {
            let words = format!("“{}” is planned for no week at all.", in_short(&item.words("name")));
            return Some(Missing { words, part: at(Section::Plan, item.list, item.id, "weeks") });
        }
        let (week, weeks, planned) = (number("sessions_per_week")?, number("weeks")?, number("sessions")?);
        (week * weeks != planned).then(|| Missing {
            words: format!(
                "“{}”: {week} a week for {weeks} weeks is {} sessions, and {planned} are planned.",
                in_short(&item.words("name")),
                week * weeks
            ),
            part: at(Section::Plan, item.list, item.id, "sessions"),
        })
    });
    let counts = each(sections.get(&Section::Do), &actions::DELIVERY, |item| {
        let (planned, happened) = (item.number("planned")?, item.number("delivered")?);
        (happened > planned).then(|| Missing {
            words: format!("“{}”: {happened} sessions happened of {planned} planned.", in_short(&item.words("name"))),
            part: at(Section::Do, item.list, item.id, "delivered"),
        })
    });
    let none = (steps.is_empty() && sections.contains_key(&Section::Plan))
        .then(|| Missing { words: "There is no next step in this plan.".to_owned(), part: "targets".to_owned() });
    let looked = each(sections.get(&Section::Review), &review::TARGETS, |item| {
        let unsaid = item.words("rating").is_empty() && item.words("exit").is_empty();
        unsaid.then(|| Missing {
            words: match item.words("title") {
                title if title.is_empty() => "Nobody has said how a step without a name went.".to_owned(),
                title => format!("Nobody has said how “{}” went.", in_short(&title)),
            },
            part: at(Section::Review, item.list, item.id, "exit"),
        })
    });
    let denied = denied(sections, at);
    [none]
        .into_iter()
        .chain(looked)
        .chain(denied)
        .chain(steps)
        .chain([vague])
        .chain(undecided(sections, at))
        .chain(promises)
        .chain(counts)
        .chain(odd)
        .flatten()
        .collect()
}

/// Where it would be written.
type At = fn(Section, &'static List, ItemId, &str) -> String;

/// A step that went well without one session, or that was not tried in all of them.
fn denied(sections: &BTreeMap<Section, SectionDoc>, at: At) -> Vec<Option<Missing>> {
    let helps = each(sections.get(&Section::Do), &actions::DELIVERY, |item| {
        (item.words("targets"), item.number("planned"), item.number("delivered"))
    });
    each(sections.get(&Section::Review), &review::TARGETS, |item| {
        let (id, rating) = (item.id.to_string(), item.words("rating"));
        let of_it = helps.iter().filter(|(targets, ..)| targets.contains(&id));
        let (planned, happened) = of_it.fold((0, 0), |(all, some), (_, planned, happened)| match (planned, happened) {
            (Some(planned), Some(happened)) => (all + planned, some + happened),
            _ => (all, some),
        });
        let is_denied = match review::steps(&rating) {
            Some(steps) => steps > 0 && happened == 0,
            None => rating == "NOT_DELIVERED" && happened >= planned,
        };
        (planned > 0 && is_denied).then(|| Missing {
            words: format!(
                "“{}”: “{}”, and {happened} of {planned} sessions happened.",
                in_short(&item.words("title")),
                plain_of(review::RATINGS, &rating)
            ),
            part: at(Section::Review, item.list, item.id, "rating"),
        })
    })
}

/// Whose part nobody has written, and what nobody has decided after looking back.
fn undecided(sections: &BTreeMap<Section, SectionDoc>, at: At) -> Vec<Option<Missing>> {
    let Some(doc) = sections.get(&Section::Plan) else { return vec![] };
    let parts = [(&plan::BY_SCHOOL, "school"), (&plan::BY_HOME, "home"), (&plan::BY_PUPIL, "the pupil")];
    let part = |(list, who): (&'static List, &str)| {
        each(Some(doc), list, |_| ()).is_empty().then(|| Missing {
            words: format!("Nothing is written of what {who} will do."),
            part: "targets".to_owned(),
        })
    };
    let looks_back = sections.get(&Section::Review).is_some_and(|doc| !doc.items(&review::TARGETS).is_empty());
    let whole = doc.items(&plan::WHOLE);
    let is_open = whole.iter().all(|id| doc.words(&plan::WHOLE, *id, "decision").is_empty());
    let open = whole.first().copied().filter(|_| looks_back && is_open);
    let decision = open.map(|id| Missing {
        words: "Nobody has decided what becomes of the support.".to_owned(),
        part: at(Section::Plan, &plan::WHOLE, id, "decision"),
    });
    parts.map(part).into_iter().chain([decision]).collect()
}

/// The same help in one plan more than once, at the same time: its sessions and its cost would count twice. Nobody has
/// to mend it, because two people may give the same help on two days; everybody is told.
pub fn twice(sections: &BTreeMap<Section, SectionDoc>) -> Vec<Missing> {
    let helps = each(sections.get(&Section::Plan), &plan::PROVISION, |item| (item.words("name"), item.id));
    let is_again = |at: usize| helps[..at].iter().any(|(earlier, _)| is_same_help(earlier, &helps[at].0));
    let again = (1..helps.len()).filter(|at| is_again(*at)).map(|at| {
        let (name, id) = &helps[at];
        let field = plan::PROVISION.field("name");
        Missing {
            words: format!(
                "“{}” stands in this plan more than once, so it counts twice. Take one off the page, or give each its own name.",
                in_short(name)
            ),
            part: field
                .map(|field| FieldAddress::new(Section::Plan, &plan::PROVISION, *id, field).dom_id())
                .unwrap_or_default(),
        }
    });
    again.collect()
}

/// The same help by another capital or space is the same help.
fn is_same_help(one: &str, other: &str) -> bool {
    // Of plain letters alone: the browser has no table of all the others, and need not fetch one for this.
    let words = |name| str::split_whitespace(name).map(str::to_ascii_lowercase);
    !one.is_empty() && words(one).eq(words(other))
}

/// The first words, to tell one thing from another, as they stand inside of a sentence.
fn in_short(words: &str) -> String {
    const LETTERS: usize = 50;
    let words = words.trim_end_matches('.');
    let short: String = words.chars().take(LETTERS).collect();
    if short.len() < words.len() { format!("{}…", short.trim_end()) } else { short }
}
