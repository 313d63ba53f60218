//! What a browser tells of when a page of ours tried what its policy forbids: a mistake of ours, or words that run.
//!
//! What must stay true: nothing of a report is kept or written down but which directive it was, out of a closed list.
//! A report holds the address of the page, in which the secret of a link may stand; and any stranger can send one.

use axum::{body::Bytes, http::StatusCode};
use serde::Deserialize;

use crate::metrics::{METRICS, POLICY_DIRECTIVES};

/// Where the policy tells browsers to send it.
pub(super) const ADDRESS: &str = "/policy-report";

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "csp-report")]
    report: Report,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    effective_directive: Option<String>,
    /// What older browsers say in its place; some with the whole directive.
    violated_directive: Option<String>,
}

/// Counts it. What is no report is thanked for all the same: nobody reads the answer.
pub(super) async fn take(body: Bytes) -> StatusCode {
    if let Some(place) = directive(&body) {
        METRICS.policy_broken(place);
    }
    StatusCode::NO_CONTENT
}

/// Its place in [`POLICY_DIRECTIVES`]; the last stands for all others.
fn directive(body: &[u8]) -> Option<usize> {
    let Sent { report } = serde_json::from_slice(body).ok()?;
    let said = report.effective_directive.or(report.violated_directive)?;
    let is_it =
        |known: &&str| said.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ' ']));
    Some(POLICY_DIRECTIVES.iter().position(is_it).unwrap_or(POLICY_DIRECTIVES.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(body: &str) -> Option<&'static str> {
        directive(body.as_bytes()).map(|place| POLICY_DIRECTIVES[place])
    }

    #[test]
    fn a_report_is_counted_by_what_it_broke_and_by_nothing_that_it_says() {
        let said = r#"{"csp-report":{"document-uri":"https://meetings.example/join/secret","blocked-uri":"inline",
            "effective-directive":"script-src-elem","violated-directive":"script-src-elem"}}"#;
        assert_eq!(named(said), Some("script-src"));
        assert_eq!(named(r#"{"csp-report":{"violated-directive":"img-src 'self' data:"}}"#), Some("img-src"));
        assert_eq!(named(r#"{"csp-report":{"effective-directive":"script-srcery\n} 9"}}"#), Some("other"));
        for nothing in ["", "[]", "csp-report", r#"{"csp-report":{}}"#, r#"{"csp-report":{"effective-directive":[]}}"#]
        {
            assert_eq!(named(nothing), None, "{nothing}");
        }
    }
}
