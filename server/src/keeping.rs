//! The commands of whoever answers for what is kept: from the terminal, beside the running server.

use std::{
    fs::OpenOptions,
    io::{Write, stdout},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, ensure};
use server::{
    audit::{self, heads::Heads},
    clock::SharedClock,
    cluster::Cluster,
    config::{DatabaseConfig, RetentionCommand, SchoolCommand},
    db,
    erasure::{self, Ledger},
    keys::{
        self,
        accounts::{NoJoiner, NotNamed},
        set_up::{self, NotSetUp},
    },
    retention::{
        self,
        rules::{Rule, What},
    },
    rooms::Rooms,
    startup::with_database,
    subject,
};
use shared::{PupilId, SchoolId, rights::Post};
use time::{Duration, OffsetDateTime};

fn now() -> OffsetDateTime {
    SharedClock::system().now()
}

pub(super) async fn verify_audit(config: &DatabaseConfig) -> anyhow::Result<()> {
    let heads = Heads::in_directory(&config.data);
    let read = async |db| Ok((audit::verify(&db).await?, heads.check(&db).await));
    let (whole, end) = with_database(config, read).await?;
    let since = heads.since().unwrap_or_default();
    for school in whole {
        let known = since.get(&school.school).map(|row| format!(", its end known beside the database since row {row}"));
        writeln!(stdout(), "{school}{}", known.unwrap_or_default())?;
    }
    Ok(end?)
}

pub(super) async fn accept_audit(config: &DatabaseConfig) -> anyhow::Result<()> {
    let heads = Heads::in_directory(&config.data);
    let accept = async |db| Ok((heads.accept(&db, now()).await?, audit::verify(&db).await));
    let (accepted, whole) = with_database(config, accept).await?;
    accepted.iter().try_for_each(|accepted| writeln!(stdout(), "{accepted}"))?;
    writeln!(stdout(), "From now on the end that is there is the end that was there.")?;
    // What stands before the end is the chain’s to tell, and nobody’s to accept.
    whole.context("accepted was where the rows end, and nothing else")?;
    Ok(())
}

pub(super) async fn way_in(config: &DatabaseConfig, email: &str) -> anyhow::Result<()> {
    let link = with_database(config, async |db| Ok(keys::accounts::way_in(&db, email, now()).await?)).await?;
    let Some(link) = link else { anyhow::bail!("no open account signs in with {email}; nothing has changed") };
    writeln!(
        stdout(),
        "Good once, for seven days. Used, it ends all that opened the account before, a school account too."
    )?;
    writeln!(stdout(), "Behind the address of the server:\n\n  {link}")?;
    Ok(())
}

pub(super) async fn name(config: &DatabaseConfig, email: &str, post: &str, all_the_same: bool) -> anyhow::Result<()> {
    let post = Post::from_name(post).filter(|post| post.is_kept());
    let Some(post) = post else {
        anyhow::bail!("the posts are head, senco, safeguarding-lead and data-protection-lead; nothing has changed")
    };
    let named =
        with_database(config, async |db| Ok(keys::accounts::name(&db, (email, post), all_the_same, now()).await?));
    match named.await? {
        Ok(()) => {}
        Err(NotNamed::NoAccount) => anyhow::bail!("no open account signs in with {email}; nothing has changed"),
        Err(NotNamed::LinkOpen) => anyhow::bail!(
            "a link to the account of {email} is waiting to be used, and whoever made it has seen it; name them when \
             they have signed in; nothing has changed"
        ),
        Err(NotNamed::AlreadyAre) => anyhow::bail!("{email} is {} already; nothing has changed", post.words()),
        Err(NotNamed::OthersCan(others)) => anyhow::bail!(
            "{} can make {email} {} in the school, under “Who is what” (/staff/posts): ask them; if they cannot, say \
             --all-the-same; nothing has changed",
            others.join(" or "),
            post.words()
        ),
    }
    writeln!(stdout(), "{email} is {} now. Everybody else who is, reads of it on the first page.", post.words())?;
    writeln!(
        stdout(),
        "Ask them in person whether they set up that account themselves. If they did not, give them the"
    )?;
    writeln!(
        stdout(),
        "link that `roundtable way-in --email {email}` prints: used, it ends all that opened it before, a school account too."
    )?;
    Ok(())
}

pub(super) async fn school(command: SchoolCommand) -> anyhow::Result<()> {
    match command {
        SchoolCommand::Add { name, senco, email, database } => {
            let heads = Heads::in_directory(&database.data);
            let made = with_database(&database, async |db| {
                // It may be the first of all. If not, and there is no file, `audit verify` says so.
                let _ = heads.begin(&db).await;
                Ok(set_up::make(&db, &name, (&senco, &email), now()).await?)
            });
            let (school, link) = match made.await? {
                Ok(made) => made,
                Err(wrong) => anyhow::bail!("{}; nothing has changed", not_added(wrong, &email)),
            };
            writeln!(stdout(), "The school is there: {school}. Its SENCO sets up their account by this link,")?;
            writeln!(stdout(), "good once, for seven days. Behind the address of the server:\n\n  {link}")?;
            Ok(())
        }
        SchoolCommand::List(database) => {
            with_database(&database, async |db| {
                for school in db::schools::list(&db).await? {
                    let name = db::schools::name(&mut db.begin(school).await?).await?;
                    writeln!(stdout(), "{school}  {name}")?;
                }
                Ok(())
            })
            .await
        }
    }
}

fn not_added(wrong: NotSetUp, email: &str) -> String {
    match wrong {
        NotSetUp::School => "the name of a school has one to 120 letters".to_owned(),
        NotSetUp::Joiner(NoJoiner::Name) => "the name of a SENCO has one to 80 letters".to_owned(),
        NotSetUp::Joiner(NoJoiner::Email) => format!("{email} is no e-mail address"),
        NotSetUp::Joiner(NoJoiner::Taken) => format!("somebody signs in with {email} already"),
        // Of the page alone.
        NotSetUp::Joiner(NoJoiner::Post) | NotSetUp::Done | NotSetUp::Code | NotSetUp::TooOften => {
            "it was not made".to_owned()
        }
    }
}

pub(super) async fn retention(command: RetentionCommand) -> anyhow::Result<()> {
    match command {
        RetentionCommand::Run { dry_run: true, keep_history_days, database } => {
            let keep = Duration::days(keep_history_days.into());
            let all = with_database(&database, async |db| Ok(retention::dry_run(&db, now(), keep).await?)).await?;
            for (school, deeds) in all {
                let things = if deeds.len() == 1 { "thing" } else { "things" };
                writeln!(stdout(), "school {school}: {} {things} to do", deeds.len())?;
                deeds.iter().try_for_each(|deed| writeln!(stdout(), "  would {deed}"))?;
            }
            Ok(())
        }
        RetentionCommand::Run { dry_run: false, keep_history_days, database } => {
            let keep = Duration::days(keep_history_days.into());
            let run = async |db: db::Db| {
                // No meeting is open here. One that is open in the server loses its rows, and closes.
                let rooms = Rooms::new(db.clone(), Cluster::alone(db.clone()));
                let histories = retention::destroy_due(&db, &rooms, now(), keep).await?;
                Ok((histories, retention::run(&db, &rooms, now(), keep).await?))
            };
            let (histories, deeds) = with_database(&database, run).await?;
            writeln!(stdout(), "destroyed the keystrokes of {histories} meetings")?;
            Ok(deeds.iter().try_for_each(|deed| writeln!(stdout(), "did {deed}"))?)
        }
        RetentionCommand::Undo { pupil, because, database } => {
            with_database(&database, async |db| Ok(retention::hold(&db, pupil, &because, now()).await?)).await?;
            writeln!(stdout(), "no mark is left on this child, and all of theirs is kept until it is released")?;
            Ok(())
        }
        RetentionCommand::Release { pupil, database } => {
            with_database(&database, async |db| Ok(retention::release(&db, pupil, now()).await?)).await?;
            writeln!(stdout(), "the rules apply to this child again")?;
            Ok(())
        }
        RetentionCommand::Rules { school, what, years, days, undo_days, yes, database } => {
            let new = match what.as_deref().map(|what| What::from_name(what).ok_or(what)) {
                Some(Err(what)) => anyhow::bail!("there is no rule about {what}: record, history, draft, or way-in"),
                Some(Ok(what)) => school.map(|school| (school, Rule { what, years, days, undo_days })),
                None => None,
            };
            with_database(&database, async |db| rules(db, new, yes).await).await
        }
    }
}

async fn rules(db: db::Db, new: Option<(SchoolId, Rule)>, all_the_same: bool) -> anyhow::Result<()> {
    let schools = db::schools::list(&db).await?;
    if let Some((school, rule)) = new {
        ensure!(schools.contains(&school), "there is no school {school} here");
        ensure!(rule.years >= 0 && rule.days >= 0 && rule.undo_days >= 0, "a rule counts forwards");
        retention::set_rule(&db, school, rule, all_the_same, now()).await?;
    }
    for school in schools {
        let mut txn = db.begin(school).await?;
        writeln!(stdout(), "school {school}")?;
        for Rule { what, years, days, undo_days } in retention::rules::of(&mut txn, Duration::days(14)).await?.all() {
            let (name, from) = (what.name(), what.counted_from());
            writeln!(stdout(), "  {name}: {years} years and {days} days {from}, marked for {undo_days} days")?;
        }
    }
    Ok(())
}

pub(super) async fn export(config: &DatabaseConfig, pupil: PupilId, to: &Path) -> anyhow::Result<()> {
    let archive = with_database(config, async |db| {
        let mut txn = retention::find(&db, pupil).await?;
        let archive = subject::export(&mut txn, pupil, None, now()).await?;
        txn.commit().await?;
        Ok(archive)
    });
    let archive = archive.await?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    file.write_all(&archive)?;
    writeln!(stdout(), "{} holds everything. Read README.html in it before you hand it on.", to.display())?;
    Ok(())
}

pub(super) async fn erase(config: &DatabaseConfig, pupil: PupilId, really: bool) -> anyhow::Result<()> {
    let ledger = Ledger::in_directory(&config.data);
    let erase = async |db: db::Db| {
        if !really {
            let found = erasure::would_erase(&db, pupil).await?;
            writeln!(stdout(), "This would destroy {found}. To do it, say the same with --yes.")?;
            return Ok(());
        }
        erasure::erase(&db, &ledger, pupil, now()).await?;
        writeln!(
            stdout(),
            "Everything of this child was destroyed. Backups still hold it until they are thrown away;"
        )?;
        writeln!(stdout(), "one that is restored here is put right at the next start. Keep the file “erasures”.")?;
        if let Err(error) = db::erasures::rewrite(&db).await {
            writeln!(stdout(), "Its bytes are still in the tables’ files, which are in use ({error}): say the same")?;
            writeln!(stdout(), "again when nobody is in a meeting, or leave it to the database to write over them.")?;
        }
        Ok(())
    };
    with_database(config, erase).await
}
