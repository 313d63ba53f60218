//! Who is what in the school.

use app::backend::Viewer;
use shared::{PersonId, rights::Post};

use super::SchoolTransaction;

pub async fn give(txn: &mut SchoolTransaction, person: PersonId, post: Post) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into posts (school_id, person_id, post) values ($1, $2, $3) on conflict do nothing",
        school,
        person.0,
        post.name()
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// What somebody is here, as far as the way they came in shows it: where the school’s pages need an account, a link to
/// a meeting opens that meeting alone.
pub async fn held(txn: &mut SchoolTransaction, viewer: Viewer) -> sqlx::Result<Vec<Post>> {
    let names = sqlx::query_scalar!(
        "select post from posts p join schools s on s.school_id = p.school_id
         where person_id = $1 and not ($2 and s.pages_need_account)",
        viewer.person.0,
        viewer.by_link
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(names.iter().filter_map(|name| Post::from_name(name)).collect())
}
