//! A file of rows that is sent: the form for it, and what is wrong with it, row by row.

use leptos::prelude::*;

use super::stacked::Stacked;
use crate::view::file::{Refused, RowFault};

#[component]
pub fn FileForm(action: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=action enctype="multipart/form-data" class="file-form">
            <div class="field">
                <label for="file">"The file"</label>
                <input id="file" type="file" name="file" accept=".csv,text/csv" required />
            </div>
            <button class="button primary" type="submit">
                "Show what it would change"
            </button>
        </form>
    }
}

/// `again` is where the form is.
#[component]
pub fn NotBroughtIn(refused: Refused, again: &'static str) -> impl IntoView {
    let Refused { file, rows, whole, faults, up_to, unread } = refused;
    let wrong = {
        let mut wrong: Vec<u32> = faults.iter().map(|fault| fault.row).collect();
        wrong.dedup();
        u32::try_from(wrong.len()).unwrap_or(u32::MAX)
    };
    let words = match (&whole, up_to) {
        (Some(why), _) => format!("{why} Nothing has changed."),
        (None, None) if rows == 1 => "One row, and it is not right. Nothing has changed.".to_owned(),
        (None, Some(row)) => format!(
            "{rows} rows. Mend these first: we have read as far as row {row}, and there may be more. Nothing has changed."
        ),
        (None, None) => {
            let right = match rows.saturating_sub(wrong) {
                0 => "None is right.".to_owned(),
                1 => format!("1 is right and {wrong} {} not.", if wrong == 1 { "is" } else { "are" }),
                right => format!("{right} are right and {wrong} {} not.", if wrong == 1 { "is" } else { "are" }),
            };
            format!("{rows} rows. {right} Nothing has changed.")
        }
    };
    let words = if file.is_empty() { words } else { format!("{file}: {words}") };
    let not_read = (!unread.is_empty()).then(|| format!(" These columns are not read: {}.", unread.join(", ")));
    let words = words + &not_read.unwrap_or_default();
    let line = |fault: RowFault| {
        let found = (!fault.found.is_empty()).then(|| view! { <code>{fault.found}</code> });
        vec![fault.row.into_any(), fault.column.into_any(), found.into_any(), fault.what_to_do.into_any()]
    };
    let lines: Vec<_> = faults.into_iter().map(line).collect();
    view! {
        <section class="sheet" aria-labelledby="h-refused" id="refused" role="alert">
            <header class="sheet-head">
                <h2 id="h-refused">"Your file was not brought in"</h2>
                <p>{words}</p>
            </header>
            {(!lines.is_empty())
                .then(|| {
                    view! {
                        <Stacked
                            caption="Rows to mend"
                            columns=vec!["Row", "Column", "In the file", "What to do"]
                            rows=lines
                            class="rows-wrong"
                        />
                    }
                })}
            <p class="row gap-top">
                <a class="button primary" href=again rel="external">
                    "Choose the mended file"
                </a>
            </p>
        </section>
    }
}
