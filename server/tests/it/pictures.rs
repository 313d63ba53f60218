//! A photograph or drawing on a passport: chosen by whoever may change that, seen by whoever may read it, made anew, and
//! gone when it is taken away; and files that are no picture, or more than one.

mod files;
mod refused;

use app::error::AppError;
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use server::db;
use shared::PupilId;
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower::ServiceExt;

pub(crate) use self::files::drawing;
use self::files::{from_a_telephone, has, photograph, size};
use crate::support::{TestServer, owner, text};

pub(crate) const KIND: &str = "multipart/form-data; boundary=x";

/// What a form with a picture sends.
pub(crate) fn form(words: &str, file: &[u8]) -> Vec<u8> {
    let words = format!("--x\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n{words}\r\n");
    let name = "--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"../../etc/<i9q>.svg\"\r\n\
                Content-Type: image/svg+xml\r\n\r\n";
    [words.as_bytes(), name.as_bytes(), file, b"\r\n--x--\r\n"].concat()
}

async fn send(server: &TestServer, cookie: Option<&str>, child: PupilId, body: impl Into<Body>) -> Response<Body> {
    let request = Request::post(format!("/pupils/{child}/picture"))
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "meetings.example")
        .header(header::CONTENT_TYPE, KIND)
        .header(header::COOKIE, cookie.unwrap_or("sid=nobody"));
    server.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
}

async fn seen(server: &TestServer, cookie: Option<&str>, child: PupilId) -> (StatusCode, Vec<u8>) {
    let answer = server.get(&format!("/pupils/{child}/picture"), cookie).await;
    let status = answer.status();
    if status == StatusCode::OK {
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"));
    }
    (status, to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec())
}

/// What was written down of pictures.
async fn deeds(owner: &mut PgConnection) -> Vec<String> {
    let sql = "select verb from audit where verb like 'picture-%' order by number";
    sqlx::query_scalar(sql).fetch_all(owner).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn it_is_chosen_seen_replaced_and_taken_away(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let (teacher, mum) = (server.seat("Tomek", "Miss Qureshi", 3).await, server.seat("Tomek", "Agnieszka", 3).await);
    let child = server.pupil_of(&mum).await;
    let (hers, mums) = (server.sign_in(&teacher).await, server.sign_in(&mum).await);
    let passport = format!("/pupils/{child}/passport");
    let (_, first) = seen(&server, Some(&mums), child).await;

    let file = from_a_telephone(&photograph(1200, 600), b"");
    assert!(has(&file, b"at 52.41 N") && has(&file, b"Exif"));
    let answer = send(&server, Some(&hers), child, form("Tomek & his “train”", &file)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], format!("{passport}?done=picture"));
    let (_, second) = seen(&server, Some(&mums), child).await;
    assert_ne!(second, first);
    assert_eq!(size(&second), (200, 400), "small, and the way it was held");
    for trace in [b"Exif".as_slice(), b"52.41", b"GPS", b"i9q"] {
        assert!(!has(&second, trace), "{}", String::from_utf8_lossy(trace));
    }
    assert!(second.len() < 60_000, "{}", second.len());
    // It stands there with what is on it, for the family too, and everywhere it belongs without.
    for page in [&passport, &format!("/pupils/{child}")] {
        let page = text(server.get(page, Some(&mums)).await).await;
        assert!(page.contains("alt=\"Tomek &amp; his “train”\""), "{page}");
    }
    let told = text(server.get(&format!("{passport}?done=picture"), Some(&hers)).await).await;
    assert!(told.contains("The picture is on the passport."));
    for page in ["/".to_owned(), format!("/meetings/{}", mum.meeting)] {
        assert!(
            text(server.get(&page, Some(&mums)).await).await.contains(&format!("/pupils/{child}/picture")),
            "{page}"
        );
    }

    // Another one, by the family, takes its place: of the first nothing is left.
    assert_eq!(send(&server, Some(&mums), child, form("A drawing", &drawing(90, 60))).await.status(), 303);
    let (_, third) = seen(&server, Some(&hers), child).await;
    assert_eq!(size(&third), (90, 60));
    let kept: Vec<(Vec<u8>, String)> = sqlx::query_as("select jpeg, words from pictures where pupil_id = $1")
        .bind(child.0)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(kept, [(third, "A drawing".to_owned())]);

    for _ in 0..2 {
        let answer = server.post(&format!("/pupils/{child}/picture/remove"), Some(&hers)).await;
        assert_eq!(answer.headers()[header::LOCATION], format!("{passport}?done=no-picture"));
    }
    assert_eq!(seen(&server, Some(&hers), child).await.0, StatusCode::NOT_FOUND);
    let page = text(server.get(&passport, Some(&hers)).await).await;
    assert!(!page.contains("A drawing") && !page.contains("<img") && page.contains("Put it on the passport"));
    assert_eq!(deeds(&mut owner).await, ["picture-chosen", "picture-chosen", "picture-taken-away"]);
    let rows: i64 = sqlx::query_scalar("select count(*) from pictures where pupil_id = $1")
        .bind(child.0)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[sqlx::test(migrations = false)]
async fn it_is_for_those_who_read_the_passport_and_chosen_by_those_who_change_it(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let tomek = server.seat("Tomek", "Tomek", 3).await;
    let child = server.pupil_of(&tomek).await;
    let passport = format!("/pupils/{child}/passport");
    let before = seen(&server, Some(&server.sign_in(&tomek).await), child).await;
    assert_eq!(before.0, StatusCode::OK);
    let form = form("Somebody else", &drawing(8, 8));
    // A visitor reads it; who came for one meeting, who is of another table, of another school, or nobody, does not.
    for (pupil, name, reads, sends) in [
        ("Tomek", "Callum", 200, 403),
        ("Tomek", "Ewa", 404, 404),
        ("Kai", "Pat", 404, 404),
        ("Amara", "Denise", 404, 404),
        ("", "", 401, 401),
    ] {
        let cookie =
            if name.is_empty() { None } else { Some(server.sign_in(&server.seat(pupil, name, 3).await).await) };
        let cookie = cookie.as_deref();
        assert_eq!(seen(&server, cookie, child).await.0, reads, "{name}");
        assert_eq!(send(&server, cookie, child, form.clone()).await.status(), sends, "{name}");
        assert_eq!(server.post(&format!("/pupils/{child}/picture/remove"), cookie).await.status(), sends, "{name}");
        if reads == 200 {
            let page = text(server.get(&passport, cookie).await).await;
            assert!(page.contains(&format!("/pupils/{child}/picture\"")) && !page.contains("type=\"file\""), "{name}");
        }
    }
    // At the table a page names no picture that its reader would not be shown.
    let ewa = server.seat("Tomek", "Ewa", 3).await;
    let page = server.backend.meeting_page(ewa.viewer, ewa.meeting).await.unwrap();
    assert_eq!(page.pupil.portrait, None);
    // Whoever is kept from the child is not shown it from that moment.
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let hers = server.sign_in(&mum).await;
    assert_eq!(seen(&server, Some(&hers), child).await, before);
    let mut txn = server.db.begin(mum.viewer.school).await.unwrap();
    db::pupils::withhold(&mut txn, child, mum.viewer.person, "So it was decided").await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(seen(&server, Some(&hers), child).await.0, StatusCode::NOT_FOUND);
    assert_eq!(send(&server, Some(&hers), child, form.clone()).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.backend.passport_page(mum.viewer, child, None).await.err(), Some(AppError::NotFound));
    // Nor from another site’s page.
    let request = Request::post(format!("/pupils/{child}/picture"))
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, KIND)
        .header(header::COOKIE, server.sign_in(&tomek).await);
    let answer = server.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(deeds(&mut owner).await, Vec::<String>::new());
    assert_eq!(seen(&server, Some(&server.sign_in(&tomek).await), child).await, before);
}
