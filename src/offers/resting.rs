//! What rests on a value that somebody wants corrected.

use sqlx::PgConnection;

use super::{State, store, wording};
use crate::{app::Visit, error::Error, rules::ServiceRules};

/// The acting person's offers that stand and grants, of these services: name, and address without the language.
///
/// # Errors
/// Those of PostgreSQL.
pub async fn resting(
    sql: &mut PgConnection,
    visit: &Visit,
    services: &[&ServiceRules],
) -> Result<Vec<(String, String)>, Error> {
    let mine = store::mine(sql, 0).await?;
    visit.set_unread(mine.unread);
    let today = visit.portal.clock.today();
    let standing = mine.offers.iter().filter(|kept| match kept.offer.state {
        State::Granted => true,
        state => state.is_open() && kept.offer.expires_on >= today,
    });
    let resting = standing.filter_map(|kept| {
        let service = services.iter().find(|service| service.id() == kept.offer.service)?;
        let name = wording::title(visit.locale, service, Some(kept.offer.period));
        Some((name, wording::path(service, kept)))
    });
    Ok(resting.collect())
}
