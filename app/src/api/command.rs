//! How a live page asks: JSON to the command’s address, JSON back.
//!
//! In place of the encodings that `server_fn` brings for every purpose, because each of them is downloaded by every
//! browser, once for every command. What must stay true: next to nothing here is made anew for each command.

use std::future::Future;

use http::Method;
use leptos::server_fn::{
    Protocol,
    client::Client,
    codec::{FromReq, IntoRes, Json, PostUrl},
    request::Req,
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};

use shared::json;

use crate::error::AppError;

const JSON: &str = "application/json";

/// The protocol of every command: `#[server(protocol = Command)]`.
pub struct Command;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, AppError> for Command
where
    Input: Serialize + DeserializeOwned + Send + 'static,
    Output: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: Method = Method::POST;

    /// What a page’s script sends, or a plain form before any script has arrived.
    async fn run_server<F, Fut>(request: S::Request, command: F) -> Result<S::Response, AppError>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, AppError>> + Send,
    {
        let answer = async move {
            let is_json = request.to_content_type().is_some_and(|kind| kind.starts_with(JSON));
            let input = if is_json {
                let body = request.try_into_bytes().await?;
                serde_json::from_slice(&body).map_err(|_| AppError::Unreadable)?
            } else {
                <Input as FromReq<PostUrl, S::Request, AppError>>::from_req(request).await?
            };
            <Output as IntoRes<Json, S::Response, AppError>>::into_res(command(input).await?).await
        };
        answer.await.inspect_err(say_by_status)
    }

    fn run_client(path: &str, input: Input) -> impl Future<Output = Result<Output, AppError>> + Send {
        let answer = post(path, serde_json::to_string(&input).unwrap_or_default());
        async move { json::read(answer.await?.as_bytes()).map_err(|_| AppError::Unreachable) }
    }
}

/// For programs, which read that first. Whoever reads pages is led back to the one they came from, which says it; but no
/// page of ours sent what cannot be read, so they are told here.
#[cfg(feature = "ssr")]
fn say_by_status(error: &AppError) {
    let parts = leptos::prelude::use_context::<http::request::Parts>();
    let accepts = parts.as_ref().and_then(|parts| parts.headers.get(http::header::ACCEPT)?.to_str().ok());
    let reads_pages = accepts.is_some_and(|kinds| kinds.contains("text/html"));
    match (error, reads_pages) {
        (error, false) => crate::pages::errors::answer_with_status(error),
        (AppError::Unreadable, true) => {
            if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
                response.set_status(http::StatusCode::UNPROCESSABLE_ENTITY);
            }
        }
        (_, true) => {}
    }
}

/// No browser answers.
#[cfg(not(feature = "ssr"))]
fn say_by_status(_error: &AppError) {}

#[cfg(feature = "hydrate")]
type Answer = send_wrapper::SendWrapper<std::pin::Pin<Box<dyn Future<Output = Result<String, AppError>>>>>;

#[cfg(feature = "hydrate")]
fn post(path: &str, body: String) -> Answer {
    use js_sys::futures::JsFuture;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Headers, RequestInit, Response};

    async fn send(path: String, body: String) -> Result<(bool, String), JsValue> {
        let headers = Headers::new()?;
        headers.set("content-type", JSON)?;
        headers.set("accept", JSON)?;
        let request = RequestInit::new();
        request.set_method("POST");
        request.set_headers(&headers);
        request.set_body(&body.into());
        let response = JsFuture::from(leptos::prelude::window().fetch_with_str_and_init(&path, &request)).await?;
        let response: Response = response.unchecked_into();
        let words = JsFuture::from(response.text()?).await?;
        Ok((response.ok(), words.as_string().unwrap_or_default()))
    }

    let path = path.to_owned();
    send_wrapper::SendWrapper::new(Box::pin(async move {
        match send(path, body).await {
            Ok((true, answer)) => Ok(answer),
            Ok((false, error)) => Err(json::read(error.as_bytes()).unwrap_or(AppError::Unreachable)),
            Err(_) => Err(AppError::Unreachable),
        }
    }))
}

/// The server never asks itself.
#[cfg(not(feature = "hydrate"))]
fn post(_path: &str, _body: String) -> std::future::Ready<Result<String, AppError>> {
    std::future::ready(Err(AppError::Unreachable))
}
