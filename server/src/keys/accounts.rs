//! Accounts from their first day to their last: set up by a link, closed when somebody leaves.

use app::backend::Viewer;
use shared::{
    PersonId, SchoolId,
    rights::{Post, may_set_post},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    code_app::CodeApp,
    once_more::{self, NotThem},
    password::{self, Unfit},
    recovery,
    sign_in::{self, plain_email},
};
use crate::{
    audit::{Deed, Verb},
    db::{
        self, Db, SchoolTransaction,
        accounts::{self, Account},
        login_sessions::Proof,
        people::NewPerson,
        posts::Holder,
    },
    secret::{self, Hash},
    state::AppState,
    titles,
};

/// How long somebody new has to set up their account.
const LINK_LASTS: Duration = Duration::days(7);

pub(super) const NAME_LIMIT: usize = 80;

/// Somebody who begins to work here.
pub struct Joiner<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub post: Post,
}

/// What is wrong with what was typed about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoJoiner {
    Name,
    Email,
    /// Somebody has an account with this address.
    Taken,
    /// It is not for who makes the account to give.
    Post,
}

/// A person with a post and an account, and the link they set it up by. Nothing is kept if this is not committed.
pub async fn join(
    state: &AppState,
    txn: &mut SchoolTransaction,
    joiner: &Joiner<'_>,
    by: Option<PersonId>,
) -> sqlx::Result<Result<(PersonId, String), NoJoiner>> {
    let joined = join_at(txn, joiner, by, state.clock.now()).await?;
    Ok(joined.map(|(person, path)| (person, format!("{}{path}", state.url))))
}

/// The same, where nobody knows the server’s own address: the link is without it.
pub(super) async fn join_at(
    txn: &mut SchoolTransaction,
    joiner: &Joiner<'_>,
    by: Option<PersonId>,
    now: OffsetDateTime,
) -> sqlx::Result<Result<(PersonId, String), NoJoiner>> {
    let name = shared::plain::line(joiner.name);
    if name.is_empty() || name.chars().count() > NAME_LIMIT {
        return Ok(Err(NoJoiner::Name));
    }
    let email = plain_email(joiner.email);
    if !is_email(&email) {
        return Ok(Err(NoJoiner::Email));
    }
    #[expect(clippy::disallowed_methods, reason = "a new person, made on the server alone")]
    let person = PersonId(Uuid::now_v7());
    let new = NewPerson { id: person, kind: "staff", full_name: &name, display_name: &called(&name) };
    db::people::create(txn, new).await?;
    db::posts::give(txn, person, joiner.post).await?;
    if !accounts::create(txn, person, &email, now).await? {
        return Ok(Err(NoJoiner::Taken));
    }
    for verb in [Some(Verb::AccountMade), Verb::given(joiner.post, true)].into_iter().flatten() {
        db::audit::add(txn, Deed { actor: by, verb, meeting: None, subject: Some(person.0) }, now).await?;
    }
    Ok(Ok((person, new_link(txn, person, now).await?)))
}

/// Somebody the school knows already gets an account.
pub async fn open(
    state: &AppState,
    txn: &mut SchoolTransaction,
    person: PersonId,
    email: &str,
    by: Option<PersonId>,
) -> sqlx::Result<Result<String, NoJoiner>> {
    let email = plain_email(email);
    if !is_email(&email) {
        return Ok(Err(NoJoiner::Email));
    }
    if !accounts::create(txn, person, &email, state.clock.now()).await? {
        return Ok(Err(NoJoiner::Taken));
    }
    let deed = Deed { actor: by, verb: Verb::AccountMade, meeting: None, subject: Some(person.0) };
    db::audit::add(txn, deed, state.clock.now()).await?;
    link(state, txn, person).await.map(Ok)
}

/// A link to set the account up by, in place of the one before: for somebody new, or who has lost what opened it.
/// Until it is used, what opened the account still does; then nothing of it does, a school account neither.
pub async fn link(state: &AppState, txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<String> {
    Ok(format!("{}{}", state.url, new_link(txn, person, state.clock.now()).await?))
}

/// Where it leads, without the server’s own address.
async fn new_link(txn: &mut SchoolTransaction, person: PersonId, now: OffsetDateTime) -> sqlx::Result<String> {
    let token = secret::session_id();
    let number =
        accounts::lock(txn, person).await?.and_then(|account| account.totp_number).map_or(0, |number| number + 1);
    accounts::keep_link(txn, person, Hash::of(&token), number, now + LINK_LASTS).await?;
    Ok(format!("/welcome/{token}"))
}

/// The same from the terminal, by whoever runs the machine: for the last one of a school who could have made it. None
/// where no open account has this address.
pub async fn way_in(db: &Db, email: &str, now: OffsetDateTime) -> sqlx::Result<Option<String>> {
    let Some((school, person)) = accounts::find_by_email(db, &plain_email(email)).await? else { return Ok(None) };
    let mut txn = db.begin(school).await?;
    if accounts::lock(&mut txn, person).await?.is_none_or(|account| account.disabled_at.is_some()) {
        return Ok(None);
    }
    let link = new_link(&mut txn, person, now).await?;
    let deed = Deed { actor: None, verb: Verb::AccountLinkMade, meeting: None, subject: Some(person.0) };
    db::audit::add(&mut txn, deed, now).await?;
    txn.commit().await?;
    Ok(Some(link))
}

/// Why nobody was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotNamed {
    /// No open account has this address.
    NoAccount,
    /// Whoever made the link to it has seen that.
    LinkOpen,
    /// They hold that post.
    AlreadyAre,
    /// Somebody in the school can: these.
    OthersCan(Vec<String>),
}

/// Somebody is given a post from the terminal: the first to hold it, where there is no head, or where nobody is left who
/// could give it on; or all the same, where they cannot.
pub async fn name(
    db: &Db,
    (email, post): (&str, Post),
    all_the_same: bool,
    now: OffsetDateTime,
) -> sqlx::Result<Result<(), NotNamed>> {
    let Some((school, person)) = accounts::find_by_email(db, &plain_email(email)).await? else {
        return Ok(Err(NotNamed::NoAccount));
    };
    let mut txn = db.begin(school).await?;
    db::posts::lock(&mut txn).await?;
    if accounts::lock(&mut txn, person).await?.is_none_or(|account| account.disabled_at.is_some()) {
        return Ok(Err(NotNamed::NoAccount));
    }
    if accounts::has_link(&mut txn, person, now).await? {
        return Ok(Err(NotNamed::LinkOpen));
    }
    let holders = db::posts::holders(&mut txn).await?;
    if holders.iter().any(|holder| holder.person == person && holder.posts.contains(&post)) {
        return Ok(Err(NotNamed::AlreadyAre));
    }
    let held = db::posts::all_held(&mut txn).await?;
    // Nobody sets their own, and without an account nobody comes to the page where it is done.
    let can = |holder: &&Holder| {
        holder.person != person && holder.email.is_some() && may_set_post(&holder.posts, post, &held)
    };
    let others: Vec<_> = holders.iter().filter(can).map(|holder| holder.told_apart(&holders)).collect();
    if !others.is_empty() && !all_the_same {
        return Ok(Err(NotNamed::OthersCan(others)));
    }
    db::posts::give(&mut txn, person, post).await?;
    for verb in [Some(Verb::PostsSet), Verb::given(post, true)].into_iter().flatten() {
        db::audit::add(&mut txn, Deed { actor: None, verb, meeting: None, subject: Some(person.0) }, now).await?;
    }
    txn.commit().await?;
    Ok(Ok(()))
}

/// Somebody at their link, before they have chosen anything.
pub struct Welcome {
    pub school: SchoolId,
    pub school_name: String,
    pub account: Account,
    pub app: CodeApp,
    number: i32,
}

/// What a link leads to. Reading it uses nothing up.
pub async fn welcome(state: &AppState, token: &str) -> sqlx::Result<Option<Welcome>> {
    let (now, token) = (state.clock.now(), Hash::of(token));
    let Some((school, person)) = accounts::find_by_link(&state.db, token, now).await? else { return Ok(None) };
    let mut txn = state.db.begin(school).await?;
    find_welcome(state, &mut txn, token, person).await
}

async fn find_welcome(
    state: &AppState,
    txn: &mut SchoolTransaction,
    token: Hash,
    person: PersonId,
) -> sqlx::Result<Option<Welcome>> {
    let account = accounts::lock(txn, person).await?.filter(|account| account.disabled_at.is_none());
    let number = accounts::link_totp(txn, token, state.clock.now()).await?;
    let Some((account, number)) = account.zip(number) else { return Ok(None) };
    let (school, school_name) = (txn.school(), db::schools::name(txn).await?);
    let app = CodeApp::new(&state.join_key, person, number);
    Ok(Some(Welcome { school, school_name, account, app, number }))
}

/// Why an account is not set up yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYet {
    /// The link has been used, or is too old.
    LinkEnded,
    Password(Unfit),
    /// The numbers are not those of the app that was shown.
    Code,
    TooOften,
}

/// An account that is set up: a session, and the codes to be kept on paper.
pub struct Ready {
    pub session: String,
    pub codes: Vec<String>,
    /// A school account opened it before.
    pub ended_school_account: bool,
}

/// A password and the first six numbers of the app: the account is theirs, and the link is used up. Whatever was
/// signed in to it before is not any more.
pub async fn set_up(
    state: &AppState,
    from: Option<std::net::IpAddr>,
    token: &str,
    password: &str,
    code: &str,
    device: &str,
) -> sqlx::Result<Result<Ready, NotYet>> {
    let Some(found) = welcome(state, token).await? else { return Ok(Err(NotYet::LinkEnded)) };
    if let Err(unfit) = password::check(password, &[&found.account.email, &found.account.name, &found.school_name]) {
        return Ok(Err(NotYet::Password(unfit)));
    }
    if !state.may_try(from, &found.account.email) {
        crate::limits::Limit::PasswordTries.reached();
        return Ok(Err(NotYet::TooOften));
    }
    let Some(step) = found.app.check(code, state.clock.now()) else { return Ok(Err(NotYet::Code)) };
    let Some(hash) = state.passwords.hash(password).await else { return Ok(Err(NotYet::TooOften)) };

    // The same link twice at the same moment: the second one finds it used.
    let mut txn = state.db.begin(found.school).await?;
    let person = found.account.person;
    let again = find_welcome(state, &mut txn, Hash::of(token), person).await?;
    let Some(found) = again.filter(|again| again.number == found.number) else { return Ok(Err(NotYet::LinkEnded)) };
    accounts::set_password(&mut txn, person, &hash).await?;
    accounts::set_totp(&mut txn, person, found.number, step).await?;
    accounts::delete_link(&mut txn, person).await?;
    // Nor does a passkey that was there before: the telephone that was lost, or whoever used an earlier link first.
    for key in db::passkeys::list(&mut txn, person).await? {
        db::passkeys::remove(&mut txn, person, key.id).await?;
    }
    // Nor a school account: with the address of this one it may be whoever used an earlier link first.
    let ended_school_account = accounts::unbind(&mut txn, person).await?;
    if ended_school_account {
        db::audit::add(&mut txn, Deed::new(person, Verb::SchoolAccountEnded), state.clock.now()).await?;
    }
    let codes = new_codes(state, &mut txn, person).await?;
    let ended = db::login_sessions::end_all(&mut txn, person, None).await?;
    db::audit::add(&mut txn, Deed::new(person, Verb::AccountSetUp), state.clock.now()).await?;
    let session = sign_in::start(state, txn, person, Proof::Full, device).await?;
    ended.into_iter().for_each(|id| state.sessions.end(id));
    Ok(Ok(Ready { session, codes, ended_school_account }))
}

/// Recovery codes by whoever has both proofs of now; none for who has no password: they would open nothing.
pub async fn codes_once_more(
    state: &AppState,
    from: Option<std::net::IpAddr>,
    viewer: Viewer,
    password: &str,
    code: &str,
) -> sqlx::Result<Result<Vec<String>, NotThem>> {
    let account = accounts::lock(&mut state.db.begin(viewer.school).await?, viewer.person).await?;
    let Some(account) = account.filter(|account| account.password_hash.is_some()) else { return Ok(Ok(vec![])) };
    let known = match once_more::by_password(state, from, viewer, account, password).await? {
        Ok(known) => known,
        Err(why) => return Ok(Err(why)),
    };
    let mut txn = match known.by_code(state, code).await? {
        Ok(txn) => txn,
        Err(why) => return Ok(Err(why)),
    };
    let codes = new_codes(state, &mut txn, viewer.person).await?;
    txn.commit().await?;
    Ok(Ok(codes))
}

/// Recovery codes in place of all before.
pub async fn new_codes(state: &AppState, txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Vec<String>> {
    let codes = recovery::make();
    let hashes: Vec<_> = codes.iter().filter_map(|code| recovery::hash(code)).collect();
    accounts::keep_codes(txn, person, &hashes).await?;
    db::audit::add(txn, Deed::new(person, Verb::RecoveryCodesMade), state.clock.now()).await?;
    Ok(codes)
}

/// Somebody has left: nothing of theirs opens anything, from this moment, on no screen. What they did stays.
pub async fn close(state: &AppState, by: Viewer, person: PersonId) -> sqlx::Result<bool> {
    let now = state.clock.now();
    let mut txn = state.db.begin(by.school).await?;
    if !accounts::set_disabled(&mut txn, person, Some(now)).await? {
        return Ok(false);
    }
    accounts::delete_link(&mut txn, person).await?;
    let ended = db::login_sessions::end_all(&mut txn, person, None).await?;
    db::audit::add(&mut txn, Deed::new(by.person, Verb::AccountClosed).about(person.0), now).await?;
    txn.commit().await?;
    // On this server at once; others look every half second.
    ended.into_iter().for_each(|id| state.sessions.end(id));
    Ok(true)
}

/// Somebody is back. What opened their account before does again.
pub async fn reopen(state: &AppState, by: Viewer, person: PersonId) -> sqlx::Result<bool> {
    let mut txn = state.db.begin(by.school).await?;
    let back = accounts::set_disabled(&mut txn, person, None).await?;
    if back {
        let deed = Deed::new(by.person, Verb::AccountReopened).about(person.0);
        db::audit::add(&mut txn, deed, state.clock.now()).await?;
        txn.commit().await?;
    }
    Ok(back)
}

/// Enough to be written to. Whether somebody reads it there is found out by writing.
pub(super) fn is_email(email: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control() && letter != '@')
    };
    email.len() <= 254
        && email.split_once('@').is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
}

/// “Mrs Joanna Pike” is called Mrs Pike, “Joanna Pike” Joanna.
fn called(name: &str) -> String {
    let first = || name.split(' ').next().unwrap_or(name).to_owned();
    titles::called(name).unwrap_or_else(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_can_be_written_to() {
        for good in ["j.pike@larkfield.example", "żaneta@szkoła.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "pike", "@larkfield.example", "pike@", "pike@larkfield", "a b@c.d", "a@b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn people_are_called_as_in_a_meeting() {
        assert_eq!(called("Mrs Joanna Pike"), "Mrs Pike");
        assert_eq!(called("Mx Alex Reed"), "Mx Reed");
        assert_eq!(called("Joanna Pike"), "Joanna");
        assert_eq!(called("Dr"), "Dr");
    }
}
