//! The values that a holder decides to register, typed by the register's own description.

use jiff::civil::Date;
use leptos::prelude::*;
use std::collections::BTreeMap;

use super::{
    inputs::input,
    model::{Correction, Values},
    typed::Fields,
};
use crate::{
    app::Visit,
    registered_data::{Attribute, Record, Wording},
    ui::Mistake,
};

/// The fields of a decision on a correction.
pub struct Decided<'a> {
    wording: Wording<'a>,
    attributes: Vec<&'a Attribute>,
    /// As it stood.
    record: Option<Record>,
    today: Date,
}

impl<'a> Decided<'a> {
    /// None where the catalogue does not have the value any more.
    pub fn of(visit: &'a Visit, correction: &Correction) -> Option<Self> {
        let portal = &visit.portal;
        let (register, kind, value) = correction.described(&portal.catalogue)?;
        let record = |values: &Values| Record::of(&kind.id, correction.object, values.clone());
        Some(Self {
            wording: Wording { catalogue: &portal.catalogue, register, keys: &portal.keys, locale: visit.locale },
            attributes: kind.proposable(value, correction.registered.is_some()).collect(),
            record: correction.registered.as_ref().map(record),
            today: portal.clock.today(),
        })
    }

    /// Whether there is nothing that can be typed: it is for the explanation to say what is wrong.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    fn fields(&self) -> Fields<'_> {
        Fields { wording: &self.wording, attributes: &self.attributes, record: self.record.as_ref(), today: self.today }
    }

    /// What stands in the form at first: what was asked.
    pub fn first(&self, correction: &Correction) -> BTreeMap<String, String> {
        self.fields().of(&Record::of(&correction.kind, correction.object, correction.with(&correction.proposed)))
    }

    /// What differs from what is registered.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn read(&self, typed: &BTreeMap<String, String>) -> Result<Values, Vec<Mistake>> {
        let (values, mistakes) = self.fields().read(typed);
        if mistakes.is_empty() { Ok(values) } else { Err(mistakes) }
    }

    /// The names of the fields.
    pub fn names(&self) -> Vec<String> {
        self.attributes.iter().flat_map(|attribute| super::typed::names(attribute)).collect()
    }

    pub fn inputs(&self, typed: &BTreeMap<String, String>, mistakes: &[Mistake]) -> AnyView {
        self.attributes
            .iter()
            .map(|attribute| {
                let mistake = mistakes.iter().find(|mistake| mistake.field == attribute.id.as_str());
                input(&self.wording, attribute, typed, mistake.map(|mistake| mistake.message.clone()))
            })
            .collect_view()
            .into_any()
    }
}
