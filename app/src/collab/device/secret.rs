//! The key that encrypts what waits here. Made by the browser, kept by the browser, and never
//! readable by a script, ours included.

use js_sys::{Array, Uint8Array, futures::JsFuture};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};

use super::database::{Database, KEY, Mode, complete, done};

pub(super) const IV: usize = 12;

const ALGORITHM: &str = "AES-GCM";
const BITS: u16 = 256;

pub(super) struct Secret(CryptoKey);

impl Secret {
    /// This device’s key, made when it is first asked for. Two tabs that ask at once get the same.
    pub(super) async fn of(database: &Database) -> Result<Self, JsValue> {
        let name = JsValue::from("key");
        let (_, keys) = database.begin(KEY, Mode::Read)?;
        let there = done(&keys.get(&name)?).await?;
        if let Ok(key) = there.dyn_into() {
            return Ok(Self(key));
        }
        let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
        let made = subtle()?.generate_key_with_object(&AesKeyGenParams::new(ALGORITHM, BITS), false, &uses)?;
        let made: CryptoKey = JsFuture::from(made).await?.dyn_into()?;
        let (txn, keys) = database.begin(KEY, Mode::Write)?;
        let there = done(&keys.get(&name)?).await?;
        let key = match there.dyn_into() {
            Ok(theirs) => theirs,
            Err(_) => {
                keys.put_with_key(&made, &name)?;
                made
            }
        };
        complete(&txn).await?;
        Ok(Self(key))
    }

    /// The iv, and what only this key opens, and only together with `about`.
    pub(super) async fn seal(&self, bytes: &[u8], about: &[u8]) -> Result<Vec<u8>, JsValue> {
        let mut iv = [0; IV];
        crypto()?.get_random_values_with_u8_array(&mut iv)?;
        let how = how(&iv, about);
        let sealed = subtle()?.encrypt_with_object_and_js_u8_array(&how, &self.0, &Uint8Array::from(bytes))?;
        let sealed = Uint8Array::new(&JsFuture::from(sealed).await?).to_vec();
        Ok([iv.as_slice(), &sealed].concat())
    }

    pub(super) async fn open(&self, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, JsValue> {
        let (iv, sealed) = sealed.split_at_checked(IV).ok_or(JsValue::UNDEFINED)?;
        let how = how(iv, about);
        let bytes = subtle()?.decrypt_with_object_and_js_u8_array(&how, &self.0, &Uint8Array::from(sealed))?;
        Ok(Uint8Array::new(&JsFuture::from(bytes).await?).to_vec())
    }
}

fn how(iv: &[u8], about: &[u8]) -> AesGcmParams {
    let how = AesGcmParams::new_with_u8_array(ALGORITHM, &Uint8Array::from(iv));
    how.set_additional_data_u8_array(&Uint8Array::from(about));
    how
}

fn crypto() -> Result<Crypto, JsValue> {
    window().crypto()
}

/// Fails on a page that did not come over TLS.
fn subtle() -> Result<SubtleCrypto, JsValue> {
    let subtle = crypto()?.subtle();
    if subtle.is_undefined() { Err(JsValue::UNDEFINED) } else { Ok(subtle) }
}
