//! What the servers are put through. Each scenario is one file, and the same for both.

mod burst;
mod crash;
mod hostile;
mod idle;
mod join;
mod latency;
mod saturate;

use crate::{
    figures::Figures,
    target::{House, Target},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// 25 rooms of 8 people who type 5 letters a second.
    Latency,
    /// The same, while somebody else keeps the disk busy.
    Disk,
    /// More and more rooms, until letters take too long.
    Saturate,
    /// What a letter costs with 10, 100 and 500 rooms.
    Linear,
    /// Coming into a document of 60,000 single edits.
    Join,
    /// The memory of many rooms in which nobody types, and of none.
    Idle,
    /// `kill -9` while people type.
    Crash,
    /// `kill -9` after 60,000 edits in a few seconds.
    Burst,
    /// Seventeen ways to break a server.
    Hostile,
}

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) full: bool,
}

impl Pace {
    pub(crate) fn choose<T>(self, quick: T, full: T) -> T {
        if self.full { full } else { quick }
    }
}

impl Scenario {
    pub(crate) async fn run(self, house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
        match self {
            Self::Latency => latency::run(house, target, pace, to).await,
            Self::Disk => latency::run_on_busy_disk(house, target, pace, to).await,
            Self::Saturate => saturate::run(house, target, pace, to).await,
            Self::Linear => latency::run_linear(house, target, pace, to).await,
            Self::Join => join::run(house, target, pace, to).await,
            Self::Idle => idle::run(house, target, pace, to).await,
            Self::Crash => crash::run(house, target, pace, to).await,
            Self::Burst => burst::run(house, target, pace, to).await,
            Self::Hostile => hostile::run(house, target, pace, to).await,
        }
    }
}
