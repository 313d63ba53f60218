//! Asking others over HTTP: a school’s provider of accounts, and this server as people reach it.

use std::time::Duration;

use anyhow::Context;
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// How long somebody has to answer us.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// More than any of them has to say.
const ANSWER_LIMIT: usize = 256 * 1024;

/// Never follows whoever it asks elsewhere, nor waits or reads for ever.
#[derive(Clone)]
pub struct Asker(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Asker {
    /// # Errors
    ///
    /// When this machine trusts nobody.
    pub fn new() -> anyhow::Result<Self> {
        let roots = HttpsConnectorBuilder::new()
            .with_native_roots()
            .context("This machine has no root certificates: install ca-certificates")?;
        let connector = roots.https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    pub async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, NotAnswered> {
        let answer = async {
            let (parts, body) = self.0.request(request.map(Full::new)).await.map_err(|_| NotAnswered)?.into_parts();
            let body = Limited::new(body, ANSWER_LIMIT).collect().await.map_err(|_| NotAnswered)?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        tokio::time::timeout(ANSWER_PATIENCE, answer).await.unwrap_or(Err(NotAnswered))
    }
}

/// Which it was is in the log of whoever was asked.
#[derive(Debug, thiserror::Error)]
#[error("there was no answer, or not in time, or too much of it")]
pub struct NotAnswered;

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn nobody_leads_us_elsewhere() {
        let (asked, elsewhere) =
            (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (address, other) = (asked.local_addr().unwrap(), elsewhere.local_addr().unwrap());
        let leads = async {
            let (mut line, _) = asked.accept().await.unwrap();
            let _ = line.read(&mut [0; 1024]).await.unwrap();
            let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{other}/\r\nContent-Length: 0\r\n\r\n");
            line.write_all(answer.as_bytes()).await.unwrap();
        };
        let request = Request::get(format!("http://{address}/keys")).body(Bytes::new()).unwrap();
        let asker = Asker::new().unwrap();
        let (answer, ()) = tokio::join!(asker.ask(request), leads);
        assert_eq!(answer.unwrap().status(), 302, "its own answer, and nobody else’s");
        let came = tokio::time::timeout(Duration::from_millis(300), elsewhere.accept()).await;
        assert!(came.is_err(), "nobody came to the other");
    }
}
