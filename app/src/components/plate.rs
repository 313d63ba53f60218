//! How much of what was planned happened, as a plate. The numbers are always written beside it.

use leptos::prelude::*;

#[component]
pub fn Plate(
    delivered: i64,
    planned: i64,
    /// Nobody has counted or told anything: the rim is broken, so that it is not taken for a plate of which nothing was eaten.
    #[prop(optional)]
    is_unknown: bool,
) -> impl IntoView {
    let percent = (delivered * 100).checked_div(planned).unwrap_or(0).clamp(0, 100);
    view! {
        <svg class="plate" viewBox="0 0 48 48" aria-hidden="true">
            <circle class="rim" cx="24" cy="24" r="21" stroke-dasharray=is_unknown.then_some("4 7")></circle>
            {(percent > 0)
                .then(|| {
                    view! {
                        <circle
                            class="eaten"
                            cx="24"
                            cy="24"
                            r="9"
                            pathLength="100"
                            stroke-dasharray=format!("{percent} 100")
                        ></circle>
                    }
                })}
        </svg>
    }
}
