//! What is known: the needs with how they are known, and what was measured.

use leptos::prelude::*;
use shared::{
    record::{AgreedRecord, Baseline, Need},
    schema::{AREAS, label_of},
};

use crate::components::dates;

#[component]
pub(super) fn Known(record: AgreedRecord) -> impl IntoView {
    let AgreedRecord { needs, baselines, .. } = record;
    (!needs.is_empty() || !baselines.is_empty()).then(|| {
        view! {
            <section aria-labelledby="known">
                <h2 id="known">"What we know"</h2>
                {lines("What is hard, and how we know", needs.into_iter().map(need).collect())}
                {lines("What was measured", baselines.into_iter().map(measured).collect())}
            </section>
        }
    })
}

fn lines(heading: &'static str, lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        view! {
            <h3>{heading}</h3>
            <ul class="board-lines">
                {lines
                    .into_iter()
                    .map(|line| {
                        view! {
                            <li class="typed" dir="auto">
                                {line}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
    })
}

/// “Joining in (Communication and interaction): looked up twice in ten minutes”.
fn need(Need { need, area, evidence, .. }: Need) -> String {
    let area = if area.is_empty() { String::new() } else { format!(" ({})", label_of(AREAS, &area)) };
    joined(format!("{need}{area}"), evidence)
}

fn measured(Baseline { measure, value, measured_on, .. }: Baseline) -> String {
    let day = if measured_on.is_empty() { String::new() } else { format!(" ({})", dates::short(&measured_on)) };
    format!("{}{day}", joined(measure, value))
}

fn joined(what: String, more: String) -> String {
    if more.is_empty() { what } else { format!("{what}: {more}") }
}

#[cfg(test)]
mod tests {
    use shared::ItemId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_need_says_its_area_and_how_it_is_known_where_that_was_written() {
        let of = |area: &str, evidence: &str| {
            need(Need {
                id: ItemId(Uuid::nil()),
                need: "Joining in".into(),
                area: area.into(),
                evidence: evidence.into(),
            })
        };
        assert_eq!(of(AREAS[0].code, "2 of 10"), format!("Joining in ({}): 2 of 10", AREAS[0].label));
        assert_eq!(of("", ""), "Joining in");
    }
}
