//! Accounts of staff, and what opens them but for passkeys.

use shared::{PersonId, SchoolId, rights::Post};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

/// An account. Whoever holds this row’s lock is the only one who signs in to it just now.
#[derive(Clone, Debug)]
pub struct Account {
    pub person: PersonId,
    pub email: String,
    /// Of the person, as the place card says it.
    pub name: String,
    pub password_hash: Option<String>,
    pub totp_number: Option<i32>,
    pub totp_used: i64,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    /// Who it was at a provider, until a link ended that.
    ended_subjects: Vec<String>,
    pub disabled_at: Option<OffsetDateTime>,
}

impl Account {
    /// Whether this may be who they are to a provider, so far as is known.
    pub fn may_be(&self, issuer: &str, subject: &str) -> bool {
        self.subject.is_none() && !self.ended_subjects.contains(&format!("{issuer} {subject}"))
    }
}

/// Whose address this is. Needs no school to be known.
pub async fn find_by_email(db: &Db, email: &str) -> sqlx::Result<Option<(SchoolId, PersonId)>> {
    let row =
        sqlx::query!(r#"select school_id as "school_id!", person_id as "person_id!" from account_find($1)"#, email)
            .fetch_optional(db.without_school())
            .await?;
    Ok(row.map(|row| (SchoolId(row.school_id), PersonId(row.person_id))))
}

/// Whose first way in this is. Needs no school to be known.
pub async fn find_by_link(db: &Db, token: Hash, now: OffsetDateTime) -> sqlx::Result<Option<(SchoolId, PersonId)>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", person_id as "person_id!" from account_link_find($1, $2)"#,
        token.as_bytes(),
        now
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| (SchoolId(row.school_id), PersonId(row.person_id))))
}

/// Whose account the school’s provider means.
pub async fn find_by_subject(
    txn: &mut SchoolTransaction,
    issuer: &str,
    subject: &str,
) -> sqlx::Result<Option<PersonId>> {
    let found =
        sqlx::query_scalar!("select person_id from accounts where issuer = $1 and subject = $2", issuer, subject)
            .fetch_optional(txn.connection())
            .await?;
    Ok(found.map(PersonId))
}

/// The account, and nobody else signs in to it until this transaction ends.
pub async fn lock(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        "select a.person_id, a.email, p.display_name, a.password_hash, a.totp_number, a.totp_used, a.issuer, a.subject,
                a.ended_subjects, a.disabled_at
         from accounts a join people p on p.id = a.person_id
         where a.person_id = $1 for update of a",
        person.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Account {
        person: PersonId(row.person_id),
        email: row.email,
        name: row.display_name,
        password_hash: row.password_hash,
        totp_number: row.totp_number,
        totp_used: row.totp_used,
        issuer: row.issuer,
        subject: row.subject,
        ended_subjects: row.ended_subjects,
        disabled_at: row.disabled_at,
    }))
}

/// A new account. Whether the address was free.
pub async fn create(
    txn: &mut SchoolTransaction,
    person: PersonId,
    email: &str,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let school = txn.school().0;
    let made = sqlx::query!(
        "insert into accounts (school_id, person_id, email, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        school,
        person.0,
        email,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(made.rows_affected() == 1)
}

pub async fn set_password(txn: &mut SchoolTransaction, person: PersonId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!("update accounts set password_hash = $2 where person_id = $1", person.0, hash)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Another code app, which has just shown this half minute’s numbers.
pub async fn set_totp(txn: &mut SchoolTransaction, person: PersonId, number: i32, used: i64) -> sqlx::Result<()> {
    sqlx::query!("update accounts set totp_number = $2, totp_used = $3 where person_id = $1", person.0, number, used)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// These numbers, and those of before, open nothing any more.
pub async fn use_totp(txn: &mut SchoolTransaction, person: PersonId, used: i64) -> sqlx::Result<()> {
    sqlx::query!("update accounts set totp_used = $2 where person_id = $1", person.0, used)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Who they are to the school’s provider, from now on.
pub async fn bind(txn: &mut SchoolTransaction, person: PersonId, issuer: &str, subject: &str) -> sqlx::Result<()> {
    sqlx::query!("update accounts set issuer = $2, subject = $3 where person_id = $1", person.0, issuer, subject)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Whoever they were to the provider opens nothing any more, nor is taken for them again by an address. Whether that is
/// a change.
pub async fn unbind(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        "update accounts
         set ended_subjects = array_append(ended_subjects, issuer || ' ' || subject), issuer = null, subject = null
         where person_id = $1 and subject is not null",
        person.0
    )
    .execute(txn.connection())
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Somebody has left, or is back. Whether that is a change.
pub async fn set_disabled(
    txn: &mut SchoolTransaction,
    person: PersonId,
    at: Option<OffsetDateTime>,
) -> sqlx::Result<bool> {
    let set = sqlx::query!(
        "update accounts set disabled_at = $2
         where person_id = $1 and (disabled_at is null) <> ($2::timestamptz is null)",
        person.0,
        at
    )
    .execute(txn.connection())
    .await?;
    Ok(set.rows_affected() == 1)
}

/// Whether this person had an account here and has left: then a link to a meeting is no way in either.
pub async fn has_left(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from accounts where person_id = $1 and disabled_at is not null
           ) as "left!""#,
        person.0
    )
    .fetch_one(txn.connection())
    .await
}

/// Puts a first way in in place of the one before. The number is of a secret no app has yet, nor was one shown by the
/// way in before.
pub async fn keep_link(
    txn: &mut SchoolTransaction,
    person: PersonId,
    token: Hash,
    totp_number: i32,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into account_links (school_id, token_hash, person_id, totp_number, expires_at)
         values ($1, $2, $3, $4, $5)
         on conflict (person_id) do update
         set token_hash = excluded.token_hash, expires_at = excluded.expires_at,
             totp_number = greatest(excluded.totp_number, account_links.totp_number + 1)",
        school,
        token.as_bytes(),
        person.0,
        totp_number,
        expires_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Which secret of the code app belongs to this way in, if it is still good.
pub async fn link_totp(txn: &mut SchoolTransaction, token: Hash, now: OffsetDateTime) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "select totp_number from account_links where token_hash = $1 and $2 < expires_at",
        token.as_bytes(),
        now
    )
    .fetch_optional(txn.connection())
    .await
}

/// Whether a way in was made for somebody that nobody has used yet.
pub async fn has_link(txn: &mut SchoolTransaction, person: PersonId, now: OffsetDateTime) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from account_links where person_id = $1 and $2 < expires_at) as "has_link!""#,
        person.0,
        now
    )
    .fetch_one(txn.connection())
    .await
}

pub async fn delete_link(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("delete from account_links where person_id = $1", person.0).execute(txn.connection()).await?;
    Ok(())
}

/// These codes in place of all before.
pub async fn keep_codes(txn: &mut SchoolTransaction, person: PersonId, codes: &[Hash]) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("delete from recovery_codes where person_id = $1", person.0).execute(txn.connection()).await?;
    let hashes: Vec<_> = codes.iter().map(|code| code.as_bytes().to_vec()).collect();
    sqlx::query!(
        "insert into recovery_codes (school_id, code_hash, person_id) select $1, unnest($2::bytea[]), $3",
        school,
        &hashes,
        person.0
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Takes this code, if it is one of theirs.
pub async fn use_code(txn: &mut SchoolTransaction, person: PersonId, code: Hash) -> sqlx::Result<bool> {
    let used =
        sqlx::query!("delete from recovery_codes where person_id = $1 and code_hash = $2", person.0, code.as_bytes())
            .execute(txn.connection())
            .await?;
    Ok(used.rows_affected() == 1)
}

pub async fn codes_left(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "left!" from recovery_codes where person_id = $1"#, person.0)
        .fetch_one(txn.connection())
        .await
}

/// Somebody of the staff, for the page that lists them.
#[derive(Clone, Debug)]
pub struct Colleague {
    pub person: PersonId,
    pub name: String,
    pub posts: Vec<Post>,
    /// None without an account.
    pub email: Option<String>,
    pub is_disabled: bool,
    /// Has a password with a code app, a passkey, or has come from the school’s provider.
    pub is_ready: bool,
}

/// Everybody who works here: with a post, or with an account.
pub async fn staff(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Colleague>> {
    let rows = sqlx::query!(
        r#"select p.id, p.full_name, a.email as "email?", (a.disabled_at is not null) as "is_disabled!",
                  array(select post from posts where person_id = p.id order by post) as "posts!",
                  coalesce(a.totp_number is not null or a.subject is not null
                    or exists (select from passkeys k where k.person_id = p.id), false) as "is_ready!"
           from people p left join accounts a on a.person_id = p.id
           where a.person_id is not null or exists (select from posts where person_id = p.id)
           order by a.disabled_at is not null, p.full_name"#
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Colleague {
            person: PersonId(row.id),
            name: row.full_name,
            posts: row.posts.iter().filter_map(|post| Post::from_name(post)).collect(),
            email: row.email,
            is_disabled: row.is_disabled,
            is_ready: row.is_ready,
        })
        .collect())
}
