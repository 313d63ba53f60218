//! Who is what in the school.

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

pub async fn held(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Vec<Post>> {
    let names = sqlx::query_scalar!("select post from posts where person_id = $1", person.0)
        .fetch_all(txn.connection())
        .await?;
    Ok(names.iter().filter_map(|name| Post::from_name(name)).collect())
}
