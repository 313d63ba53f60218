//! What a file would change, row by row, and the one button that does it.

use leptos::prelude::*;

use super::icon::Icon;
use crate::view::file::{Change, Preview, PreviewRow};

/// `new` and `known` are what a row is called that is somebody new, or changes somebody: “New child”.
#[component]
pub fn WhatItWouldChange(
    preview: Preview,
    action: &'static str,
    /// Where one goes without having changed anything.
    back: &'static str,
    new: &'static str,
    known: &'static str,
) -> impl IntoView {
    let Preview { ref file, new: count, changed, same, is_anew, .. } = preview;
    let counts = format!("{file}: {count} new, {changed} changed, {same} as they are. Nothing has changed yet.");
    let left_out = preview.left_out();
    let more = (left_out > 0).then(|| format!("{left_out} more rows are new or changed, further on in the file."));
    let nothing = count + changed == 0;
    let rows = preview.rows.clone().into_iter().map(|row| line(row, new, known));
    view! {
        <section class="sheet" aria-labelledby="h-would-change">
            <header class="sheet-head">
                <h2 id="h-would-change">"What this file would change"</h2>
                <p>{counts}</p>
            </header>
            {is_anew
                .then(|| {
                    view! {
                        <p class="error" role="alert">
                            <Icon name="stop" />
                            "Something was changed here while you looked, so nothing was brought in. This is what the file would change now."
                        </p>
                    }
                })}
            {(!preview.unread.is_empty())
                .then(|| {
                    view! {
                        <p class="finding">
                            <Icon name="help" />
                            {format!(
                                "We do not read {}: nothing under it comes in. The columns we know are {}.",
                                preview.unread.join(", "),
                                preview.known.join(", "),
                            )}
                        </p>
                    }
                })}
            {if nothing {
                view! { <p>"Everything in it is as it stands here: there is nothing to bring in."</p> }.into_any()
            } else {
                view! { <ul>{rows.collect_view()}</ul> }.into_any()
            }}
            {more.map(|words| view! { <p>{words}</p> })}
            <form class="row gap-top" method="post" action=action enctype="multipart/form-data">
                <input type="hidden" name="name" value=preview.file.clone() />
                <input type="hidden" name="rows" value=preview.text.clone() />
                <input type="hidden" name="seen" value=preview.seen.clone() />
                {(!nothing)
                    .then(|| {
                        view! {
                            <button class="button primary" type="submit">
                                "Bring it in"
                            </button>
                        }
                    })}
                <a class="button" href=back rel="external">
                    {if nothing { "Back" } else { "Leave everything as it is" }}
                </a>
            </form>
            <p class="hint gap-top">"All of it is done at once, or nothing."</p>
        </section>
    }
}

fn line(row: PreviewRow, new: &'static str, known: &'static str) -> impl IntoView {
    let PreviewRow { row, name, is_new, changes, doubts } = row;
    let changes = changes.into_iter().map(change).collect_view();
    let doubts =
        doubts.into_iter().map(|words| view! { <p class="hint gap-top">"Look again: " {words}</p> }).collect_view();
    view! {
        <li class="step">
            <p>
                <strong>{name}</strong>
                " "
                <span class="hint">{format!("{}, row {row}", if is_new { new } else { known })}</span>
            </p>
            <dl>{changes}</dl>
            {doubts}
        </li>
    }
}

fn change(change: Change) -> impl IntoView {
    let Change { column, from, to } = change;
    let from = (!from.is_empty()).then(|| {
        view! {
            <del>{from}</del>
            " → "
        }
    });
    let to = if to.is_empty() { view! { "nothing" }.into_any() } else { view! { <ins>{to}</ins> }.into_any() };
    view! {
        <div>
            <dt>{column}</dt>
            <dd>{from} {to}</dd>
        </div>
    }
}
