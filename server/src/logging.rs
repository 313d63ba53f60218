//! What is written to the log, and what never is.
//!
//! Spans and events name connections, meetings, sections, positions, lengths and durations; never a text, a
//! name, a token or a cookie. Our own code keeps to that at every level; the libraries below it do not, so
//! however much somebody asks for, of them no more is written than how they are.

use tracing_subscriber::EnvFilter;

/// Whose events may be asked for at any level.
const OURS: [&str; 4] = ["roundtable", "server", "shared", "app"];

/// The filter for what was asked for: a level for all of ours, or directives like `server::room=trace`.
/// What cannot be understood asks for the default.
pub fn filter(asked: Option<&str>) -> EnvFilter {
    // The client of NATS calls every try to connect again an error; `cluster::bus` says what is worth saying.
    let mut filter = EnvFilter::new("info,async_nats=off");
    for part in asked.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let target = part.split_once('=').map(|(target, _)| target);
        let wanted = match target {
            None => OURS.map(|ours| format!("{ours}={part}")).to_vec(),
            Some(target) if OURS.iter().any(|ours| target.split("::").next() == Some(ours)) => vec![part.to_owned()],
            Some(_) => vec![],
        };
        for directive in wanted.iter().filter_map(|directive| directive.parse().ok()) {
            filter = filter.add_directive(directive);
        }
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_say_no_more_however_much_is_asked_for() {
        for (asked, printed) in [
            (None, "async_nats=off,info"),
            (Some("trace"), "roundtable=trace,server=trace,shared=trace,app=trace,async_nats=off,info"),
            (Some("server::room=debug"), "server::room=debug,async_nats=off,info"),
            (Some("hyper=trace, sqlx=debug"), "async_nats=off,info"),
            (Some("nonsense=nonsense"), "async_nats=off,info"),
        ] {
            let mut parts: Vec<_> = printed.split(',').map(str::to_owned).collect();
            let mut said: Vec<_> = filter(asked).to_string().split(',').map(str::to_owned).collect();
            parts.sort();
            said.sort();
            assert_eq!(said, parts, "{asked:?}");
        }
    }
}
