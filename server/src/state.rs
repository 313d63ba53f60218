//! What every request can reach.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Instant,
};

use app::{SiteAssets, backend::Backend};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::{
    clock::SharedClock,
    db::Db,
    door::address::Handshakes,
    keys::{passkey::Passkeys, password::Passwords, school_account::SchoolAccounts, set_up::SetUp},
    limits::{
        ACCOUNT_TRIES_PER_MINUTE, ALL_CODE_GUESSES_PER_MINUTE, CODE_GUESSES_PER_MINUTE, PASSWORD_TRIES_PER_MINUTE,
        Settings,
    },
    picture::Pictures,
    rooms::Rooms,
    secret::{Hash, JoinKey},
    sessions::OpenSessions,
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
    /// Whether that was said by whoever runs the machine.
    is_named: bool,
    pub limits: Arc<Settings>,
    pub(crate) join_key: JoinKey,
    pub(crate) handshakes: Arc<Handshakes>,
    pub(crate) passwords: Passwords,
    pub(crate) pictures: Pictures,
    pub(crate) set_up: SetUp,
    pub(crate) passkeys: Passkeys,
    pub(crate) school_accounts: SchoolAccounts,
    /// Of meeting codes: of one address, and of all together.
    guesses: [Arc<Handshakes>; 2],
    /// Of passwords and codes of an account: of one address, and for one account.
    tries: [Arc<Handshakes>; 2],
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
        join_key: JoinKey,
    ) -> Self {
        // Leptos asks for its options, but what it would do with them is done by `http::assets`.
        let leptos = LeptosOptions::builder().output_name("roundtable").build();
        let (sessions, limits) = (OpenSessions::default(), Arc::new(Settings::default()));
        let handshakes = Arc::new(Handshakes::new(limits.handshakes_per_minute));
        let guesses =
            [CODE_GUESSES_PER_MINUTE, ALL_CODE_GUESSES_PER_MINUTE].map(|most| Arc::new(Handshakes::new(most)));
        let tries = [PASSWORD_TRIES_PER_MINUTE, ACCOUNT_TRIES_PER_MINUTE].map(|most| Arc::new(Handshakes::new(most)));
        let url: Arc<str> = url.into();
        let (passwords, set_up, passkeys) = (Passwords::default(), SetUp::default(), Passkeys::at(&url));
        let school_accounts = SchoolAccounts::default();
        Self {
            db,
            rooms,
            sessions,
            clock,
            backend,
            assets,
            url,
            is_named: false,
            limits,
            join_key,
            handshakes,
            passwords,
            pictures: Pictures::default(),
            set_up,
            passkeys,
            school_accounts,
            guesses,
            tries,
            leptos,
        }
    }

    /// The same with limits other than the defaults.
    #[must_use]
    pub fn with_limits(self, limits: Settings) -> Self {
        let handshakes = Arc::new(Handshakes::new(limits.handshakes_per_minute));
        Self { limits: Arc::new(limits), handshakes, ..self }
    }

    /// The same, where its address is said: pages at another are not ours.
    #[must_use]
    pub fn with_address_named(self, is_named: bool) -> Self {
        Self { is_named, ..self }
    }

    /// The same, where schools have providers of accounts.
    #[must_use]
    pub fn with_school_accounts(self, school_accounts: SchoolAccounts) -> Self {
        Self { school_accounts, ..self }
    }

    /// Whether a meeting code may be tried from there now. Who has no address of their own shares all others’.
    pub(crate) fn may_guess(&self, from: Option<IpAddr>) -> bool {
        let [each, all] = &self.guesses;
        let now = Instant::now();
        from.is_none_or(|from| each.allow(from, now)) && all.allow(IpAddr::V4(Ipv4Addr::UNSPECIFIED), now)
    }

    /// Whether a password or a code may be tried from there now, for this account: counted whether there is such an
    /// account or not.
    pub(crate) fn may_try(&self, from: Option<IpAddr>, account: &str) -> bool {
        let [each, one] = &self.tries;
        let now = Instant::now();
        // Counted by a hash that looks like an address.
        let mut bits = [0; 16];
        bits.copy_from_slice(&Hash::of(account).as_bytes()[..16]);
        from.is_none_or(|from| each.allow(from, now)) && one.allow(IpAddr::V6(bits.into()), now)
    }

    /// Whether something that is asked of a browser may be begun from there now.
    pub(crate) fn may_begin(&self, from: Option<IpAddr>) -> bool {
        from.is_none_or(|from| self.tries[0].allow(from, Instant::now()))
    }

    /// The one address our pages have, if it is known.
    pub fn named(&self) -> Option<&str> {
        (self.is_named || self.is_secure()).then_some(&*self.url)
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
