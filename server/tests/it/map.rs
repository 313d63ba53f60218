//! Who gets what and what worked equal what anybody would count from the agreed records themselves.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    error::AppError,
    view::map::{ImpactQuery, ImpactRow, MapQuery},
};
use shared::{
    ItemId, PersonId, SchoolId, Section, Stage,
    doc::NewItem,
    record::{AgreedRecord, Delivery, Provision},
    schema::plan,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, text};

/// All records of a school, by child and oldest first: their canonical JSON, and nothing else.
async fn records(server: &TestServer, school: SchoolId) -> BTreeMap<uuid::Uuid, Vec<AgreedRecord>> {
    let mut txn = server.db.begin(school).await.unwrap();
    let rows = sqlx::query_as::<_, (uuid::Uuid, String)>(
        "select m.pupil_id, r.canonical_json from records r join meetings m on m.id = r.meeting_id
         order by m.held_on, r.version",
    );
    let mut all: BTreeMap<uuid::Uuid, Vec<AgreedRecord>> = BTreeMap::new();
    for (pupil, json) in rows.fetch_all(txn.connection()).await.unwrap() {
        let record: AgreedRecord = serde_json::from_str(&json).unwrap();
        let of_child = all.entry(pupil).or_default();
        // A later version of the same meeting stands for the earlier one.
        of_child.retain(|earlier| earlier.meeting.id != record.meeting.id);
        of_child.push(record);
    }
    all
}

/// What each help costs a child, by the staff’s own rows: it is in no record.
async fn costs(server: &TestServer, school: SchoolId) -> BTreeMap<uuid::Uuid, i64> {
    let mut txn = server.db.begin(school).await.unwrap();
    let rows = sqlx::query_as::<_, (uuid::Uuid, i64)>(
        "select provision_id, max(pence_per_pupil) from provision_costs where pence_per_pupil is not null
         group by provision_id",
    );
    rows.fetch_all(txn.connection()).await.unwrap().into_iter().collect()
}

/// Autumn 2026 is the plans of July that November looks back on.
fn is_of_autumn(record: &AgreedRecord) -> bool {
    record.meeting.held_on.starts_with("2026-07") && record.review_on.starts_with("2026-11")
}

fn counted<'a>(help: &Provision, review: Option<&'a AgreedRecord>) -> Option<&'a Delivery> {
    review?.delivery.iter().find(|delivery| delivery.provision == help.id.to_string())
}

/// Holds and agrees the meetings that are to come, so that the autumn is looked back on.
async fn agree_everything(server: &TestServer) {
    for (child, name) in [("Tomek", "Mrs Pike"), ("Kai", "Mrs Hussain-Webb"), ("Amara", "Mr Prys")] {
        let seat = server.seat(child, name, 3).await;
        server.backend.meeting_start(seat.viewer, seat.meeting).await.unwrap();
        server.backend.record_agree(seat.viewer, seat.meeting).await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn the_map_is_what_the_records_say(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    agree_everything(&server).await;
    for (child, senco) in [("Tomek", "Mrs Pike"), ("Amara", "Mr Prys")] {
        let viewer = server.seat(child, senco, 3).await.viewer;
        let query = MapQuery { term: "2026-3".to_owned(), ..MapQuery::default() };
        let page = server.backend.map_page(viewer, query).await.unwrap();
        let (records, costs) = (records(&server, viewer.school).await, costs(&server, viewer.school).await);

        let (mut planned, mut delivered, mut minutes, mut pence, mut rows) = (0, 0, 0, 0, 0);
        let (mut kinds, mut children) = (BTreeSet::new(), BTreeSet::new());
        for (pupil, of_child) in &records {
            for (at, plan) in of_child.iter().enumerate().filter(|(_, record)| is_of_autumn(record)) {
                children.insert(pupil);
                for help in &plan.provision {
                    rows += 1;
                    kinds.insert(help.name.clone());
                    minutes += help.minutes.unwrap_or(0) * help.sessions.unwrap_or(0);
                    pence += costs.get(&help.id.0).copied().unwrap_or(0);
                    if let Some(happened) = counted(help, of_child.get(at + 1)) {
                        planned += happened.planned.unwrap();
                        delivered += happened.delivered.unwrap();
                    }
                }
            }
        }
        assert!(planned > delivered && delivered > 0, "{child}: the demo’s autumn was not as planned");
        assert_eq!((page.planned, page.delivered), (planned, delivered));
        assert_eq!(page.rows.iter().map(|row| row.minutes).sum::<i64>(), minutes);
        assert_eq!(page.rows.iter().filter_map(|row| row.pence).sum::<i64>(), pence);
        assert_eq!(page.rows.iter().map(|row| row.children.len()).sum::<usize>(), rows);
        assert_eq!(page.rows.iter().map(|row| row.name.clone()).collect::<BTreeSet<_>>(), kinds);
        assert_eq!(page.children as usize, children.len());
    }
}

/// What was told of each help of a school’s plans: how many sessions, and how many of them happened. Row by row.
async fn told(server: &TestServer, school: SchoolId) -> BTreeMap<(uuid::Uuid, uuid::Uuid), (i64, i64)> {
    let mut txn = server.db.begin(school).await.unwrap();
    let rows =
        sqlx::query_as::<_, (uuid::Uuid, uuid::Uuid, bool)>("select meeting_id, item_id, happened from help_sessions");
    let mut told: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for (meeting, item, happened) in rows.fetch_all(txn.connection()).await.unwrap() {
        let (all, did) = told.entry((meeting, item)).or_default();
        *all += 1;
        *did += i64::from(happened);
    }
    told
}

/// Tells of every other help of the autumn’s plans on ten days, some of which came to nothing.
async fn tell_the_autumn(server: &TestServer, viewer: app::backend::Viewer) {
    let mut txn = server.db.begin(viewer.school).await.unwrap();
    for record in records(server, viewer.school).await.into_values().flatten().filter(is_of_autumn) {
        for (at, help) in record.provision.iter().enumerate().filter(|(at, _)| at % 2 == 0) {
            for day in 0..10u8 {
                let why = ((usize::from(day) + at) % 4 == 0).then_some(if day < 5 { "room" } else { "trip" });
                let told = server::db::delivery::NewTold {
                    meeting: record.meeting.id,
                    item: help.id,
                    day: time::macros::date!(2026 - 11 - 02) + time::Duration::days(day.into()),
                    nth: 1,
                    why,
                    note: "",
                    by: viewer.person,
                    at: crate::support::NOON,
                };
                server::db::delivery::tell(&mut txn, told).await.unwrap();
            }
        }
    }
    txn.commit().await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn what_was_told_counts_until_a_meeting_has_counted(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let viewer = server.seat("Tomek", "Mrs Pike", 3).await.viewer;
    let query = || MapQuery { term: "2026-3".to_owned(), ..MapQuery::default() };
    let map = async || server.backend.map_page(viewer, query()).await.unwrap();
    assert_eq!((map().await.planned, map().await.delivered), (0, 0), "nobody has counted the autumn");

    tell_the_autumn(&server, viewer).await;
    let (told, records) = (told(&server, viewer.school).await, records(&server, viewer.school).await);
    assert!(told.len() > 2 && told.values().all(|(all, did)| all > did && *did > 0));
    let page = map().await;
    let sums = told.values().fold((0, 0), |sums, help| (sums.0 + help.0, sums.1 + help.1));
    assert_eq!((page.planned, page.delivered), sums);
    // A help of which nobody told anything has no number, and one that was told says why not all of it happened.
    for plan in records.values().flatten().filter(|record| is_of_autumn(record)) {
        for help in &plan.provision {
            let row = page.rows.iter().find(|row| row.name == help.name).unwrap();
            let share = row.children.iter().find(|share| share.name == plan.meeting.pupil_name).unwrap();
            let expected = told.get(&(plan.meeting.id.0, help.id.0));
            assert_eq!(share.counted.map(|counted| counted.happened), expected.map(|(_, did)| *did), "{}", help.name);
            assert_eq!(share.why_not.contains("the room was taken"), expected.is_some(), "{}", help.name);
        }
    }
    // Nothing of it is judged before a meeting has looked back.
    let before =
        server.backend.impact_page(viewer, ImpactQuery { term: "2026-3".to_owned(), ..ImpactQuery::default() });
    assert!(before.await.unwrap().rows.is_empty());

    agree_everything(&server).await;
    let agreed = map().await;
    let (mut planned, mut delivered) = (0, 0);
    let records = self::records(&server, viewer.school).await;
    for of_child in records.values() {
        for pair in of_child.windows(2).filter(|pair| is_of_autumn(&pair[0])) {
            for help in &pair[0].provision {
                let by_meeting =
                    counted(help, Some(&pair[1])).map(|count| (count.planned.unwrap(), count.delivered.unwrap()));
                let by_log = told.get(&(pair[0].meeting.id.0, help.id.0)).copied();
                let (all, did) = by_meeting.or(by_log).unwrap_or_default();
                planned += all;
                delivered += did;
            }
        }
    }
    assert_eq!((agreed.planned, agreed.delivered), (planned, delivered));
    assert_ne!((planned, delivered), sums, "what a meeting agreed stands, whatever was told");
}

#[sqlx::test(migrations = false)]
async fn what_worked_is_what_the_reviews_say(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    agree_everything(&server).await;
    let (mut nevers, mut stepless) = (0, 0);
    for (child, senco) in [("Tomek", "Mrs Pike"), ("Amara", "Mr Prys")] {
        let viewer = server.seat(child, senco, 3).await.viewer;
        let page = server.backend.impact_page(viewer, ImpactQuery::default()).await.unwrap();
        let (records, costs) = (records(&server, viewer.school).await, costs(&server, viewer.school).await);

        let mut expected: BTreeMap<String, ImpactRow> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for of_child in records.values() {
            for pair in of_child.windows(2) {
                let [plan, review] = pair else { unreachable!() };
                for help in &plan.provision {
                    let rated: Vec<_> =
                        review.reviews.iter().filter(|target| help.targets.contains(&target.id)).collect();
                    let row = expected.entry(help.name.clone()).or_default();
                    let happened = counted(help, Some(review));
                    row.planned += happened.and_then(|happened| happened.planned).unwrap_or(0);
                    row.delivered += happened.and_then(|happened| happened.delivered).unwrap_or(0);
                    row.children += 1;
                    if happened.is_some_and(|sessions| sessions.planned.is_some() && sessions.delivered.is_some()) {
                        known.insert(help.name.clone());
                        row.under_no_step += u32::from(help.targets.is_empty());
                        stepless += usize::from(help.targets.is_empty());
                    }
                    let pence = costs.get(&help.id.0);
                    row.pence = pence.map(|pence| row.pence.unwrap_or(0) + pence).or(row.pence);
                    // The therapist’s visit that fell out: the targets were reached without it.
                    let never =
                        happened.is_some_and(|sessions| sessions.delivered == Some(0) && sessions.planned != Some(0));
                    nevers += usize::from(never);
                    let first = row.judged_children == 0;
                    let mut judged = false;
                    for target in rated {
                        let steps = match target.rating.as_str() {
                            // It was judged, and this help was not given: that says nothing of the help.
                            rating if never && rating != "NOT_DELIVERED" => continue,
                            "EXCEEDED" => 4,
                            "ACHIEVED" => 3,
                            "PARTLY" => 2,
                            "SMALL_STEPS" => 1,
                            "NOT_YET" => 0,
                            _ => {
                                row.not_tried += 1;
                                continue;
                            }
                        };
                        judged = true;
                        row.steps += steps;
                        *match steps {
                            3.. => &mut row.got_there,
                            1 | 2 => &mut row.part_way,
                            _ => &mut row.not_yet,
                        } += 1;
                        let (before, after) = (target.before, target.after);
                        for pair in
                            [(before.pupil, after.pupil), (before.home, after.home), (before.school, after.school)]
                        {
                            if let (Some(before), Some(after)) = pair {
                                row.before += before;
                                row.after += after;
                                row.scored += 1;
                            }
                        }
                    }
                    if !judged {
                        continue;
                    }
                    row.judged_children += 1;
                    let minutes = happened.and_then(|happened| Some(happened.delivered? * help.minutes?));
                    let so_far = if first { Some(0) } else { row.minutes };
                    row.minutes = so_far.and_then(|so_far| Some(so_far + minutes?));
                    row.judged_pence = pence.map(|pence| row.judged_pence.unwrap_or(0) + pence).or(row.judged_pence);
                }
            }
        }
        let shown: BTreeMap<String, ImpactRow> = page
            .rows
            .into_iter()
            .map(|row| {
                (row.name.clone(), ImpactRow { name: String::new(), area: String::new(), who: String::new(), ..row })
            })
            .collect();
        expected.retain(|name, row| known.contains(name) || row.judged() + row.not_tried > 0);
        assert!(expected.len() > 3);
        assert_eq!(shown, expected, "{child}");
    }
    assert!(nevers > 0, "everything was given");
    assert!(stepless > 0, "all help was for a step");
}

#[sqlx::test(migrations = false)]
async fn filters_narrow_and_cost_is_for_those_who_answer_for_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let map = async |viewer, query| server.backend.map_page(viewer, query).await;
    let all = map(pike.viewer, MapQuery::default()).await.unwrap();
    assert_eq!((all.query.term.as_str(), all.children, all.whole_school), ("2026-3", 2, true));
    let narrow = MapQuery { year: "Year 6".to_owned(), area: "SEMH".to_owned(), ..MapQuery::default() };
    let narrow = map(pike.viewer, narrow).await.unwrap();
    assert!(!narrow.rows.is_empty() && narrow.rows.len() < all.rows.len());
    assert!(narrow.rows.iter().flat_map(|row| &row.children).all(|share| share.name == "Kai"));

    // A teacher has the children they meet for, and no cost of them.
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await;
    let own = map(teacher.viewer, MapQuery::default()).await.unwrap();
    assert_eq!((own.children, own.whole_school, own.shows_cost), (1, false, false));
    assert!(own.rows.iter().all(|row| row.pence.is_none()));
    let cookie = server.sign_in(&teacher).await;
    for path in ["/map", "/impact", "/map.csv", "/impact.csv", "/register", "/register.csv"] {
        let page = text(server.get(path, Some(&cookie)).await).await;
        // Those that name children at all.
        assert!(page.contains("Tomek") || !["/map", "/register", "/register.csv"].contains(&path), "{path}");
        assert!(!page.contains("Kai") && !page.contains("pounds"), "{path}");
        assert!(!page.contains("for the money"), "{path}: nobody sorts by what they do not see");
    }
    // Whoever has no post has none of it.
    let agnieszka = server.seat("Tomek", "Agnieszka", 3).await;
    assert_eq!(map(agnieszka.viewer, MapQuery::default()).await, Err(AppError::NotAllowed));
    let stranger = app::backend::Viewer { person: PersonId(uuid::Uuid::nil()), ..pike.viewer };
    assert!(map(stranger, MapQuery::default()).await.is_err());
    let cookie = server.sign_in(&agnieszka).await;
    for path in ["/map.csv", "/impact.csv", "/register.csv"] {
        assert_eq!(server.get(path, Some(&cookie)).await.status(), 403, "{path}");
        assert_eq!(server.get(path, None).await.status(), 401, "{path}");
    }
    let csv = text(server.get("/map.csv?year=Year+6", Some(&server.sign_in(&pike).await)).await).await;
    assert!(csv.contains("ELSA: repair and restore") && csv.contains("\"165.60\"") && !csv.contains("lunch"));
    let (head, last) = (csv.lines().next().unwrap(), csv.lines().last().unwrap());
    for column in ["Area of need", "Year groups", "Classes", "Paid from", "Cost in pounds"] {
        assert!(head.contains(column), "{head}");
    }
    assert!(csv.contains("\"Year 6\"") && last.contains("Together"), "{csv}");
}

#[sqlx::test(migrations = false)]
async fn the_map_is_narrowed_by_class_and_by_who_pays(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let map = async |viewer, query| server.backend.map_page(viewer, query).await.unwrap();
    let all = map(pike.viewer, MapQuery::default()).await;
    let names = |page: &app::view::map::MapPage| -> BTreeSet<String> {
        page.rows.iter().flat_map(|row| row.children.iter().map(|share| share.name.clone())).collect()
    };
    assert_eq!(all.classes.len(), 2, "{:?}", all.classes);
    let mut found = BTreeSet::new();
    for class in &all.classes {
        let page = map(pike.viewer, MapQuery { class: class.clone(), ..MapQuery::default() }).await;
        assert_eq!((page.children, names(&page).len()), (1, 1), "one child in each class");
        assert_eq!(page.classes, all.classes, "what can be chosen stays");
        found.extend(names(&page));
    }
    assert_eq!(found, names(&all));

    // What each pot pays is, together, all that has a pot.
    assert!(all.fundings.len() > 1, "{:?}", all.fundings);
    let pence = |page: &app::view::map::MapPage| page.rows.iter().filter_map(|row| row.pence).sum::<i64>();
    let mut together = 0;
    for funding in &all.fundings {
        let page = map(pike.viewer, MapQuery { funding: funding.clone(), ..MapQuery::default() }).await;
        assert!(!page.rows.is_empty() && pence(&page) < pence(&all), "{funding}");
        together += pence(&page);
    }
    assert_eq!(together, pence(&all));
    let csv = text(server.get("/map.csv?funding=nobody", Some(&server.sign_in(&pike).await)).await).await;
    assert_eq!(csv.lines().count(), 1);

    // Who may not see what help costs learns nothing of it by asking either.
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await.viewer;
    let own = map(teacher, MapQuery::default()).await;
    let asked = map(teacher, MapQuery { funding: all.fundings[0].clone(), ..MapQuery::default() }).await;
    assert!(own.fundings.is_empty() && own.rows == asked.rows && asked.query.funding.is_empty());
}

/// What is wrong with a plan is said at the table and on the map, in words, and nothing is changed by saying it.
#[sqlx::test(migrations = false)]
async fn what_overlaps_is_told_and_a_day_that_is_over_is_not_agreed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tab = server.open(&address, &pike, Section::Plan, 77_001).await;
    tab.begin().await;

    let first = tab.doc.items(&plan::PROVISION)[0];
    let name = tab.doc.words(&plan::PROVISION, first, "name");
    let again = NewItem::by(pike.viewer.person).with("name", name.to_uppercase()).with("who", "Mr Bell");
    tab.edit(|doc| doc.add(&plan::PROVISION, ItemId(uuid::Uuid::from_u128(4)), again)).await;
    tab.until_saved().await;
    let whole = tab.doc.items(&plan::WHOLE)[0];
    let review_on = tab.doc.words(&plan::WHOLE, whole, "review_on");

    tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", "2026-11-18")).await;
    tab.until_saved().await;
    let refused = server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap_err();
    let AppError::Missing(missing) = refused else { panic!("{refused}") };
    assert_eq!(missing[0].words, "We meet again on a day that is over: choose a later one.");
    assert_eq!(server.backend.meeting_page(pike.viewer, pike.meeting).await.unwrap().stage, Stage::Meeting);

    // A year that was mistyped, and a step that was to be reached before anybody met: each is said, and nothing is lost.
    let step = tab.doc.items(&plan::TARGETS)[0];
    let by = tab.doc.words(&plan::TARGETS, step, "by");
    let mistyped = [("9999-12-31", "2026-11-18", "18 November 2026"), ("2027-12-01", "9999-01-01", "1 January 9999")];
    for (on, step_by, said_by) in mistyped {
        tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", on)).await;
        tab.edit(|doc| doc.set_words(&plan::TARGETS, step, "by", step_by)).await;
        tab.until_saved().await;
        let refused = server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap_err();
        let AppError::Missing(missing) = refused else { panic!("{refused}") };
        assert!(missing[0].words.contains("more than a year away"), "{missing:?}");
        assert!(missing[1].words.contains(said_by) && missing[1].part.ends_with("-by"), "{missing:?}");
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
    tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", &review_on)).await;
    tab.edit(|doc| doc.set_words(&plan::TARGETS, step, "by", &by)).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let query = MapQuery { term: "2027-1".to_owned(), ..MapQuery::default() };
    let page = server.backend.map_page(pike.viewer, query).await.unwrap();
    assert_eq!(page.twice.len(), 1);
    let twice = &page.twice[0];
    assert_eq!((twice.name.as_str(), &twice.help, twice.who.len()), ("Tomek", &name, 2));
    assert!(twice.who.contains(&"Mr Bell".to_owned()));
    let html = text(server.get("/map?term=2027-1", Some(&cookie)).await).await;
    assert!(html.contains("The same help more than once, in one plan and the same weeks"));
    let autumn = server.backend.map_page(pike.viewer, MapQuery { term: "2026-3".to_owned(), ..MapQuery::default() });
    assert!(autumn.await.unwrap().twice.is_empty(), "the same help in the plan before is not twice");
}

/// A seat at the front has no sessions, and of a help nobody may have said how often: both are told in the same words on
/// every page, and are not lost when the next cycle begins.
#[sqlx::test(migrations = false)]
async fn help_of_which_no_session_is_planned_is_told_the_same_everywhere(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tab = server.open(&address, &pike, Section::Plan, 77_101).await;
    tab.begin().await;
    let swims = NewItem::by(pike.viewer.person).with("name", "Swimming").with("who", "Mr Adeyemi");
    tab.edit(|doc| doc.add(&plan::PROVISION, ItemId(uuid::Uuid::from_u128(5)), swims)).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();

    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let cookie = server.sign_in(&assistant).await;
    let read = async |path: &str| text(server.get(path, Some(&cookie)).await).await;
    let child = server.pupil_of(&assistant).await;
    let page = read(&format!("/pupils/{child}")).await;
    assert!(page.contains("Always there: Swimming."), "the card of the cycle");
    let row = &page[page.rfind("Swimming").unwrap()..];
    assert!(row.find("always there").is_some_and(|at| at < 600), "the child’s table: {row}");
    assert!(read("/delivery").await.contains("Always there, with no sessions to tell: Swimming (Tomek)."));
    // Who meets for Tomek alone finds what holds from today, and not what has just ended.
    let map = server.backend.map_page(assistant.viewer, MapQuery::default()).await.unwrap();
    assert_eq!(map.query.term, "2027-1");
    let map = read("/map").await;
    let row = &map[map.find(">Swimming").unwrap()..];
    assert!(row.find("always there").is_some_and(|at| at < 2_000), "the map: {row}");
    // The SENCO’s map opens on what most plans are of, and says where the others are.
    let whole = text(server.get("/map", Some(&server.sign_in(&pike).await)).await).await;
    assert!(whole.contains("Plans that hold today are counted in other terms too:"), "{whole}");

    let next = server.backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    let seat = crate::support::Seat { meeting: next, ..pike };
    let tab = server.open(&address, &seat, Section::Plan, 77_102).await;
    let names: Vec<_> =
        tab.doc.items(&plan::PROVISION).into_iter().map(|id| tab.doc.words(&plan::PROVISION, id, "name")).collect();
    assert!(names.contains(&"Swimming".to_owned()), "{names:?}");
}

/// Whatever a child has by rank is asked about, and not the main need alone.
#[sqlx::test(migrations = false)]
async fn a_second_need_without_help_is_a_gap_too(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let mut owner = crate::support::owner(&options).await;
    let sql = "update pupil_needs set code = 'VI' where pupil_id = $1 and rank = 2";
    let changed = sqlx::query(sql).bind(kai.0).execute(&mut owner).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let page = async |area: &str| {
        let query = MapQuery { area: area.to_owned(), ..MapQuery::default() };
        server.backend.map_page(pike.viewer, query).await.unwrap()
    };
    let all = page("").await;
    let row = all.coverage.iter().find(|row| row.area == "S&P").unwrap();
    assert!(row.with_need > 0, "{:?}", all.coverage);
    let helped = all.rows.iter().filter(|row| row.areas.contains(&"S&P".to_owned()));
    let is_helped = helped.flat_map(|row| &row.children).any(|share| share.name == "Kai");
    assert_eq!(all.gaps.iter().any(|gap| gap.name == "Kai" && gap.need == "VI"), !is_helped);
    assert!(page("S&P").await.coverage.iter().all(|row| row.area == "S&P"));
}
