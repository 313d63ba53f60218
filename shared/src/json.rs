//! Reading JSON where the code for it is downloaded: a browser.
//!
//! What serde_json makes for each type reads from text, takes arrays for structs and words its mistakes. Here all text
//! is read once, by the same code for every type, and what a type adds is only its fields. What must stay true: it
//! reads what serde_json reads, of all that we write; what it cannot read has no words for why.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    read_value(serde_json::from_slice(text).map_err(|_| Unreadable)?)
}

pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    T::deserialize(Read(value))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it could not be read")]
pub struct Unreadable;

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Read(Value);

type Told<T> = Result<T, Unreadable>;

macro_rules! numbers {
    ($($deserialize:ident: $number:ident => $visit:ident;)+) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
            visitor.$visit(self.0.$number().ok_or(Unreadable)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Read {
    type Error = Unreadable;

    /// For what holds any JSON.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(Unreadable),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    numbers! {
        deserialize_bool: as_bool => visit_bool;
        deserialize_u8: as_u64 => visit_u64;
        deserialize_u16: as_u64 => visit_u64;
        deserialize_u32: as_u64 => visit_u64;
        deserialize_i8: as_i64 => visit_i64;
        deserialize_i16: as_i64 => visit_i64;
        deserialize_i32: as_i64 => visit_i64;
        deserialize_i64: as_i64 => visit_i64;
        deserialize_f32: as_f64 => visit_f64;
        deserialize_f64: as_f64 => visit_f64;
    }

    /// Also as the key of a map, where JSON has only text.
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        let number = match &self.0 {
            Value::String(key) => key.parse().ok(),
            value => value.as_u64(),
        };
        visitor.visit_u64(number.ok_or(Unreadable)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Told<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Told<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Told<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Told<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Told<V::Value> {
        visitor.visit_enum(match self.0 {
            Value::String(name) => Variant { name, of: Value::Null },
            Value::Object(fields) if fields.len() == 1 => {
                let (name, of) = fields.into_iter().next().ok_or(Unreadable)?;
                Variant { name, of }
            }
            _ => return Err(Unreadable),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Told<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf unit_struct i128 u128 }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Told<Option<T::Value>> {
        self.0.next().map(|item| seed.deserialize(Read(item))).transpose()
    }
}

struct Fields {
    fields: serde_json::map::IntoIter,
    value: Value,
}

impl Fields {
    fn of(fields: Map<String, Value>) -> Self {
        Self { fields: fields.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Told<Option<K::Value>> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Read(Value::String(key))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Told<V::Value> {
        seed.deserialize(Read(self.value.take()))
    }
}

struct Variant {
    name: String,
    of: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Read;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Told<(V::Value, Read)> {
        Ok((seed.deserialize(Read(Value::String(self.name)))?, Read(self.of)))
    }
}

/// What a variant holds.
impl<'de> VariantAccess<'de> for Read {
    type Error = Unreadable;

    fn unit_variant(self) -> Told<()> {
        if self.0.is_null() { Ok(()) } else { Err(Unreadable) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Told<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Told<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Told<V::Value> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    use super::*;
    use crate::{
        ParticipantId, PersonId, Role,
        presence::{Presence, Writing},
    };

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Plain,
        One(Role),
        Two(u8, String),
        Named { at: i64, of: Option<Box<Kind>> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        nothing: (),
        yes: bool,
        letter: char,
        share: f64,
        below: i32,
        kinds: Vec<Kind>,
        pair: (u16, String),
        by: BTreeMap<PersonId, Vec<u64>>,
        owners: BTreeMap<u64, PersonId>,
        none: Option<u8>,
        some: Option<String>,
        any: Value,
        #[serde(default)]
        left_out: u8,
    }

    #[test]
    fn it_reads_what_serde_json_reads() {
        let all = Everything {
            nothing: (),
            yes: true,
            letter: 'ż',
            share: 0.5,
            below: -3,
            kinds: vec![
                Kind::Plain,
                Kind::One(Role::ALL[1]),
                Kind::Two(7, "words \"of\" theirs".into()),
                Kind::Named { at: -1, of: Some(Box::new(Kind::Plain)) },
            ],
            pair: (65535, "two".into()),
            by: [(PersonId(Uuid::from_u128(5)), vec![0, 1 << 52, u64::MAX])].into(),
            owners: [(u64::MAX, PersonId(Uuid::from_u128(5)))].into(),
            none: None,
            some: Some(String::new()),
            any: serde_json::json!({ "a": [1, -1, 1.5, null, "x", { "b": false }] }),
            left_out: 0,
        };
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(read(text.as_bytes()), Ok(all.clone()));
        let later = text.replacen('{', r#"{"unheard-of":[{"a":1}],"#, 1).replace(r#","left_out":0"#, "");
        assert_eq!(read(later.as_bytes()), Ok(all));
        let presence = Presence {
            participant: ParticipantId(Uuid::from_u128(1)),
            person: PersonId(Uuid::from_u128(2)),
            name: "Marek".into(),
            role: Role::ALL[0],
            colour: 3,
            writing: Writing { typing: true, caret: Some(serde_json::json!({ "assoc": 0 })), field: None },
        };
        assert_eq!(read(&serde_json::to_vec(&presence).unwrap()), Ok(presence));
    }

    #[test]
    fn it_refuses_what_serde_json_refuses() {
        for text in [
            "",
            "{",
            "\"One\"",
            r#"{"One":1}"#,
            r#"{"Two":[1]}"#,
            r#"{"Two":[256,"a"]}"#,
            r#"{"Named":{}}"#,
            r#"{"Plain":1}"#,
            "[]",
            "\"Other\"",
        ] {
            assert!(serde_json::from_str::<Kind>(text).is_err(), "{text}");
            assert_eq!(read::<Kind>(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }
}
