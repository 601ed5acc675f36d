//! The least a page can cost: a bare axum route that runs the same SQL and answers the same number of bytes.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Request, State},
    routing::get,
};
use tokio::net::TcpListener;

use crate::{
    cases,
    database::{PersonId, Scope},
    error::Error,
    identity, offers,
    registered_data::{Which, holdings},
    server::Portal,
    usage::{Activity, Role, Usage, activity},
};

#[derive(Clone)]
struct Bare {
    portal: Portal,
    /// As many bytes as the page has.
    page: Bytes,
}

/// Serves the bare routes until the process is ended.
///
/// # Errors
/// When the address is taken.
pub async fn serve(portal: Portal, bytes: usize) -> std::io::Result<()> {
    let address = portal.config.server.address;
    let routes = Router::new()
        .route("/", get(|State(bare): State<Bare>| async move { bare.page }))
        .route("/mijn", get(|bare: State<Bare>, request: Request| page(bare, request, Which::Attention)))
        .route("/mijn/gegevens/brp", get(|bare: State<Bare>, request: Request| page(bare, request, Which::Everything)))
        .route("/mijn/zaken", get(cases_list))
        .route("/mijn/zaken/{reference}", get(one_case))
        .with_state(Bare { portal, page: vec![b'x'; bytes].into() });
    axum::serve(TcpListener::bind(address).await?, routes).await
}

async fn scope_of(
    bare: &Bare,
    request: Request,
    activity: Activity,
    groups: Vec<String>,
) -> Result<(PersonId, Scope), Error> {
    let portal = &bare.portal;
    let (parts, _) = request.into_parts();
    let session = identity::recognise(&parts, portal).await?.ok_or(Error::LogIn)?;
    let person = session.identity.person().ok_or(Error::Forbidden)?;
    let usage = Usage {
        at: portal.clock.now(),
        organisation: portal.config.organisation.id.clone(),
        role: Role::Citizen,
        activity,
        groups,
    };
    Ok((person, portal.database.look(person, usage).await?))
}

async fn cases_list(State(bare): State<Bare>, request: Request) -> Result<Bytes, Error> {
    let (_, mut scope) = scope_of(&bare, request, activity::VIEW_CASES, vec!["cases".to_owned()]).await?;
    cases::mine(scope.sql(), cases::ON_A_PAGE, 0).await?;
    scope.commit().await?;
    Ok(bare.page)
}

async fn one_case(State(bare): State<Bare>, Path(reference): Path<String>, request: Request) -> Result<Bytes, Error> {
    let (_, mut scope) = scope_of(&bare, request, activity::VIEW_CASES, vec!["cases".to_owned()]).await?;
    let (_, whole) = cases::whole(scope.sql(), &reference).await?;
    scope.commit().await?;
    if whole.is_none() { Err(Error::NotFound) } else { Ok(bare.page) }
}

async fn page(State(bare): State<Bare>, request: Request, which: Which) -> Result<Bytes, Error> {
    let portal = &bare.portal;
    let register = portal.catalogue.register("brp").ok_or(Error::NotFound)?;
    let connected: Vec<&str> = portal.catalogue.connected().map(|register| register.id.as_str()).collect();
    let (registers, groups) = match which {
        Which::Everything => (vec!["brp"], register.shown_groups()),
        _ => (
            connected.clone(),
            connected.into_iter().chain([offers::FOUND_GROUP, "cases"]).map(str::to_owned).collect(),
        ),
    };
    let (person, mut scope) = scope_of(&bare, request, activity::VIEW, groups).await?;
    let held = holdings(scope.sql(), person, &registers, which).await?;
    if which == Which::Attention {
        offers::mine(scope.sql(), offers::MESSAGES_FOUND).await?;
        cases::running(scope.sql()).await?;
    }
    scope.commit().await?;
    if held.is_empty() { Err(Error::NotFound) } else { Ok(bare.page) }
}
