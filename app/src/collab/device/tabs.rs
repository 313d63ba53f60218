//! The tabs of this browser that show our pages: which of them live, and that somebody finished.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise, Reflect, futures::JsFuture};
use leptos::prelude::window;
use shared::PersonId;
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

const LOCKS: &str = "roundtable/";
const CHANNEL: &str = "roundtable";

/// Where the others are told, and what happens when they tell us.
type Telling = (BroadcastChannel, Closure<dyn FnMut()>);

thread_local! {
    /// For as long as the page.
    static FINISHED: RefCell<Option<Telling>> = const { RefCell::new(None) };
}

/// Where tabs say whose they are.
const PERSON: &str = "roundtable-person";

type Hearing = (BroadcastChannel, Closure<dyn FnMut(MessageEvent)>);

thread_local! {
    static SOMEBODY: RefCell<Option<Hearing>> = const { RefCell::new(None) };
}

/// Says to other tabs of this browser who is signed in now. A page of somebody else’s is loaded anew: what is
/// pressed on it would be done in the wrong name.
pub(in crate::collab) fn tell_person(me: PersonId) {
    let Ok(channel) = BroadcastChannel::new(PERSON) else { return };
    let mine = me.to_string();
    let hear = Closure::<dyn FnMut(MessageEvent)>::new({
        let mine = mine.clone();
        move |event: MessageEvent| {
            if event.data().as_string().is_some_and(|person| person != mine) {
                let _ = window().location().reload();
            }
        }
    });
    channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    let _ = channel.post_message(&mine.into());
    SOMEBODY.set(Some((channel, hear)));
}

/// Says to other tabs, by a lock of the browser’s, that this one lives. The browser lets go of it
/// however the tab ends.
pub(in crate::collab) struct TabLock {
    release: Function,
    _hold: Closure<dyn FnMut() -> Promise>,
}

impl TabLock {
    /// Nothing, in a browser without locks.
    pub(in crate::collab) fn take(tab: Uuid) -> Option<Self> {
        let locks = locks()?;
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let hold = Closure::<dyn FnMut() -> Promise>::new(move || held.clone());
        let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
        request.call2(&locks, &format!("{LOCKS}{tab}").into(), hold.as_ref()).ok()?;
        Some(Self { release: release?, _hold: hold })
    }
}

impl Drop for TabLock {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// The tabs that live. Without locks none is known to, and what they left is taken up twice: that
/// costs a message, and changes nothing.
pub(super) async fn alive() -> Vec<Uuid> {
    held().await.unwrap_or_default()
}

async fn held() -> Result<Vec<Uuid>, JsValue> {
    let locks = locks().ok_or(JsValue::UNDEFINED)?;
    let query: Function = Reflect::get(&locks, &"query".into())?.dyn_into()?;
    let all: Promise = query.call0(&locks)?.dyn_into()?;
    let held = Reflect::get(&JsFuture::from(all).await?, &"held".into())?;
    let tab = |lock: JsValue| {
        let name = Reflect::get(&lock, &"name".into()).ok()?.as_string()?;
        name.strip_prefix(LOCKS)?.parse().ok()
    };
    Ok(Array::from(&held).iter().filter_map(tab).collect())
}

/// web-sys calls the lock manager unstable, and leaves it out.
fn locks() -> Option<JsValue> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}

/// Somebody finished in another tab: what happens then in this one.
pub(in crate::collab) fn when_finished(act: impl FnMut() + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let act = Closure::<dyn FnMut()>::new(act);
    channel.set_onmessage(Some(act.as_ref().unchecked_ref()));
    FINISHED.set(Some((channel, act)));
}

pub(in crate::collab) fn tell_finished() {
    FINISHED.with_borrow(|finished| {
        if let Some((channel, _)) = finished {
            let _ = channel.post_message(&"finished".into());
        }
    });
}
