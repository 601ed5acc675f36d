//! What feedback is about and whom it is for, as far as the page where it starts says it.

use serde::Deserialize;

use crate::{
    app::Visit,
    cases::{self, Case},
    database::PersonId,
    error::Error,
    rules::ServiceRules,
    usage::{Role, Usage, activity},
};

/// What the address, and after it the form, says: the number of a case, a service, the route of a page; and the organisation that is chosen
/// in the form.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Start {
    pub zaak: Option<String>,
    pub dienst: Option<String>,
    pub organisatie: Option<String>,
    pub pagina: Option<String>,
}

impl Start {
    /// As the form sends it on.
    pub fn fields(&self) -> [(&'static str, Option<&str>); 3] {
        [("zaak", self.zaak.as_deref()), ("dienst", self.dienst.as_deref()), ("pagina", self.pagina.as_deref())]
    }

    /// The same in an address, with the question mark.
    pub fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields().into_iter().chain([("organisatie", self.organisatie.as_deref())]) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

/// The same, looked up.
pub struct Given<'a> {
    pub case: Option<Case>,
    pub service: Option<&'a ServiceRules>,
    pub page: Option<String>,
    /// For whom it is, where that is known without asking.
    pub organisation: Option<String>,
    /// Where somebody lives.
    pub municipality: Option<String>,
}

/// Looks up what it is about; what is not there, or not theirs, is left out.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn look_up<'a>(visit: &'a Visit, person: Option<PersonId>, start: &Start) -> Result<Given<'a>, Error> {
    let (mut case, mut municipality) = (None, None);
    if let Some(person) = person {
        let usage = Usage {
            at: visit.portal.clock.now(),
            organisation: visit.portal.config.organisation.id.clone(),
            role: Role::Citizen,
            activity: activity::GIVE_FEEDBACK,
            groups: if start.zaak.is_some() { vec!["cases".to_owned()] } else { Vec::new() },
        };
        let mut scope = visit.scope(person, usage).await?;
        if let Some(reference) = &start.zaak {
            case = cases::store::by_reference(scope.sql(), reference).await?;
        }
        municipality =
            sqlx::query_scalar::<_, Option<String>>("select municipality from facts where person = acting_person()")
                .fetch_optional(scope.sql())
                .await?
                .flatten()
                .filter(|code| !code.is_empty());
        scope.commit().await?;
    }
    let rules = &visit.portal.rules;
    let named = case.as_ref().and_then(|case| case.service.as_deref()).or(start.dienst.as_deref());
    let service = named.and_then(|id| rules.service(id));
    let page = start.pagina.as_deref().filter(|page| is_route(page)).map(str::to_owned);
    let of_service = service.map(|service| cases::organisation_of(service, municipality.as_deref()));
    let organisation = match &case {
        Some(case) => Some(case.organisation.clone()),
        None => of_service.or_else(|| page.as_ref().map(|_| visit.portal.config.organisation.id.clone())),
    };
    // What every municipality does is answered by one of them.
    let organisation = organisation.filter(|id| id != "gemeenten");
    Ok(Given { case, service, page, organisation, municipality })
}

/// Whether there is such an organisation, as one that can be written to.
pub fn exists(visit: &Visit, id: &str) -> bool {
    let catalogue = &visit.portal.catalogue;
    id.strip_prefix("gemeente-").is_some_and(|code| catalogue.tables.municipality(code).is_some())
        || (id != "gemeenten" && catalogue.organisations.contains_key(id))
}

/// A route, and nothing that anybody typed: `/mijn/zaken/{reference}`.
pub fn is_route(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || b"/{}-_".contains(&byte);
    text.starts_with('/') && text.len() <= 100 && text.bytes().all(plain)
}
