//! Who is writing where. Travels as Yjs awareness, one state for each connection.
//!
//! A client says only where it writes; who it is comes from the server, which overwrites whatever a
//! client may claim. Nobody can be impersonated.

use serde::{Deserialize, Serialize};

use crate::{ParticipantId, PersonId, Role, doc::FieldAddress};

/// What a client says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// The field that has the focus.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "address")]
    pub field: Option<FieldAddress>,
    /// Where the caret stands: a Yjs relative position, as JSON, so that it survives others’ edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caret: Option<serde_json::Value>,
    /// A letter was typed within the last moments.
    #[serde(default)]
    pub typing: bool,
}

/// An address travels as its text; one this version does not know reads as none.
mod address {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::doc::FieldAddress;

    pub(super) fn serialize<S: Serializer>(field: &Option<FieldAddress>, to: S) -> Result<S::Ok, S::Error> {
        field.as_ref().map(ToString::to_string).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<FieldAddress>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.and_then(|text| text.parse().ok()))
    }
}

/// What everybody else receives: the same, with the server’s stamp on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Flat")]
pub struct Presence {
    pub participant: ParticipantId,
    pub person: PersonId,
    pub name: String,
    pub role: Role,
    /// 1 to 8: which of the people’s colours.
    pub colour: u8,
    #[serde(flatten)]
    pub writing: Writing,
}

/// As it stands in JSON. Read like this, because what serde makes for `flatten` would be a part of every download.
#[derive(Deserialize)]
struct Flat {
    participant: ParticipantId,
    person: PersonId,
    name: String,
    role: Role,
    colour: u8,
    #[serde(default, with = "address")]
    field: Option<FieldAddress>,
    #[serde(default)]
    caret: Option<serde_json::Value>,
    #[serde(default)]
    typing: bool,
}

impl From<Flat> for Presence {
    fn from(flat: Flat) -> Self {
        let Flat { participant, person, name, role, colour, field, caret, typing } = flat;
        Self { participant, person, name, role, colour, writing: Writing { field, caret, typing } }
    }
}
