//! `roundtable`: the server, from the terminal.

use std::{io::Write, process::ExitCode};

use anyhow::Context;
use clap::Parser;
use server::{
    clock::SharedClock,
    config::{AuditCommand, Cli, Command, Config},
    demo,
    keys::set_up,
    logging,
    startup::{self, Application},
};
use tokio::net::TcpListener;

mod keeping;

/// A Yjs update is read by recursion, about 280 bytes of stack a level, and the largest frame holds
/// some thirty thousand levels. Overflowing a stack ends the whole process, so there is room.
const STACK: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(logging::filter(std::env::var("ROUNDTABLE_LOG").ok().as_deref()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run(cli.command)),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "roundtable: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(config) => serve(&config, false).await,
        Command::Demo(config) => serve(&config, true).await,
        Command::Migrate(config) => startup::migrate(&config).await,
        Command::Check(config) => check(&config).await,
        Command::WayIn { email, database } => keeping::way_in(&database, &email).await,
        Command::Name { email, post, all_the_same, database } => {
            keeping::name(&database, &email, &post, all_the_same).await
        }
        Command::School { command } => keeping::school(command).await,
        Command::Audit { command: AuditCommand::Verify(config) } => keeping::verify_audit(&config).await,
        Command::Audit { command: AuditCommand::Accept(config) } => keeping::accept_audit(&config).await,
        Command::Retention { command } => keeping::retention(command).await,
        Command::Export { pupil, to, database } => keeping::export(&database, pupil, &to).await,
        Command::Erase { pupil, yes, database } => keeping::erase(&database, pupil, yes).await,
    }
}

async fn check(config: &Config) -> anyhow::Result<()> {
    let found = startup::check(config).await?;
    for finding in &found {
        writeln!(std::io::stdout(), "{finding}")?;
    }
    let wrong = found.iter().filter(|finding| finding.wrong.is_some()).count();
    anyhow::ensure!(wrong == 0, "{wrong} of {} are not as they should be", found.len());
    Ok(())
}

async fn serve(config: &Config, with_demo: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("{} is not free: choose another ROUNDTABLE_ADDR", config.addr))?;
    // Before anything is started, so that there is no moment at which Ctrl-C leaves something behind.
    let shutdown = shutdown_signal()?;
    let application = Application::build(config, listener, SharedClock::system()).await?;
    let mut said = format!("Roundtable is on {}\n", application.state().url);
    if let Some(code) = set_up_code(&application, with_demo).await? {
        said += &format!(
            "There is no school yet. Set one up on {}/set-up with this code:\n\n  {code}\n",
            application.state().url
        );
    }
    if with_demo {
        said += &demo::prepare(application.state(), application.join_key(), &config.database.data).await?;
    }
    tracing::info!("metrics on http://{}/metrics", application.admin_addr()?);
    // Nobody may be reading, and that is fine.
    let _ = std::io::stdout().write_all(said.as_bytes());
    application.run_until_stopped(shutdown).await
}

/// The demo brings its own schools.
async fn set_up_code(application: &Application, with_demo: bool) -> anyhow::Result<Option<String>> {
    if with_demo { Ok(None) } else { Ok(set_up::begin(application.state()).await?) }
}

/// Ctrl-C, or what a service manager sends.
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
