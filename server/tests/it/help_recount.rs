//! Schools drawn by chance: who gets what and what worked equal what anybody would count from the JSON of the records
//! that were agreed, with what help costs and what was told between meetings beside it.

mod by_hand;
mod drawn;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    view::{
        Paging,
        map::{ImpactPage, ImpactQuery, ImpactRow, MapPage, MapQuery},
        pupils::PupilPage,
    },
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use server::db::{self, records::Cost};
use shared::{
    ItemId, MeetingId, PersonId, PupilId, RecordId, SchoolId,
    record::{AgreedRecord, Delivery, MeetingFacts, Provision, ReviewedTarget, Scores, Target},
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Date, Duration, format_description::well_known::Iso8601};
use uuid::Uuid;

use self::{
    by_hand::{Given, cycles_are_counted_right, given, impact_is_counted_right, map_is_counted_right, stuck},
    drawn::{Child, found, some_child},
};
use crate::support::{NOON, TestServer, owner};

const SCHOOLS: u64 = 4;
const CHILDREN: usize = 24;
const HELPS: [&str; 5] = ["Precision teaching", " precision  Teaching", "ELSA", "Reading buddy", "Coloured overlay"];
const AREAS: [&str; 5] = ["C&I", "C&L", "SEMH", "S&P", ""];
const NEEDS: [(&str, &str); 5] = [("ASD", "C&I"), ("MLD", "C&L"), ("SEMH", "SEMH"), ("HI", "S&P"), ("OTH", "")];

#[sqlx::test(migrations = false)]
async fn who_gets_what_and_what_worked_are_what_anybody_would_count(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let mut reached_without = 0;
    for seed in 0..SCHOOLS {
        let chance = &mut StdRng::seed_from_u64(seed);
        let school = SchoolId(Uuid::from_u128(chance.random()));
        let staff = [chance.random(), chance.random()].map(|id| Viewer {
            school,
            person: PersonId(Uuid::from_u128(id)),
            by_link: None,
        });
        let all: Vec<Child> = (1..=CHILDREN).map(|number| some_child(chance, number)).collect();
        found(&server, &mut owner, school, staff, &all).await;
        let given = given(&mut owner, &all).await;
        for (who, viewer) in staff.into_iter().enumerate() {
            // The SENCO sees whom she is not kept from; the teacher whom he sits at the newest table of.
            let is_known =
                |child: &Child| if who == 0 { !child.kept } else { child.taught && !child.cycles.is_empty() };
            let known: Vec<&Child> = all.iter().filter(|child| is_known(child)).collect();
            let given: Vec<&Given> = given.iter().filter(|given| is_known(given.child)).collect();
            let terms: BTreeSet<String> =
                given.iter().filter(|one| !one.never_held).map(|one| one.term.clone()).collect();
            assert!(terms.len() > 2 && given.len() > 10, "the drawn school asks nothing");
            assert!(given.iter().any(|given| given.never && given.review.is_some()), "everything was given");
            assert!(who == 1 || given.iter().any(|given| given.never_held), "nobody agreed two plans on one day");
            let got_there = |given: &&&Given| {
                let found = given.review.iter().flat_map(|review| &review.reviews);
                let mut of_it = found.filter(|found| given.help.targets.contains(&found.id));
                of_it.any(|found| found.rating == "ACHIEVED")
            };
            reached_without += given.iter().filter(got_there).filter(|given| given.never).count();
            for child in known.iter().filter(|_| who == 0) {
                let page = server.backend.pupil_page(viewer, PupilId(child.id)).await.unwrap();
                cycles_are_counted_right(&page, child, &given);
            }
            for term in &terms {
                let of_term = MapQuery { term: term.clone(), ..MapQuery::default() };
                for query in [
                    of_term.clone(),
                    MapQuery { year: "Year 3".to_owned(), who: "Mr Bell".to_owned(), ..of_term.clone() },
                    MapQuery { class: "4Q".to_owned(), ..of_term.clone() },
                    MapQuery { tier: "targeted".to_owned(), ..of_term.clone() },
                    MapQuery { area: "SEMH".to_owned(), ..of_term.clone() },
                    MapQuery { funding: "school".to_owned(), ..of_term },
                ] {
                    let page = server.backend.map_page(viewer, query.clone()).await.unwrap();
                    assert_eq!(page.terms, terms.iter().rev().cloned().collect::<Vec<_>>());
                    map_is_counted_right(&page, &query, &known, &given, who == 0);
                }
                let query = ImpactQuery { term: term.clone(), area: "C&L".to_owned(), ..ImpactQuery::default() };
                let page = server.backend.impact_page(viewer, query.clone()).await.unwrap();
                impact_is_counted_right(&page, &query, &given, who == 0);
            }
            let page = server.backend.impact_page(viewer, ImpactQuery::default()).await.unwrap();
            impact_is_counted_right(&page, &ImpactQuery::default(), &given, who == 0);
            let shown: BTreeSet<_> = page.stuck.iter().map(|gap| (gap.name.as_str(), gap.need.clone())).collect();
            assert_eq!(shown, stuck(&known).into_iter().collect());
        }
    }
    assert!(reached_without > 0, "no target was reached without a help that was planned for it");
}
