//! The sections of a meeting, opened by everybody on a live socket.

use std::{collections::BTreeMap, time::Duration};

use futures::{SinkExt, StreamExt, future::join_all};
use server::limits::Settings;
use shared::{
    MeetingId, Section, Stage,
    protocol::{Frame, Message},
};
use tokio_tungstenite::tungstenite::{self, Message as Packet};

use super::{
    Told, Who, session,
    who::{At, told_of},
};
use crate::support::socket::{Address, ORIGIN, Tab, knock};

/// Everybody comes from one address here.
pub(super) fn patient() -> Settings {
    Settings { handshakes_per_minute: 10_000, ..Settings::default() }
}

/// Everybody at once opens every section of this meeting. What anybody was told that they should not have been.
pub(super) async fn ask_all(address: &Address, meeting: MeetingId, stage: Stage, at: At) -> Vec<String> {
    let all = Who::all().into_iter().map(async |who| (who, ask(address, who, meeting).await));
    let mut wrong = vec![];
    for (who, told) in join_all(all).await {
        for section in Section::ALL {
            let (told, expected) = (told[&section], told_of(section, stage, at, who));
            if told != expected {
                wrong.push(format!("{section:?} {stage:?} {at:?}, {who:?}: {told:?} in place of {expected:?}"));
            }
        }
    }
    wrong
}

async fn ask(address: &Address, who: Who, meeting: MeetingId) -> BTreeMap<Section, Told> {
    let cookie = format!("sid={}", session(who));
    let cookie = (who != Who::SignedOut).then_some(cookie.as_str());
    let mut socket = match knock(address, cookie, Some(ORIGIN)).await {
        Ok(socket) => socket,
        Err(tungstenite::Error::Http(answer)) if answer.status() == 401 => {
            return Section::ALL.into_iter().map(|section| (section, Told::NotSignedIn)).collect();
        }
        Err(other) => panic!("{who:?}: {other}"),
    };
    for section in Section::ALL {
        for message in [Message::AuthToken(String::new()), Message::SyncStep1(vec![0])] {
            socket.send(Tab::packet(meeting, section, message)).await.unwrap();
        }
    }
    let mut told = BTreeMap::new();
    while told.len() < Section::ALL.len() {
        let heard = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.expect("nothing was heard");
        let bytes = match heard {
            Some(Ok(Packet::Binary(bytes))) => bytes,
            Some(Ok(Packet::Ping(_))) => continue,
            ended => panic!("{who:?}: {ended:?} after {told:?}"),
        };
        let frame = Frame::decode(&bytes).unwrap();
        let Some((_, section)) = Section::parse_document_name(&frame.document) else { continue };
        match frame.message {
            Message::SyncStep2(_) => drop(told.insert(section, Told::Yes)),
            Message::PermissionDenied(_) => drop(told.insert(section, Told::NotAllowed)),
            // Nothing of what is in it comes but as an answer.
            Message::Update(_) => panic!("{who:?} was sent an update of {section:?} that nobody made"),
            _ => {}
        }
    }
    // Nobody hears of a section both that it is not theirs and what is in it: by now either would have come.
    told
}
