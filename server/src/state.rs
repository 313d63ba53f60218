//! What every request can reach.

use std::sync::Arc;

use app::{SiteAssets, backend::Backend};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::{
    clock::SharedClock, db::Db, door::address::Handshakes, limits::Settings, rooms::Rooms, sessions::OpenSessions,
};

#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub rooms: Rooms,
    pub sessions: OpenSessions,
    pub clock: SharedClock,
    pub backend: Arc<dyn Backend>,
    pub assets: SiteAssets,
    /// Where people reach this server: `https://meetings.example.sch.uk`.
    pub url: Arc<str>,
    pub limits: Settings,
    pub(crate) handshakes: Arc<Handshakes>,
    leptos: LeptosOptions,
}

impl AppState {
    pub fn new(
        db: Db,
        rooms: Rooms,
        clock: SharedClock,
        backend: Arc<dyn Backend>,
        assets: SiteAssets,
        url: &str,
    ) -> Self {
        // Leptos asks for its options, but what it would do with them is done by `http::assets`.
        let leptos = LeptosOptions::builder().output_name("roundtable").build();
        let (sessions, limits) = (OpenSessions::default(), Settings::default());
        let handshakes = Arc::new(Handshakes::new(limits.handshakes_per_minute));
        Self { db, rooms, sessions, clock, backend, assets, url: url.into(), limits, handshakes, leptos }
    }

    /// The same with limits other than the defaults.
    #[must_use]
    pub fn with_limits(self, limits: Settings) -> Self {
        let handshakes = Arc::new(Handshakes::new(limits.handshakes_per_minute));
        Self { limits, handshakes, ..self }
    }

    /// Whether browsers come over TLS, as far as they can see.
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
