//! Two people with the posts of one colleague open: what the second is told of the first.

use app::backend::Viewer;
use shared::rights::Post;

use crate::db::{self, SchoolTransaction, posts::Holder};

/// What a form shows of somebody, for the form to send along.
pub(super) fn shown(posts: &[Post], class_name: &str) -> String {
    let posts: Vec<_> = Post::ALL.into_iter().filter(|post| posts.contains(post)).map(Post::name).collect();
    format!("{}/{class_name}", posts.join(" "))
}

/// Who changed what since the form was shown; nothing, if all of it stands as it stood.
pub(super) async fn said(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    holder: &Holder,
    shown: &str,
) -> sqlx::Result<Option<String>> {
    let what = changed(shown, &holder.posts, &holder.class_name);
    if what.is_empty() {
        return Ok(None);
    }
    let who = match db::audit::set_posts(txn, holder.person).await? {
        Some(Some(person)) if person == viewer.person => Some("You, on another page,".to_owned()),
        Some(Some(person)) => db::people::display_name(txn, person).await?,
        Some(None) => Some("Whoever runs the server".to_owned()),
        None => None,
    };
    let (who, name) = (who.as_deref().unwrap_or("Somebody"), &holder.name);
    Ok(Some(format!(
        "{who} changed what {name} is while you had this page open: {}. Of what you chose nothing was set. Their boxes \
         are as it is now: change them, and set them again.",
        what.join(", ")
    )))
}

fn changed(shown: &str, posts: &[Post], class_name: &str) -> Vec<String> {
    let (had, class) = shown.split_once('/').unwrap_or((shown, ""));
    let had: Vec<_> = had.split(' ').filter_map(Post::from_name).collect();
    let of_post = |post: Post| match (had.contains(&post), posts.contains(&post)) {
        (false, true) => Some(format!("{} was added", post.words())),
        (true, false) => Some(format!("{} was taken away", post.words())),
        (true, true) | (false, false) => None,
    };
    let mut what: Vec<_> = Post::ALL.into_iter().filter_map(of_post).collect();
    if class != class_name {
        what.push(if class_name.is_empty() {
            "no class".to_owned()
        } else {
            format!("the class is “{class_name}”")
        });
    }
    what
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_what_stands_there_until_somebody_changes_it() {
        let held = [Post::Teacher, Post::Senco];
        assert!(changed(&shown(&held, "4Q/5"), &held, "4Q/5").is_empty());
        assert!(changed(&shown(&[], ""), &[], "").is_empty());
        assert_eq!(
            changed(&shown(&held, "4Q"), &[Post::Teacher, Post::Assistant], "5S"),
            ["SENCO was taken away", "Assistant was added", "the class is “5S”"]
        );
        assert_eq!(changed("", &[Post::Head], ""), ["Head was added"]);
    }
}
