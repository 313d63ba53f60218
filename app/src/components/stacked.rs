//! A table that is a list of cards on a narrow screen, each fact beside its heading: nothing is read by pushing a table
//! from side to side.
//!
//! What must stay true: it is a table to whoever hears it, however it looks: a row that is laid out as a card would be
//! none by itself, so each part says what it is.

use leptos::prelude::*;

#[component]
pub fn Stacked(
    caption: &'static str,
    columns: Vec<&'static str>,
    /// As many cells as there are columns.
    rows: Vec<Vec<AnyView>>,
    /// Which of the cells names its row.
    #[prop(default = 0)]
    names: usize,
    #[prop(default = "")] class: &'static str,
) -> impl IntoView {
    let heads = columns.iter().map(|words| {
        view! {
            <th role="columnheader" scope="col">
                {*words}
            </th>
        }
    });
    let heads = heads.collect_view();
    let line = |cells: Vec<AnyView>| {
        let cells = cells.into_iter().zip(&columns).enumerate().map(|(at, (cell, label))| match at == names {
            true => view! {
                <th role="rowheader" scope="row" dir="auto" data-label=*label>
                    {cell}
                </th>
            }
            .into_any(),
            false => view! {
                <td role="cell" dir="auto" data-label=*label>
                    {cell}
                </td>
            }
            .into_any(),
        });
        view! { <tr role="row">{cells.collect_view()}</tr> }
    };
    view! {
        <div class="table-scroll" role="region" aria-label=format!("{caption}, table") tabindex="0">
            <table role="table" class=format!("plain-table stacked {class}")>
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{heads}</tr>
                </thead>
                <tbody role="rowgroup">{rows.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}
