//! IndexedDB, as far as it is needed here: requests and transactions that can be awaited.

use js_sys::{Object, Promise, Reflect, futures::JsFuture};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction};

const NAME: &str = "roundtable";
const VERSION: u32 = 1;

/// The entries, and the key that encrypts them.
pub(super) const UNSENT: &str = "unsent";
pub(super) const KEY: &str = "key";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

/// Closed when it is dropped, and as soon as somebody wants it gone.
pub(super) struct Database {
    db: IdbDatabase,
    _yields: Closure<dyn FnMut()>,
}

impl Database {
    /// Fails if there is none and none may be made.
    pub(super) async fn open(may_make: bool) -> Result<Self, JsValue> {
        let request = factory()?.open_with_u32(NAME, VERSION)?;
        let make = {
            let request = request.clone();
            Closure::<dyn FnMut()>::new(move || {
                let _ = make(&request, may_make);
            })
        };
        request.set_onupgradeneeded(Some(make.as_ref().unchecked_ref()));
        let db: IdbDatabase = done(&request).await?.unchecked_into();
        let yields = {
            let db = db.clone();
            Closure::<dyn FnMut()>::new(move || db.close())
        };
        db.set_onversionchange(Some(yields.as_ref().unchecked_ref()));
        Ok(Self { db, _yields: yields })
    }

    /// A transaction on one store. It must be given something to do before anything else is awaited.
    pub(super) fn begin(&self, store: &str, mode: Mode) -> Result<(IdbTransaction, IdbObjectStore), JsValue> {
        let options = Object::new();
        // “On this device” must outlive a battery, not only the browser.
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let mode = if mode == Mode::Read { "readonly" } else { "readwrite" };
        // web-sys calls the options unstable, and leaves them out.
        let transaction: js_sys::Function = Reflect::get(&self.db, &"transaction".into())?.dyn_into()?;
        let txn: IdbTransaction = transaction.call3(&self.db, &store.into(), &mode.into(), &options)?.unchecked_into();
        let store = txn.object_store(store)?;
        Ok((txn, store))
    }

    pub(super) async fn clear(&self) -> Result<(), JsValue> {
        for store in [UNSENT, KEY] {
            let (txn, store) = self.begin(store, Mode::Write)?;
            store.clear()?;
            complete(&txn).await?;
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.db.set_onversionchange(None);
        self.db.close();
    }
}

/// Removes the database. Another tab that does not let go of it keeps an empty one for a while.
pub(super) async fn delete() -> Result<(), JsValue> {
    let request = factory()?.delete_database(NAME)?;
    let gone = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onblocked(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(gone).await.map(|_| ())
}

/// The result of a request.
pub(super) async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(settled).await?;
    request.result()
}

/// Waits until all of a transaction is written down.
pub(super) async fn complete(txn: &IdbTransaction) -> Result<(), JsValue> {
    let settled = Promise::new(&mut |resolve, reject| {
        txn.set_oncomplete(Some(&resolve));
        txn.set_onabort(Some(&reject));
    });
    JsFuture::from(settled).await.map(|_| ())
}

fn factory() -> Result<IdbFactory, JsValue> {
    window().indexed_db()?.ok_or(JsValue::UNDEFINED)
}

fn make(request: &IdbOpenDbRequest, may_make: bool) -> Result<(), JsValue> {
    if may_make {
        let db: IdbDatabase = request.result()?.unchecked_into();
        [UNSENT, KEY].into_iter().try_for_each(|store| db.create_object_store(store).map(|_| ()))
    } else {
        // Then the browser makes none.
        request.transaction().map_or(Ok(()), |txn| txn.abort())
    }
}
