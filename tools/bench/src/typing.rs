//! People typing, each at their own pace.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{client::Client, dice::Dice};

/// Letters a second of somebody who types well.
pub(crate) const PACE: f64 = 5.0;

/// After a gap in the load itself nobody types more quickly to make up for it.
const GAP: Duration = Duration::from_secs(2);

/// Types until it is dropped.
#[derive(Debug)]
pub(crate) struct Typing(AbortHandle);

impl Typing {
    pub(crate) fn start(people: &[Rc<Client>], letters_a_second: f64) -> Self {
        let (now, mut dice) = (Instant::now(), Dice::new(people.first().map_or(1, |client| client.id)));
        let mut pause = move |low: f64, high: f64| {
            let chance = f64::from(dice.below(1_000_000)) / 1e6;
            Duration::from_secs_f64((low + chance * (high - low)) / letters_a_second)
        };
        let mut people: Vec<_> = people.iter().map(|client| (client.clone(), now + pause(0.0, 1.0))).collect();
        let typing = async move {
            let mut tick = interval(Duration::from_millis(5));
            tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                tick.tick().await;
                let now = Instant::now();
                for (client, next) in people.iter_mut().filter(|(_, next)| *next <= now) {
                    client.type_letter();
                    *next += pause(0.7, 1.3);
                    if now.duration_since(*next) > GAP {
                        *next = now + pause(0.0, 1.0);
                    }
                }
            }
        };
        Self(tokio::task::spawn_local(typing).abort_handle())
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        self.0.abort();
    }
}
