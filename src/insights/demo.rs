//! Improvements of the fictitious organisations of the demo.

use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;

use super::{
    model::Theme,
    store::{self, Says, Start},
};
use crate::{
    error::Error,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// `catalogue/demo/improvements.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoImprovement {
    /// By which it is made once.
    id: Uuid,
    organisation: String,
    category: String,
    title: String,
    said: String,
    /// Published where something was done.
    #[serde(default)]
    did: String,
}

/// Makes what is not there yet; how many.
///
/// # Errors
/// When the file cannot be read, names what there is not, or PostgreSQL does not answer.
pub async fn demo(portal: &Portal, file: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let all: Vec<DemoImprovement> = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut made = 0;
    for one in &all {
        let theme = Theme::category(&one.category).ok_or_else(|| format!("no category {}", one.category))?;
        made += usize::from(make(portal, one, &theme).await?);
    }
    Ok(made)
}

async fn make(portal: &Portal, demo: &DemoImprovement, theme: &Theme) -> Result<bool, Error> {
    let (at, today) = (portal.clock.now(), portal.clock.today());
    let usage = Usage {
        at,
        organisation: demo.organisation.clone(),
        role: Role::System,
        activity: activity::HANDLE_FEEDBACK,
        groups: Vec::new(),
    };
    let mut scope = portal.database.as_staff(&demo.organisation, usage).await?;
    if store::improvement(scope.sql(), demo.id).await?.is_some() {
        return Ok(false);
    }
    let says = Says { title: &demo.title, said: &demo.said, did: &demo.did, link: None };
    let start = Start {
        id: demo.id,
        organisation: &demo.organisation,
        service: "",
        theme,
        clerk: "Bo de Wit",
        at,
        since: store::lately(today),
    };
    store::start(scope.sql(), start, says).await?;
    if !demo.did.is_empty() {
        store::change(scope.sql(), demo.id, 1, says, Some(at)).await?;
    }
    scope.commit().await?;
    Ok(true)
}
