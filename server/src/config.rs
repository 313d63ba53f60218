//! What can be set from outside: by a flag, or by a variable whose name begins with `ROUNDTABLE_`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use shared::{PupilId, SchoolId};

use crate::limits::Settings;

/// A SEN review meeting held live: everyone round the table writes one plan together.
#[derive(Debug, Parser)]
#[command(name = "roundtable", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the meetings of this data directory, or of DATABASE_URL.
    Serve(Config),
    /// The same, with three invented pupils to try it with, made on the first start.
    Demo(Config),
    /// Bring the database up to date and end.
    Migrate(DatabaseConfig),
    /// Say what is wrong with this installation, if anything is. Changes nothing; the server may be running.
    Check(Config),
    /// How long what is kept: what the rules would destroy, and what is to be kept whatever they say.
    Retention {
        #[command(subcommand)]
        command: RetentionCommand,
    },
    /// Destroy everything of one child, for good, also where an older backup brings it back.
    Erase {
        /// The child’s id: it is in the address of their page.
        #[arg(long)]
        pupil: PupilId,
        /// Really. Without it, it is said what would go.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Gather everything that is held about one child into one archive.
    Export {
        /// The child’s id: it is in the address of their page.
        #[arg(long)]
        pupil: PupilId,
        /// Where to write it: a zip file that is not there yet.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Print a link by which somebody sets up their account anew: for a SENCO who has lost what opened it, in a school
    /// where nobody else can make one. It is written down.
    WayIn {
        /// The address they sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Give somebody a post that is kept, where nobody in the school can: the first head, the first to hold one where
    /// there is no head, or the next one where whoever held it has gone. It is written down.
    ///
    /// They have an account already, and have signed in to it themselves: ask them, not who made it. Where somebody in
    /// the school can give that post, it says who, and changes nothing.
    Name {
        /// The address they sign in with.
        #[arg(long)]
        email: String,
        /// head, senco, safeguarding-lead or data-protection-lead.
        #[arg(long)]
        post: String,
        /// Also where somebody in the school could: they are away for long, or it is about them.
        #[arg(long)]
        all_the_same: bool,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// The schools of this installation. None sees anything of another.
    School {
        #[command(subcommand)]
        command: SchoolCommand,
    },
    /// What was written down about who did, read and took away what.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum SchoolCommand {
    /// One more school. Prints a link by which its SENCO sets up their account, as the first school’s did.
    ///
    /// From the second on, each provider of school accounts has to name its school (see `serve --help`).
    Add {
        /// As it stands on letters: “Larkfield Hollow Primary School”.
        name: String,
        /// Its SENCO: “Mrs Joanna Pike”.
        #[arg(long)]
        senco: String,
        /// The address they will sign in with. Nobody else here may have it.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// The id and the name of each, for other commands.
    List(DatabaseConfig),
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Read every row, and say whether one was changed or taken out, or rows were cut off the end, or nothing tells
    /// whether they were. Prints the newest hash of each school, to be kept elsewhere too.
    Verify(DatabaseConfig),
    /// Take what is there for what was there: after an older backup was restored, the end of which is known to be gone,
    /// and where the data directory is another, of a further server or on another machine.
    Accept(DatabaseConfig),
}

#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Do what the rules ask for today; the server does so by itself every hour.
    Run {
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
        #[arg(long, env = "ROUNDTABLE_KEEP_HISTORY_DAYS", default_value_t = 14)]
        keep_history_days: u16,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Take back what was marked of this child, and keep everything of theirs until it is released.
    #[command(visible_alias = "hold")]
    Undo {
        #[arg(long)]
        pupil: PupilId,
        /// Why, for whoever asks in years.
        #[arg(long)]
        because: String,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Let the rules apply to this child again.
    Release {
        #[arg(long)]
        pupil: PupilId,
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// The rules of each school; with a school and what it is about, a new one. That of the record counts from the child’s
    /// date of birth.
    Rules {
        #[arg(long, requires = "what")]
        school: Option<SchoolId>,
        /// record, history, draft, or way-in.
        #[arg(long, requires = "school")]
        what: Option<String>,
        #[arg(long, default_value_t = 0)]
        years: i32,
        #[arg(long, default_value_t = 0)]
        days: i32,
        /// How long it stays marked first.
        #[arg(long, default_value_t = 30)]
        undo_days: i32,
        /// Also where something is due by it at once.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

#[derive(Clone, Debug, Args)]
pub struct DatabaseConfig {
    /// Where everything is kept: the private database, the key of the join links, demo.json.
    #[arg(long, env = "ROUNDTABLE_DATA", default_value = "./data")]
    pub data: PathBuf,

    /// A Postgres to use instead of a private one in the data directory.
    ///
    /// Its user must be allowed to make tables and roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct Config {
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Where to listen.
    #[arg(long, env = "ROUNDTABLE_ADDR", default_value = "127.0.0.1:3000")]
    pub addr: SocketAddr,

    /// Where people reach the server, if not there: https://meetings.example.sch.uk
    ///
    /// Pages at any other address are not ours: what they send is refused.
    #[arg(long, env = "ROUNDTABLE_URL")]
    pub url: Option<String>,

    /// Where metrics are read, and `/check`. Not for the world: put it where only you can reach it.
    #[arg(long, env = "ROUNDTABLE_ADMIN_ADDR", default_value = "127.0.0.1:0")]
    pub admin_addr: SocketAddr,

    /// What browsers download, as scripts/build-site.mjs makes it.
    #[arg(long, env = "ROUNDTABLE_SITE", default_value = "target/site")]
    pub site: PathBuf,

    /// Where your backups of the database are put, for `roundtable check` to say how old the newest is.
    #[arg(long, env = "ROUNDTABLE_BACKUPS")]
    pub backups: Option<PathBuf>,

    /// NATS servers, separated by commas, through which several of these servers serve the same meetings.
    ///
    /// Without it a meeting is open on one server at a time. Whoever can reach them can read and write what
    /// is being written: nats://user:password@… on a private network, or tls://….
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: Option<String>,

    /// Who provides accounts for which school: a list in JSON, one OpenID Connect provider in each entry.
    ///
    /// {"issuer": "https://…", "client_id": "…", "client_secret_file": "…" or "client_secret_env": "…"}, and, where
    /// there are several schools, "school": its id. See ARCHITECTURE.md for what else it may say.
    #[arg(long, env = "ROUNDTABLE_SCHOOL_ACCOUNTS")]
    pub school_accounts: Option<PathBuf>,

    /// How many connections to keep to the database.
    #[arg(long, env = "ROUNDTABLE_DATABASE_CONNECTIONS", default_value_t = 16)]
    pub database_connections: u32,

    /// How many seconds a meeting stays in memory after the last person has left.
    #[arg(long, env = "ROUNDTABLE_EMPTY_ROOM_SECONDS", default_value_t = 30)]
    pub empty_room_seconds: u16,

    /// How many seconds whoever runs a meeting is away before somebody else from the school may take it over.
    #[arg(long, env = "ROUNDTABLE_TAKE_OVER_SECONDS", default_value_t = 120)]
    pub take_over_seconds: u16,

    /// How many days after the agreement the keystrokes of a meeting are destroyed.
    ///
    /// The record stays, and the documents as they stood at the end.
    #[arg(long, env = "ROUNDTABLE_KEEP_HISTORY_DAYS", default_value_t = 14)]
    pub keep_history_days: u16,

    #[command(flatten)]
    pub limits: Settings,
}

impl Config {
    /// The address in links and in `Origin`, without a slash at its end.
    pub fn public_url(&self, listening: SocketAddr) -> String {
        match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{listening}"),
        }
    }
}
