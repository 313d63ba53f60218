//! Files that are more, or other, than they seem. Here the table of children, of which nothing that is packed is unpacked;
//! the other kind that comes in is a picture: see `pictures`.

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use server::limits::REGISTER_LIMIT;
use shared::census;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

use crate::support::{TestServer, owner, text};

/// Reading the largest of them on a busy machine, built to be debugged.
const SOON: Duration = Duration::from_secs(20);

const HEADINGS: &str = "Full name,Year group,Class,Extra help,Needs,UPN,Looked after\n";

#[sqlx::test(migrations = false)]
async fn a_file_that_is_a_bomb_is_refused_soon_and_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let cookie = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let mut owner = owner(&options).await;
    let before: i64 = sqlx::query_scalar("select count(*) from pupils").fetch_one(&mut owner).await.unwrap();
    let room = REGISTER_LIMIT - 1_000;
    let fill = |unit: &str| unit.repeat((room - HEADINGS.len()) / unit.len());
    // The beginning of a zip that says it holds four gigabytes, and of a gzip.
    let zip = [b"PK\x03\x04\x14\x00\x00\x00\x08\x00".as_slice(), &[0; 8], &[0xff; 8], &[0; 400]].concat();
    let gzip = [b"\x1f\x8b\x08\x00".as_slice(), &[0; 600]].concat();
    for (what, file) in [
        ("one cell", format!("{HEADINGS}{},4,4A,K,ASD,P000000000001,no\n", fill("a")).into_bytes()),
        ("a row of nothing but commas", format!("{HEADINGS}{}", fill(",")).into_bytes()),
        ("rows of one comma", format!("{HEADINGS}{}", fill(",\n")).into_bytes()),
        ("a quotation that never ends", format!("{HEADINGS}\"{}", fill("a\n")).into_bytes()),
        ("quotation marks", format!("{HEADINGS}{}", fill("\"")).into_bytes()),
        ("headings without end", fill("Full name,").into_bytes()),
        ("every row wrong in every cell", format!("{HEADINGS}{}", fill(",x,,Q,?,,?\n")).into_bytes()),
        ("NULs", vec![0; room]),
        ("half a letter", vec![0xc3; room]),
        ("marks that are no letters", format!("{HEADINGS}{}", fill("\u{feff}")).into_bytes()),
        ("letters of another coding", "\u{feff}Full name".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a zip", zip),
        ("a gzip", gzip),
    ] {
        let began = Instant::now();
        let answer = bring_in(&server, &cookie, &file, &[]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        let page = text(answer).await;
        assert!(page.contains("Your file was not brought in"), "{what}");
        assert!(page.len() < 3_000_000, "{what}: the answer is {} bytes", page.len());
        assert!(began.elapsed() < SOON, "{what}: {:?}", began.elapsed());
    }
    // Packed on the way: nobody unpacks it.
    let packed = bring_in(&server, &cookie, b"\x1f\x8b\x08\x00", &[("content-encoding", "gzip")]).await;
    assert!(packed.status().is_client_error());
    // Longer than a file may be: the page says so.
    let long = bring_in(&server, &cookie, &vec![b'a'; 4 * REGISTER_LIMIT], &[]).await;
    assert_eq!(long.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(long).await.contains("is longer than 1 MB: send it in parts."));
    let after: i64 = sqlx::query_scalar("select count(*) from pupils").fetch_one(&mut owner).await.unwrap();
    assert_eq!(after, before);
}

#[sqlx::test(migrations = false)]
async fn a_name_that_is_a_formula_leaves_as_a_name(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let cookie = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let formulas = [
        "=HYPERLINK(\"\"http://evil.example\"\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "＝1+1",
        "a\"\",=1+1",
    ];
    let row = |(n, formula)| format!("\"{formula}\",4,\"{formula}\",K,ASD,{},no\n", census::invented_upn(n));
    let rows: String = (1..).zip(formulas).map(row).collect();
    let answer = server.bring_in("/register/import", format!("{HEADINGS}{rows}").as_bytes(), Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let answer = server.get("/register.csv", Some(&cookie)).await;
    assert!(answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    let file = text(answer).await;
    assert!(file.contains("HYPERLINK") && file.contains("cmd|"));
    let mut cells = 0;
    for row in file.trim_start_matches('\u{feff}').split("\"\r\n").filter(|row| !row.is_empty()) {
        for cell in row.trim_start_matches('"').split("\",\"") {
            cells += 1;
            let first = cell.trim_start().chars().next().unwrap_or('a');
            assert!(!"=+-@＝＋－＠".contains(first), "{cell:?} is a formula");
        }
    }
    assert!(cells > 100, "{cells}");
}

async fn bring_in(
    server: &TestServer,
    cookie: &str,
    file: &[u8],
    headers: &[(&str, &str)],
) -> axum::http::Response<Body> {
    let head = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/\\\"starters.csv\"\r\n\r\n";
    let body = [head, file, b"\r\n--x--\r\n"].concat();
    let request = Request::post("/register/import")
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "meetings.example")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header(header::COOKIE, cookie);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    server.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}
