//! A file of rows that is sent: the form for it, and what is wrong with it, row by row.

use leptos::prelude::*;

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
    let Refused { file, rows, whole, faults, up_to } = refused;
    let wrong = {
        let mut wrong: Vec<u32> = faults.iter().map(|fault| fault.row).collect();
        wrong.dedup();
        u32::try_from(wrong.len()).unwrap_or(u32::MAX)
    };
    let words = match (&whole, up_to) {
        (Some(why), _) => format!("{why} Nothing has changed."),
        (None, Some(row)) => format!(
            "{rows} rows. Mend these first: we have read as far as row {row}, and there may be more. Nothing has changed."
        ),
        (None, None) => {
            format!("{rows} rows. {} are right and {wrong} are not. Nothing has changed.", rows.saturating_sub(wrong))
        }
    };
    let words = if file.is_empty() { words } else { format!("{file}: {words}") };
    let line = |fault: RowFault| {
        let found = (!fault.found.is_empty()).then(|| view! { <code>{fault.found}</code> });
        view! {
            <tr>
                <th scope="row">{fault.row}</th>
                <td>{fault.column}</td>
                <td>{found}</td>
                <td>{fault.what_to_do}</td>
            </tr>
        }
    };
    view! {
        <section class="sheet" aria-labelledby="h-refused" id="refused" role="alert">
            <header class="sheet-head">
                <h2 id="h-refused">"Your file was not brought in"</h2>
                <p>{words}</p>
            </header>
            {(!faults.is_empty())
                .then(|| {
                    view! {
                        <div class="table-scroll" role="region" aria-label="Rows to mend, table" tabindex="0">
                            <table class="plain-table rows-wrong">
                                <caption class="visually-hidden">"Rows to mend"</caption>
                                <thead>
                                    <tr>
                                        <th scope="col">"Row"</th>
                                        <th scope="col">"Column"</th>
                                        <th scope="col">"In the file"</th>
                                        <th scope="col">"What to do"</th>
                                    </tr>
                                </thead>
                                <tbody>{faults.into_iter().map(line).collect_view()}</tbody>
                            </table>
                        </div>
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
