//! The rows of the matrix: every address and command, what it is given, and who may.

use shared::{
    Role,
    rights::{Page, Tie},
};
use uuid::Uuid;

use super::{May, Table};

const EVERYBODY: May = May::AtTheTable(|_| true);
const FACILITATOR: May = May::AtTheTable(Role::can_facilitate);
const TIED: May = May::OnlyWithATie(|tie| tie != Tie::Nobody);
const CHANGES_PASSPORT: May = May::WithATie(|tie| matches!(tie, Tie::Leads | Tie::Teaches | Tie::Child | Tie::Family));
const CHANGES_PICTURE: May =
    May::AtAddressWithATie(|tie| matches!(tie, Tie::Leads | Tie::Teaches | Tie::Child | Tie::Family));
const LEADS: May = May::OnlyWithATie(|tie| tie == Tie::Leads);

/// What is asked, in the order in which it makes sense: a command, or an address. What is given begins with `/` where the
/// address has parts, and what a form sends stands behind its `?`; else it is what the form sends.
pub(crate) fn rows(table: &Table) -> Vec<(&'static str, String, May)> {
    let Table {
        now,
        agreed,
        other,
        knocks,
        child,
        promised,
        cared_for,
        their_plan,
        visitor,
        help,
        passage,
        colleague,
        ..
    } = table;
    let meeting = |more: &str| format!("meeting={now}{more}");
    let of = |more: &str| meeting(&format!("&participant={other}{more}"));
    let record = format!("meeting={agreed}");
    let whom = |more: &str| format!("person={colleague}{more}");
    let of_child = |page: &str| format!("/pupils/{child}/{page}");
    vec![
        // addresses
        ("GET /healthz", String::new(), May::Anybody),
        ("GET /readyz", String::new(), May::Anybody),
        ("POST /policy-report", String::new(), May::Anybody),
        ("GET /", String::new(), May::Anybody),
        ("GET /goodbye", String::new(), May::Anybody),
        ("GET /code", String::new(), May::Anybody),
        ("GET /lobby", String::new(), May::WhoHoldsASecret),
        // Whoever holds the token: here it is nobody’s, and everybody is told that the link has ended.
        ("GET /join/{token}", "/join/AAAA".to_owned(), May::Anybody),
        ("POST /join/{token}", "/join/AAAA".to_owned(), May::Anybody),
        // They lead somewhere, without having done anything for who holds no secret.
        ("POST /code", String::new(), May::Anybody),
        ("POST /lobby/enter", String::new(), May::Anybody),
        ("POST /lobby/leave", format!("knock={}", uuid::Uuid::nil()), May::Anybody),
        ("POST /switch", String::new(), May::Anybody),
        // ways in with an account: what is wrong with each try is tested in `sign_in`
        ("GET /signin", String::new(), May::Anybody),
        ("POST /signin", String::new(), May::Anybody),
        ("POST /signin/passkey/begin", String::new(), May::Anybody),
        ("POST /signin/passkey", String::new(), May::Anybody),
        ("GET /signin/school", String::new(), May::Anybody),
        ("GET /signin/school/back", String::new(), May::Anybody),
        ("GET /signin/second", String::new(), May::HalfWay),
        ("POST /signin/second", String::new(), May::HalfWay),
        ("GET /set-up", String::new(), May::Anybody),
        ("POST /set-up", String::new(), May::Anybody),
        ("GET /welcome/{token}", "/welcome/AAAA".to_owned(), May::Anybody),
        ("POST /welcome/{token}", "/welcome/AAAA".to_owned(), May::Anybody),
        ("GET /account", String::new(), May::WithAnAccount),
        // To the account, for who has no password.
        ("GET /account/password", String::new(), May::WithAnAccount),
        (
            "POST /account/password",
            "now=x&code=123456&password=two+trains+to+Wenshire&again=two+trains+to+Wenshire".to_owned(),
            May::WithAnAccount,
        ),
        ("POST /account/end", String::new(), May::WithAnAccount),
        // To the account, for who has no password: there are none for them.
        ("GET /account/codes", String::new(), May::WithAnAccount),
        ("POST /account/codes", String::new(), May::WithAnAccount),
        ("POST /account/passkeys/begin", String::new(), May::WithAnAccountByScript),
        ("POST /account/passkeys/add", String::new(), May::WithAnAccountByScript),
        ("POST /account/passkeys/remove", String::new(), May::WithAnAccount),
        ("GET /trail", String::new(), May::ReadsTrail),
        ("GET /staff", String::new(), May::WhoRunsAccounts),
        ("POST /staff", format!("name=Zoe+Ward&email=z.{colleague}@new.example&post=teacher"), May::WhoRunsAccounts),
        ("POST /staff/import", colleague.to_string(), May::WhoRunsAccounts),
        // What they are already: which posts are whose to give is tested in `sign_in::posts`.
        ("GET /staff/posts", String::new(), May::SetsPosts),
        ("POST /staff/posts", whom("&post=assistant&class=3P&shown=assistant/"), May::SetsTheirPost),
        ("GET /school", String::new(), May::WhoRunsAccounts),
        ("POST /school", "plan=Support+Plan&targeted=Wave+2".to_owned(), May::WhoRunsAccounts),
        ("POST /staff/open", whom(&format!("&email={colleague}@new.example")), May::WhoRunsTheirAccount),
        ("POST /staff/link", whom(""), May::WhoRunsTheirAccount),
        ("POST /staff/close", whom(""), May::WhoRunsTheirAccount),
        ("POST /staff/reopen", whom(""), May::WhoRunsTheirAccount),
        ("GET /live", String::new(), May::WhoIsSignedIn),
        ("GET /meetings/{id}", format!("/meetings/{now}"), EVERYBODY),
        ("GET /meetings/{id}/prepare", format!("/meetings/{now}/prepare"), EVERYBODY),
        ("GET /meetings/{id}/record", format!("/meetings/{agreed}/record"), May::ReadsRecord),
        ("GET /meetings/{id}/record", format!("/meetings/{agreed}/record?version=1"), May::ReadsRecord),
        ("GET /meetings/{id}/record.json", format!("/meetings/{agreed}/record.json"), May::ReadsRecordWhole),
        ("GET /meetings/{id}/record.json", format!("/meetings/{agreed}/record.json?version=1"), May::ReadsRecordWhole),
        ("GET /register", String::new(), May::Opens(Page::Register)),
        // The register, with the form for a file where that is theirs.
        ("GET /register/import", String::new(), May::Opens(Page::Register)),
        ("POST /register/import", colleague.to_string(), May::Opens(Page::Import)),
        ("GET /register/add", String::new(), May::Opens(Page::Import)),
        ("POST /register/add", format!("full_name={colleague}&provision=N"), May::Opens(Page::Import)),
        ("GET /register.csv", String::new(), May::Opens(Page::Register)),
        ("GET /delivery", String::new(), May::Opens(Page::Delivery)),
        ("POST /delivery", format!("help={agreed}.{help}&on=2026-11-19&told=happened&note="), May::Tells),
        ("GET /safeguarding", String::new(), May::ReadsHidden),
        ("GET /safeguarding", format!("/safeguarding?passage={passage}"), May::ReadsThisHidden),
        ("GET /map", String::new(), May::Opens(Page::Map)),
        ("GET /map.csv", String::new(), May::Opens(Page::Map)),
        ("GET /impact", String::new(), May::Opens(Page::Impact)),
        ("GET /impact.csv", String::new(), May::Opens(Page::Impact)),
        ("POST /pupils/{id}/export", of_child("export"), LEADS),
        ("GET /pupils/{id}/register", of_child("register"), LEADS),
        (
            "POST /pupils/{id}/register",
            of_child("register?provision=K&need=SLCN&year_group=Year+3&class_name=4Q"),
            LEADS,
        ),
        (
            "POST /pupils/{id}/keep-from",
            of_child(&format!("keep-from?person={colleague}&reason=So+it+was+decided")),
            LEADS,
        ),
        ("POST /pupils/{id}/let-near", of_child(&format!("let-near?person={colleague}&reason=No+longer+so")), LEADS),
        // There are meetings about this child: see `register_child`.
        ("POST /pupils/{id}/take-out", of_child("take-out?sure=yes"), LEADS),
        ("POST /pupils/{id}/share-until", of_child(&format!("share-until?person={visitor}&until=2027-01-31")), LEADS),
        (
            "POST /pupils/{id}/pep/rating",
            format!("/pupils/{cared_for}/pep/rating?plan={their_plan}&rating=green&words=It+is+all+there"),
            May::RatesPep,
        ),
        ("GET /pupils/{id}/first-meeting", of_child("first-meeting"), LEADS),
        // There was one: they are led to it.
        ("POST /pupils/{id}/first-meeting", of_child("first-meeting?on=2026-12-03&at=15:30"), LEADS),
        ("GET /pupils/{id}", format!("/pupils/{child}"), TIED),
        ("GET /pupils/{id}/pep", format!("/pupils/{child}/pep"), May::NotOfThisChild),
        ("GET /pupils/{id}/pep", format!("/pupils/{cared_for}/pep"), May::AnswersForPep),
        ("GET /pupils/{id}/passport", format!("/pupils/{child}/passport"), TIED),
        ("GET /pupils/{id}/passport", format!("/pupils/{child}/passport?version={agreed}"), TIED),
        // Another child’s is none of this one’s.
        ("GET /pupils/{id}/passport", format!("/pupils/{child}/passport?version={their_plan}"), May::NotOfThisChild),
        ("GET /pupils/{id}/picture", of_child("picture"), TIED),
        ("POST /pupils/{id}/picture", of_child("picture?words=A+red+square"), CHANGES_PICTURE),
        ("POST /pupils/{id}/picture/remove", of_child("picture/remove"), CHANGES_PICTURE),
        // what live pages read
        ("read_people", meeting(""), EVERYBODY),
        ("read_door", meeting(""), FACILITATOR),
        // commands
        // Before it is opened nobody takes a meeting over; who may then, and when, is tested in `doors`.
        ("take_over", meeting(""), May::AtTheTable(|_| false)),
        ("start_meeting", meeting(""), FACILITATOR),
        ("spotlight", meeting("&part=targets"), FACILITATOR),
        ("name_scribe", meeting(""), FACILITATOR),
        ("hide_passage", meeting(&format!("&field=plan/targets/{}/title&from=0&words=x", Uuid::nil())), FACILITATOR),
        ("set_doors", meeting("&doors=knock"), FACILITATOR),
        ("make_code", meeting(""), FACILITATOR),
        ("decline", meeting(&format!("&knock={}", knocks[0])), FACILITATOR),
        ("admit", meeting(&format!("&knock={}&role=observer", knocks[1])), FACILITATOR),
        ("make_link", of(""), FACILITATOR),
        ("show_link", of(""), FACILITATOR),
        ("take_back_link", of(""), FACILITATOR),
        ("remove_person", of(""), FACILITATOR),
        ("let_back", of(""), FACILITATOR),
        ("note_attendance", meeting(&format!("&who[0]={other}&attendance=in_person")), FACILITATOR),
        ("answer", meeting("&response=agree&comment="), May::AtTheTable(Role::can_agree)),
        // To somebody who may not have it: so that the table stays as it is, everybody is told the same.
        ("hand_over", meeting(&format!("&to={other}")), May::AtTheTable(|_| false)),
        ("agree_and_save", meeting(""), FACILITATOR),
        ("start_next_meeting", record, May::AtTheAgreedTable(Role::can_facilitate)),
        (
            "tick_action",
            format!("pupil={child}&meeting={agreed}&item={promised}"),
            May::WithATie(|tie| matches!(tie, Tie::Leads | Tie::Teaches)),
        ),
        (
            "confirm_passport",
            format!("pupil={child}&version={agreed}&number=1"),
            May::WithATie(|tie| matches!(tie, Tie::Leads | Tie::Teaches | Tie::ClassTeacher)),
        ),
        // No meeting is to come any more, so there is a table for it alone.
        ("change_passport", format!("pupil={child}"), CHANGES_PASSPORT),
        ("save_passport", format!("pupil={child}"), CHANGES_PASSPORT),
        // The last of what is done to the earlier meeting: it is open again from the first who may.
        ("reopen_record", format!("meeting={agreed}&reason=The+day+was+wrong"), May::CorrectsRecord),
        ("POST /finish", String::new(), May::Anybody),
    ]
}

/// The same of the earlier meeting, once it is open again: what was agreed is read as before, what is written there now
/// by who came through its door.
pub(crate) fn of_the_reopened(table: &Table) -> Vec<(&'static str, String, May)> {
    let (agreed, child) = (table.agreed, table.child);
    let meeting = |more: &str| format!("meeting={agreed}{more}");
    vec![
        ("GET /meetings/{id}", format!("/meetings/{agreed}"), EVERYBODY),
        ("GET /pupils/{id}", format!("/pupils/{child}"), TIED),
        ("GET /pupils/{id}/passport", format!("/pupils/{child}/passport"), TIED),
        ("GET /meetings/{id}/record", format!("/meetings/{agreed}/record"), May::ReadsRecord),
        ("GET /meetings/{id}/record", format!("/meetings/{agreed}/record?version=1"), May::ReadsRecord),
        ("GET /meetings/{id}/record.json", format!("/meetings/{agreed}/record.json?version=1"), May::ReadsRecordWhole),
        ("read_people", meeting(""), EVERYBODY),
        ("read_door", meeting(""), FACILITATOR),
        ("spotlight", meeting("&part=targets"), FACILITATOR),
        ("make_code", meeting(""), FACILITATOR),
        ("answer", meeting("&response=agree&comment="), May::AtTheTable(Role::can_agree)),
    ]
}

/// The addresses of the admin listener, which whoever reaches it is answered: it is for the machine itself, and none of
/// them is an address of the server.
pub(super) const OF_THE_MACHINE: [&str; 2] = ["GET /check", "GET /metrics"];
