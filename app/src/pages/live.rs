//! The pages that live in the browser: those with text that several people write.
//!
//! The server renders such a page and puts what it was rendered from beside it; the module makes the same page of the
//! same data, and takes it over where it stands. Nothing else of the document is the module’s: not the routes, not the
//! head, not the pages without live text.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{meeting::TheMeeting, prepare::ThePreparation};
use crate::view::{MeetingPage, doors::AlsoHere};

/// What is taken over.
const ROOT: &str = "live";
/// What it is made from.
const DATA: &str = "live-data";

/// One of them, with all it is made from.
#[derive(Clone, Serialize, Deserialize)]
pub enum Live {
    Meeting { page: MeetingPage, also_here: Vec<AlsoHere> },
    Preparation { page: MeetingPage, also_here: Vec<AlsoHere> },
}

impl Live {
    fn show(self) -> AnyView {
        match self {
            Self::Meeting { page, also_here } => view! { <TheMeeting page also_here /> }.into_any(),
            Self::Preparation { page, also_here } => view! { <ThePreparation page also_here /> }.into_any(),
        }
    }
}

/// For the server: the page, its data, and what makes it live.
#[cfg(feature = "ssr")]
#[component]
pub fn LivePage(live: Live) -> impl IntoView {
    // A script of data ends at the first `</script`, wherever it stands.
    let data = serde_json::to_string(&live).unwrap_or_default().replace('<', "\\u003c");
    view! {
        <crate::shell::LiveScripts />
        <div id=ROOT>{live.show()}</div>
        <script type="application/json" id=DATA inner_html=data></script>
    }
}

/// For the browser: takes the page over, if it is one of these.
#[cfg(feature = "hydrate")]
pub(crate) fn take_over() {
    use wasm_bindgen::JsCast;

    let by_id = |id| document().get_element_by_id(id);
    let data = by_id(DATA).and_then(|data| data.text_content()).unwrap_or_default();
    let (Some(root), Ok(live)) = (by_id(ROOT), shared::json::read::<Live>(data.as_bytes())) else { return };
    leptos::mount::hydrate_from(root.unchecked_into(), move || live.show()).forget();
}
