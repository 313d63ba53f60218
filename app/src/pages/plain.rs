//! How a page of the server’s comes about: something is read, and shown; or it is said why not.

use leptos::{prelude::*, server_fn::error::ServerFnUrlError};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::errors::ErrorPage;
use crate::{components::icon::Icon, error::AppError};

/// The page of what was read, or the page that says what went wrong, with its status.
pub fn once_read<T, V>(
    reading: impl Future<Output = Result<T, AppError>> + Send + 'static,
    show: impl FnOnce(T) -> V + Send + 'static,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    let page = Suspend::new(async move {
        match reading.await {
            Ok(page) => show(page).into_any(),
            Err(error) => view! { <ErrorPage error /> }.into_any(),
        }
    });
    // Only what a `Suspense` holds is waited for; and only it, so one in the other needs one of its own.
    view! { <Suspense>{page}</Suspense> }
}

/// What `:id` of the address names, if it names one.
pub fn id_of_address<T: std::str::FromStr>() -> Option<T> {
    use_params_map().read_untracked().get("id")?.parse().ok()
}

/// After a form that leads back to its page: why it was not done. Nothing, if it was.
#[component]
pub fn NotDone() -> impl IntoView {
    let error =
        use_query_map().read_untracked().get("__err").map(|error| ServerFnUrlError::<AppError>::decode_err(&error));
    error.map(|error| {
        let why = match error {
            AppError::Missing(missing) => {
                let words: Vec<_> = missing.into_iter().map(|missing| missing.words).collect();
                format!("It was not saved yet. {}", words.join(" "))
            }
            error => error.to_string(),
        };
        view! {
            <p class="error" role="alert">
                <Icon name="stop" />
                {why}
            </p>
        }
    })
}
