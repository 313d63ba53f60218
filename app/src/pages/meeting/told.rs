//! What is known before a meeting looks back: what was told on the day of a help, beside “Did it happen?”, and where the
//! last review found little progress, beside the targets that ask about it again.
//!
//! The server’s alone, because nobody writes in it: it comes below the live page, and `page.js` puts each line into the
//! row it speaks of. Without scripts it is read where it stands.

use base64::{Engine, prelude::BASE64_STANDARD};
use leptos::prelude::*;
use shared::{
    ItemId, Section,
    doc::{FieldAddress, SectionDoc},
    schema::{actions::DELIVERY, review},
};

use crate::{
    components::icon::Icon,
    pages::pupil::area_words,
    view::{
        SectionState,
        delivery::{Before, LittleProgress, ToldHelp},
    },
};

#[component]
pub(super) fn ToldBefore(before: Before, sections: Vec<SectionState>) -> impl IntoView {
    let Before { told, little } = before;
    let rows = rows(&sections);
    let line = move |help: ToldHelp| {
        let row = rows.iter().find(|(_, of)| of.contains(&help.item.to_string())).map(|(row, _)| *row);
        let name = row.zip(DELIVERY.field("name"));
        let beside = name.map(|(row, name)| FieldAddress::new(Section::Do, &DELIVERY, row, name).dom_id());
        view! {
            <p class="hint" data-told=beside.unwrap_or_default()>
                {format!("Told on the day of “{}”: {}. ", help.name, help.words())}
                {if help.is_new_today {
                    "The plan it is in was agreed today. If another is agreed today too, it stays in this record, and counts \
                     in no sum: agree tomorrow, or tell it again under the new plan."
                } else {
                    "Where no number is written here, that is what counts."
                }}
            </p>
        }
    };
    let again = |little: LittleProgress| {
        let beside = review::TARGETS.field("rating");
        let beside =
            beside.map(|rating| FieldAddress::new(Section::Review, &review::TARGETS, little.target, rating).dom_id());
        view! {
            <p class="finding" data-told=beside.unwrap_or_default()>
                <Icon name="help" />
                <span>
                    <strong>{format!("{}: little progress last time too.", area_words(&little.area))}</strong>
                    " If it is little again, the Code of Practice says: think about asking a specialist, with the family."
                </span>
            </p>
        }
    };
    (!told.is_empty() || !little.is_empty()).then(|| {
        view! {
            <div id="told">
                <section class="sheet" aria-labelledby="h-told">
                    <h2 id="h-told">"Known before"</h2>
                    {little.into_iter().map(again).collect_view()} {told.into_iter().map(line).collect_view()}
                </section>
            </div>
        }
    })
}

/// The rows of “Did it happen?”, each with the help it asks for.
fn rows(sections: &[SectionState]) -> Vec<(ItemId, String)> {
    let doc = sections.iter().find(|copy| copy.section == Section::Do).and_then(|copy| {
        let state = BASE64_STANDARD.decode(&copy.state).ok()?;
        SectionDoc::from_state(Section::Do, 0, &state).ok()
    });
    let row = |doc: &SectionDoc, row| (row, doc.words(&DELIVERY, row, "provision"));
    doc.map(|doc| doc.items(&DELIVERY).into_iter().map(|id| row(&doc, id)).collect()).unwrap_or_default()
}
