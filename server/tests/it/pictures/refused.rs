//! Files that are no picture, half of one, or one that would not fit: each is refused in words, and changes nothing.

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
};
use futures::{StreamExt, future::join_all};
use server::limits::{Limit, PICTURE_LIMIT};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::mpsc;

use super::{
    deeds,
    files::{drawing, from_a_telephone, has, is_huge, photograph, says_it_is_huge},
    form, seen, send,
};
use crate::{
    attacks::markup::as_markup,
    support::{
        TestServer,
        limit::{answers, most},
        owner, text,
    },
};

const NO_PICTURE: &str = "This is not a picture we can read.";
const TOO_LARGE: &str = "This picture is too large to be read";
const BROKEN: &str = "This picture is damaged, or not all of it is there.";
/// Who may choose the picture of their child: one more than may send one at once.
const EVERYBODY: [(&str, &str); 9] = [
    ("Tomek", "Miss Qureshi"),
    ("Tomek", "Mr Adeyemi"),
    ("Tomek", "Agnieszka"),
    ("Tomek", "Marek"),
    ("Tomek", "Tomek"),
    ("Kai", "Pat"),
    ("Kai", "Kai"),
    ("Amara", "Denise"),
    ("Tomek", "Mrs Pike"),
];
const TOO_LONG: &str = "This file is larger than 10 MB.";

#[sqlx::test(migrations = false)]
async fn what_is_no_picture_is_refused_in_words_and_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let (child, cookie) = (server.pupil_of(&senco).await, server.sign_in(&senco).await);
    let before = seen(&server, Some(&cookie), child).await;
    let (jpeg, png) = (from_a_telephone(&photograph(300, 200), &photograph(16, 16)), drawing(300, 200));
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='i9q()'><script>i9q</script></svg>";
    let words = "<i9q onerror=i9q> \" onfocus=i9q x=\"";
    for (what, file, said) in [
        ("words", b"hello".to_vec(), NO_PICTURE),
        ("SVG", svg.to_vec(), NO_PICTURE),
        ("a page", b"<!DOCTYPE html><script>i9q</script>".to_vec(), NO_PICTURE),
        (
            "a GIF",
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec(),
            NO_PICTURE,
        ),
        ("a page that begins like a GIF", b"GIF89a/*<svg onload=i9q>*/=1;".to_vec(), NO_PICTURE),
        ("a page that begins like a JPEG", [b"\xff\xd8\xff".as_slice(), svg].concat(), BROKEN),
        ("a page that begins like a PNG", [b"\x89PNG\r\n\x1a\n".as_slice(), svg].concat(), BROKEN),
        ("a zip", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), NO_PICTURE),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), BROKEN),
        ("a JPEG without its end", jpeg[..jpeg.len() - 2].to_vec(), BROKEN),
        ("half a PNG", png[..png.len() / 2].to_vec(), BROKEN),
        ("no file", vec![], "Choose a picture first."),
    ] {
        let answer = send(&server, Some(&cookie), child, form(words, &file)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        let page = text(answer).await;
        assert!(page.contains(said), "{what}");
        assert!(page.contains("nothing has changed") && page.contains("&lt;i9q onerror=i9q&gt;"), "{what}: {page}");
        assert_eq!(as_markup(&page), None, "{what}");
    }
    // The picture is one, and nobody said what is on it.
    for words in ["", "  ", &"long ".repeat(41)] {
        let page = text(send(&server, Some(&cookie), child, form(words, &png)).await).await;
        assert!(page.contains("id=\"words-error\"") && page.contains("nothing has changed"), "{words:?}");
    }
    // Far more than a few words: what was typed is not thrown away, nor called nothing.
    let page = text(send(&server, Some(&cookie), child, form(&"Ärger ".repeat(500), &png)).await).await;
    assert!(page.contains("Say it in at most 200 letters.") && page.contains("value=\"Ärger Ärger"), "{page}");
    // Nothing that anybody sees.
    let page = text(send(&server, Some(&cookie), child, form("\u{200b}\u{202e} \u{200b}", &png)).await).await;
    assert!(page.contains("Say in a few words"), "{page}");
    // A form that is none, or ends in its middle.
    for body in [vec![], b"words=x".to_vec(), form("A drawing", &png)[..400].to_vec()] {
        let answer = send(&server, Some(&cookie), child, body).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(seen(&server, Some(&cookie), child).await, before);
    assert_eq!(deeds(&mut owner).await, Vec::<String>::new());

    // What was said in markup is words where the picture stands; what was put behind it is not there.
    let file = [png.as_slice(), svg].concat();
    assert_eq!(send(&server, Some(&cookie), child, form(words, &file)).await.status(), StatusCode::SEE_OTHER);
    assert!(!has(&seen(&server, Some(&cookie), child).await.1, b"i9q"));
    for page in [format!("/pupils/{child}"), format!("/pupils/{child}/passport")] {
        let page = text(server.get(&page, Some(&cookie)).await).await;
        assert!(page.contains("&lt;i9q onerror=i9q&gt;"));
        assert_eq!(as_markup(&page), None);
    }
}

#[sqlx::test(migrations = false)]
async fn a_picture_that_is_too_much_is_not_unpacked_or_kept(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let (child, cookie) = (server.pupil_of(&senco).await, server.sign_in(&senco).await);
    let before = seen(&server, Some(&cookie), child).await;
    let huge = is_huge(5_500);
    assert!(huge.len() < 200_000, "{} bytes of {}", huge.len(), 5_500 * 5_500);
    let long = [drawing(8, 8), vec![0; PICTURE_LIMIT]].concat();
    for (limit, file, said) in [
        (Limit::PicturePoints, says_it_is_huge(60_000), TOO_LARGE),
        (Limit::PicturePoints, says_it_is_huge(11_000), TOO_LARGE),
        (Limit::PicturePoints, huge, TOO_LARGE),
        (Limit::PictureSize, long, TOO_LONG),
        (Limit::PictureSize, vec![0; 3 * PICTURE_LIMIT], TOO_LONG),
    ] {
        let answer = send(&server, Some(&cookie), child, form("A drawing", &file)).await;
        assert_eq!(answer.status().as_u16(), answers(limit), "{limit:?}");
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains("value=\"A drawing\""), "{limit:?}: {page}");
    }
    assert_eq!(seen(&server, Some(&cookie), child).await, before);
    assert_eq!(deeds(&mut owner).await, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn while_so_many_arrive_one_more_is_asked_to_come_again(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let mut people = vec![];
    for (pupil, name) in EVERYBODY {
        let seat = server.seat(pupil, name, 3).await;
        people.push((server.pupil_of(&seat).await, server.sign_in(&seat).await));
    }
    let (child, cookie) = people.pop().unwrap();
    assert_eq!(people.len(), most(Limit::PicturesAtOnce));
    let whole = form("A drawing", &drawing(8, 8));
    // Each sends its beginning, once it is asked for it, and no more.
    let half = Bytes::from(whole[..100].to_vec());
    let (asked, mut asking) = mpsc::unbounded_channel();
    let arriving = people.iter().map(|(child, cookie)| {
        let (half, asked) = (half.clone(), asked.clone());
        let half = futures::stream::once(async move {
            asked.send(()).unwrap();
            Ok::<_, std::io::Error>(half)
        });
        send(&server, Some(cookie), *child, Body::from_stream(half.chain(futures::stream::pending())))
    });
    let mut arriving = Box::pin(join_all(arriving));
    let one_more = async {
        for _ in 0..most(Limit::PicturesAtOnce) {
            asking.recv().await.unwrap();
        }
        send(&server, Some(&cookie), child, whole.clone()).await
    };
    let answer = tokio::select! {
        answer = one_more => answer,
        _ = &mut arriving => panic!("they have not sent all"),
    };
    assert_eq!(answer.status().as_u16(), answers(Limit::PicturesAtOnce));
    let page = text(answer).await;
    assert!(page.contains("Send this one again in a minute.") && page.contains("value=\"A drawing\""));
    drop(arriving);
    assert_eq!(send(&server, Some(&cookie), child, whole).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = false)]
async fn whoever_sends_many_is_asked_to_wait_for_their_own_and_others_go_on(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let (senco, mum) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Agnieszka", 3).await);
    let (child, kai) = (server.pupil_of(&senco).await, server.pupil_of(&server.seat("Kai", "Pat", 3).await).await);
    let (hers, mums) = (server.sign_in(&senco).await, server.sign_in(&mum).await);
    let whole = form("A drawing", &drawing(8, 8));
    let half = Bytes::from(whole[..100].to_vec());
    let (asked, mut asking) = mpsc::unbounded_channel();
    let slow = futures::stream::once(async move {
        asked.send(()).unwrap();
        Ok::<_, std::io::Error>(half)
    });
    let mut slow =
        Box::pin(send(&server, Some(&hers), child, Body::from_stream(slow.chain(futures::stream::pending()))));
    let meanwhile = async {
        asking.recv().await.unwrap();
        // Of another child too, and from as many tabs as one likes.
        for child in [child, kai] {
            let answer = send(&server, Some(&hers), child, whole.clone()).await;
            assert_eq!(answer.status().as_u16(), answers(Limit::PicturesAtOnce));
            let page = text(answer).await;
            assert!(page.contains("Another picture that you sent is still arriving.") && page.contains("A drawing"));
        }
        assert_eq!(send(&server, Some(&mums), child, whole.clone()).await.status(), StatusCode::SEE_OTHER);
    };
    tokio::select! {
        () = meanwhile => {}
        _ = &mut slow => panic!("it has not arrived"),
    }
    drop(slow);
    assert_eq!(send(&server, Some(&hers), child, whole).await.status(), StatusCode::SEE_OTHER);
}
