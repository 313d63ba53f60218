//! Who is signed in, on which device. Only hashes of their ids come here.

use app::backend::{LinkSession, Viewer};
use shared::{MeetingId, PersonId, SchoolId};
use time::{Duration, OffsetDateTime};

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By a link to a meeting.
    Link,
    /// With an account, by one proof: it opens nothing yet.
    Half,
    /// With an account, by two, or by a passkey, which is two.
    Full,
}

impl Proof {
    pub const ALL: [Self; 3] = [Self::Link, Self::Half, Self::Full];

    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Half => "half",
            Self::Full => "full",
        }
    }
}

pub struct LoginSession {
    pub viewer: Viewer,
    pub proof: Proof,
    pub seen_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// Whose session this is. Needs no school to be known.
pub async fn find(db: &Db, id: Hash) -> sqlx::Result<Option<LoginSession>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", person_id as "person_id!", proof as "proof!",
                  seen_at as "seen_at!", expires_at as "expires_at!"
           from login_session_find($1)"#,
        id.as_bytes()
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| {
        // One that is not known opens nothing.
        let proof = Proof::ALL.into_iter().find(|proof| proof.name() == row.proof).unwrap_or(Proof::Half);
        let (school, person) = (SchoolId(row.school_id), PersonId(row.person_id));
        let by_link = (proof == Proof::Link).then(|| id.into());
        let viewer = Viewer { school, person, by_link };
        LoginSession { viewer, proof, seen_at: row.seen_at, expires_at: row.expires_at }
    }))
}

/// Which of these have not ended. Needs no school to be known.
pub async fn good(db: &Db, ids: &[Hash], now: OffsetDateTime) -> sqlx::Result<Vec<Hash>> {
    let hashes: Vec<_> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    let good = sqlx::query_scalar!(r#"select id_hash as "id_hash!" from login_sessions_good($1, $2)"#, &hashes, now)
        .fetch_all(db.without_school())
        .await?;
    Ok(good.into_iter().filter_map(|hash| Hash::from_bytes(&hash)).collect())
}

pub async fn create(
    txn: &mut SchoolTransaction,
    id: Hash,
    person: PersonId,
    device: &str,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    create_with(txn, id, person, Proof::Link, device, now, expires_at).await
}

/// The same, for somebody who came in another way.
pub async fn create_with(
    txn: &mut SchoolTransaction,
    id: Hash,
    person: PersonId,
    proof: Proof,
    device: &str,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into login_sessions (school_id, id_hash, person_id, device, proof, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        school,
        id.as_bytes(),
        person.0,
        device,
        proof.name(),
        now,
        expires_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// This session went through the door of this meeting. What is agreed has none, so that nobody goes through it before
/// it is opened again. Whether that is news.
pub async fn let_in(txn: &mut SchoolTransaction, session: LinkSession, meeting: MeetingId) -> sqlx::Result<bool> {
    let came = sqlx::query!(
        "update login_sessions set let_in = array_append(let_in, $2)
         where id_hash = $1 and not $2 = any (let_in)
           and exists (select from meetings where id = $2 and stage <> 'agreed')",
        session.0.as_slice(),
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    Ok(came.rows_affected() == 1)
}

/// This session was made by a link to this meeting, and reads of its child.
pub async fn made_for(txn: &mut SchoolTransaction, session: LinkSession, meeting: MeetingId) -> sqlx::Result<()> {
    sqlx::query!(
        "update login_sessions set children = array_append(children, m.pupil_id) from meetings m
         where id_hash = $1 and m.id = $2 and not m.pupil_id = any (children)",
        session.0.as_slice(),
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Whoever opens another of their links in the same browser stays where they were let in before. One that does not last
/// as long as sessions do ends with its link: so do its places, wherever they are taken.
pub async fn take_along(
    txn: &mut SchoolTransaction,
    from: LinkSession,
    to: LinkSession,
    lasts: Duration,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update login_sessions now
         set let_in = before.let_in, children = before.children,
             expires_at = case when before.expires_at < before.created_at + make_interval(secs => $3)
               then least(now.expires_at, before.expires_at) else now.expires_at end
         from login_sessions before
         where now.id_hash = $2 and before.id_hash = $1",
        from.0.as_slice(),
        to.0.as_slice(),
        lasts.as_seconds_f64()
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn touch(txn: &mut SchoolTransaction, id: Hash, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update login_sessions set seen_at = $2 where id_hash = $1", id.as_bytes(), now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

pub async fn end(txn: &mut SchoolTransaction, id: Hash) -> sqlx::Result<()> {
    sqlx::query!("delete from login_sessions where id_hash = $1", id.as_bytes()).execute(txn.connection()).await?;
    Ok(())
}

/// Ends those that have run out, so that nobody’s devices are remembered for longer than needed.
pub async fn end_expired(txn: &mut SchoolTransaction, now: OffsetDateTime) -> sqlx::Result<u64> {
    let ended =
        sqlx::query!("delete from login_sessions where expires_at <= $1", now).execute(txn.connection()).await?;
    Ok(ended.rows_affected())
}

/// Marks these as in use.
pub async fn touch_all(txn: &mut SchoolTransaction, ids: &[Hash], now: OffsetDateTime) -> sqlx::Result<()> {
    let hashes: Vec<_> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    sqlx::query!("update login_sessions set seen_at = $2 where id_hash = any ($1) and seen_at < $2", &hashes, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// One of somebody’s sessions, for their own list.
pub struct Listed {
    pub id: Hash,
    pub device: String,
    pub by_link: bool,
    pub created_at: OffsetDateTime,
    pub seen_at: OffsetDateTime,
}

pub async fn list(txn: &mut SchoolTransaction, person: PersonId, now: OffsetDateTime) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        "select id_hash, device, proof, created_at, seen_at from login_sessions
         where person_id = $1 and expires_at > $2 order by seen_at desc",
        person.0,
        now
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let by_link = row.proof == Proof::Link.name();
            let id = Hash::from_bytes(&row.id_hash)?;
            Some(Listed { id, device: row.device, by_link, created_at: row.created_at, seen_at: row.seen_at })
        })
        .collect())
}

/// Ends all that links made for this person, but for the one that asks for it: their link is in other hands.
pub async fn end_by_link(
    txn: &mut SchoolTransaction,
    person: PersonId,
    asking: Option<LinkSession>,
) -> sqlx::Result<()> {
    let asking = asking.map(|session| session.0.to_vec());
    sqlx::query!(
        "delete from login_sessions where person_id = $1 and proof = 'link' and id_hash is distinct from $2",
        person.0,
        asking
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Those who came to this meeting by the code are here no longer than that.
pub async fn end_by_code(txn: &mut SchoolTransaction, meeting: MeetingId, ends: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update login_sessions set expires_at = $2
         where proof = 'link' and expires_at > $2
           and person_id in (select person_id from participants where meeting_id = $1 and by_code)",
        meeting.0,
        ends
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Ends all sessions of this person but, if it is given, the one they ask from. Returns those that ended.
pub async fn end_all(txn: &mut SchoolTransaction, person: PersonId, but: Option<Hash>) -> sqlx::Result<Vec<Hash>> {
    let but = but.map(|id| id.as_bytes().to_vec());
    let ended = sqlx::query_scalar!(
        "delete from login_sessions where person_id = $1 and id_hash is distinct from $2 returning id_hash",
        person.0,
        but
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(ended.iter().filter_map(|id| Hash::from_bytes(id)).collect())
}
