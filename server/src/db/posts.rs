//! Who is what in the school.

use app::backend::Viewer;
use shared::{PersonId, PupilId, rights::Post};
use time::OffsetDateTime;

use super::SchoolTransaction;
use crate::audit::Verb;

pub async fn give(txn: &mut SchoolTransaction, person: PersonId, post: Post) -> sqlx::Result<()> {
    give_of_class(txn, person, post, "").await
}

/// The same, with the class that a teacher teaches.
pub async fn give_of_class(
    txn: &mut SchoolTransaction,
    person: PersonId,
    post: Post,
    class_name: &str,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into posts (school_id, person_id, post, class_name) values ($1, $2, $3, $4) on conflict do nothing",
        school,
        person.0,
        post.name(),
        class_name
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Posts, and the ways in that depend on them, are set one at a time in a school until this transaction ends.
pub async fn lock(txn: &mut SchoolTransaction) -> sqlx::Result<()> {
    let school = txn.school().0.to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('posts ' || $1, 0))", school)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// These posts in place of all that somebody held.
pub async fn set(txn: &mut SchoolTransaction, person: PersonId, posts: &[Post], class_name: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from posts where person_id = $1", person.0).execute(txn.connection()).await?;
    for post in posts {
        let class_name = if *post == Post::Teacher { class_name } else { "" };
        give_of_class(txn, person, *post, class_name).await?;
    }
    Ok(())
}

/// What somebody is here, as far as the way they came in shows it: where the school’s pages need an account, a link to
/// a meeting opens that meeting alone.
pub async fn held(txn: &mut SchoolTransaction, viewer: Viewer) -> sqlx::Result<Vec<Post>> {
    let names = sqlx::query_scalar!(
        "select post from posts p join schools s on s.school_id = p.school_id
         where person_id = $1 and not ($2 and s.pages_need_account)",
        viewer.person.0,
        viewer.by_link.is_some()
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(names.iter().filter_map(|name| Post::from_name(name)).collect())
}

/// Somebody who works here, and what they are.
#[derive(Clone, Debug)]
pub struct Holder {
    pub person: PersonId,
    pub name: String,
    pub posts: Vec<Post>,
    pub class_name: String,
    pub email: Option<String>,
}

impl Holder {
    /// Their name, with what they are where somebody else of this list has the same one.
    pub fn told_apart(&self, among: &[Self]) -> String {
        let name = self.name.to_lowercase();
        if among.iter().all(|other| other.person == self.person || other.name.to_lowercase() != name) {
            return self.name.clone();
        }
        let posts = self.posts.iter().map(|post| post.words());
        let class = Some(self.class_name.as_str()).filter(|class| !class.is_empty());
        let mut what: Vec<_> = posts.chain(class).chain(self.email.as_deref()).collect();
        if what.is_empty() {
            what.push("no post, no account");
        }
        format!("{} ({})", self.name, what.join(", "))
    }
}

pub(super) struct Row {
    pub id: uuid::Uuid,
    pub full_name: String,
    pub posts: Vec<String>,
    pub class_name: String,
    pub email: Option<String>,
}

impl From<Row> for Holder {
    fn from(row: Row) -> Self {
        Self {
            person: PersonId(row.id),
            name: row.full_name,
            posts: row.posts.iter().filter_map(|name| Post::from_name(name)).collect(),
            class_name: row.class_name,
            email: row.email,
        }
    }
}

/// Everybody of the staff, with a post or without one; who has left is not among them.
pub async fn holders(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Holder>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.full_name,
                  array(select post from posts where person_id = p.id order by post) as "posts!",
                  coalesce((select max(class_name) from posts where person_id = p.id), '') as "class_name!",
                  (select email from accounts where person_id = p.id) as "email?"
           from people p
           where (p.kind = 'staff' or exists (select from posts where person_id = p.id))
             and not exists (select from accounts a where a.person_id = p.id and a.disabled_at is not null)
           order by p.full_name, p.id
           limit 1000"#
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(Holder::from).collect())
}

/// Who teaches a child’s class.
pub async fn class_teachers(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select person.display_name
         from pupils p
           join posts on posts.class_name = p.class_name
           join people person on person.id = posts.person_id
         where p.id = $1 and p.class_name <> '' and posts.post = 'teacher'
         order by person.display_name",
        pupil.0
    )
    .fetch_all(txn.connection())
    .await
}

/// A post that is kept, given to somebody or taken from them.
#[derive(Clone, Debug)]
pub struct Told {
    pub at: OffsetDateTime,
    pub verb: String,
    pub by: Option<String>,
    pub whom: Option<String>,
}

/// The newest of these deeds since a moment, but for somebody’s own.
pub async fn told(
    txn: &mut SchoolTransaction,
    but_of: PersonId,
    verbs: &[Verb],
    since: OffsetDateTime,
) -> sqlx::Result<Vec<Told>> {
    let verbs: Vec<_> = verbs.iter().map(|verb| verb.name().to_owned()).collect();
    let school = txn.school().0;
    sqlx::query_as!(
        Told,
        r#"select a.at, a.verb, who.full_name as "by?", whom.full_name as "whom?"
           from audit a
             left join people who on who.id = a.actor
             left join people whom on whom.id = a.subject
           where a.school_id = $1 and (a.verb like 'named-%' or a.verb like 'no-longer-%')
             and a.verb = any ($2) and a.at >= $3 and a.actor is distinct from $4
           order by a.at desc, a.number desc limit 12"#,
        school,
        &verbs,
        since,
        but_of.0
    )
    .fetch_all(txn.connection())
    .await
}

/// Every post that anybody holds, also who has left: then it is for whoever runs the machine to give.
pub async fn all_held(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Post>> {
    let names = sqlx::query_scalar!("select distinct post from posts").fetch_all(txn.connection()).await?;
    Ok(names.iter().filter_map(|name| Post::from_name(name)).collect())
}

/// Whether anybody holds this post.
pub async fn is_held(txn: &mut SchoolTransaction, post: Post) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(r#"select exists (select from posts where post = $1) as "held!""#, post.name());
    held.fetch_one(txn.connection()).await
}
