//! Files of rows and forms, sent as a person does: looked at first, then said yes to.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use tower::ServiceExt;

use super::{TestServer, text};

impl TestServer {
    /// A file, as the form sends it.
    pub(crate) async fn send_file(&self, path: &str, file: &[u8], cookie: Option<&str>) -> Response<Body> {
        self.send_parts(path, &[("file\"; filename=\"starters.csv", file)], cookie).await
    }

    /// The one button of the page that shows what a file would change.
    pub(crate) async fn say_yes(&self, path: &str, page: &str, cookie: Option<&str>) -> Response<Body> {
        let parts = ["name", "rows", "seen"].map(|name| (name, hidden(page, name)));
        let parts: Vec<_> = parts.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        self.send_parts(path, &parts, cookie).await
    }

    /// Both, one after the other; what is wrong with the file is the answer to it.
    pub(crate) async fn bring_in(&self, path: &str, file: &[u8], cookie: Option<&str>) -> Response<Body> {
        let answer = self.send_file(path, file, cookie).await;
        if answer.status() != StatusCode::OK {
            return answer;
        }
        let page = text(answer).await;
        self.say_yes(path, &page, cookie).await
    }

    /// The form of who is what, with what its page shows of them just now.
    pub(crate) async fn set_posts(&self, cookie: &str, form: &str) -> Response<Body> {
        let page = text(self.get("/staff/posts", Some(cookie)).await).await;
        let person = form.split(['=', '&']).nth(1).unwrap();
        let theirs = page.split_once(&format!("id=\"p-{person}\"")).map(|(_, theirs)| hidden(theirs, "shown"));
        let form = format!("{form}&shown={}", theirs.unwrap_or_default().replace(' ', "+"));
        self.post_form_as("/staff/posts", Some(cookie), form).await
    }

    async fn send_parts(&self, path: &str, parts: &[(&str, &[u8])], cookie: Option<&str>) -> Response<Body> {
        let mut body = vec![];
        for (name, value) in parts {
            body.extend_from_slice(
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--x--\r\n");
        let mut request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
    }
}

/// As a browser reads a field that nobody sees, and sends it.
fn hidden(page: &str, name: &str) -> String {
    let (_, value) = page.split_once(&format!("name=\"{name}\" value=\"")).expect("a page that can be said yes to");
    let (value, _) = value.split_once('"').unwrap();
    let marks = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&amp;", "&")];
    let value = marks.iter().fold(value.to_owned(), |value, (mark, letter)| value.replace(mark, letter));
    value.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}
