//! Where one field of one item lives.

use std::{fmt, str::FromStr};

use crate::{
    ItemId, Section,
    schema::{self, Field, List},
};

/// Its text form travels in presence and names the field on the page: `plan/targets/<id>/success`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldAddress {
    pub section: Section,
    pub list: &'static str,
    pub item: ItemId,
    pub field: &'static str,
}

impl FieldAddress {
    pub fn new(section: Section, list: &List, item: ItemId, field: &Field) -> Self {
        Self { section, list: list.key, item, field: field.key }
    }

    pub fn schema(&self) -> Option<(&'static List, &'static Field)> {
        let list = schema::list(self.section, self.list)?;
        Some((list, list.field(self.field)?))
    }

    /// The id of the text box on the page: the same on server and browser.
    pub fn dom_id(&self) -> String {
        format!("{}-{}-{}-{}", self.section.name(), self.list, self.item, self.field)
    }
}

impl fmt::Display for FieldAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.section.name(), self.list, self.item, self.field)
    }
}

impl FromStr for FieldAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or("not a field address");
        let section = Section::from_name(next()?).ok_or("no such section")?;
        let list = schema::list(section, next()?).ok_or("no such list")?;
        let item = next()?.parse().map_err(|_| "not an item id")?;
        let field = list.field(next()?).ok_or("no such field")?;
        Ok(Self::new(section, list, item, field))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::schema::plan::TARGETS;

    #[test]
    fn an_address_reads_back() {
        let address = FieldAddress::new(Section::Plan, &TARGETS, ItemId(Uuid::from_u128(5)), &TARGETS.fields[0]);
        assert_eq!(address.to_string().parse(), Ok(address));
        assert!("plan/nothing/1/2".parse::<FieldAddress>().is_err());
    }
}
