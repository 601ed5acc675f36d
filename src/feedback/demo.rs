//! Feedback of the fictitious people of the demo, so that neither they nor the desk start with nothing.

use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;

use super::{
    change::{Act, By, Refused, change},
    model::{Kind, Outcome},
    store,
    submit::{Author, NewFeedback, submit},
};
use crate::{
    database::PersonId,
    error::Error,
    i18n::Locale,
    keys::Index,
    server::Portal,
    usage::{Role, Usage, activity},
};

/// `catalogue/demo/feedback.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoFeedback {
    /// By which it is made once.
    id: Uuid,
    /// None for who was not logged in.
    bsn: Option<String>,
    name: Option<String>,
    kind: Kind,
    organisation: String,
    service: Option<String>,
    title: Option<String>,
    text: String,
    wish: Option<String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Publish,
    Review { owner: String, days: i64 },
    Plan { text: String },
    Begin { text: String },
    Finish { text: String, link: Option<String> },
    Categorise { category: String },
    Answer { outcome: Option<Outcome>, text: String },
}

/// Makes what is not there yet; how many.
///
/// # Errors
/// When the file cannot be read, or PostgreSQL does not answer.
pub async fn demo(portal: &Portal, file: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let all: Vec<DemoFeedback> = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut made = 0;
    for one in &all {
        made += usize::from(make(portal, one).await?);
    }
    Ok(made)
}

async fn make(portal: &Portal, demo: &DemoFeedback) -> Result<bool, Error> {
    let now = portal.clock.now();
    let usage = |groups: &[&str]| Usage {
        at: now,
        organisation: demo.organisation.clone(),
        role: Role::System,
        activity: activity::HANDLE_FEEDBACK,
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
    };
    let indexes = demo.bsn.iter().flat_map(|bsn| portal.keys.indexes(Index::Bsn, bsn)).collect::<Vec<_>>();
    let mut scope = portal.database.as_register(PersonId(Uuid::nil()), &indexes, usage(&[])).await?;
    let author = match &demo.bsn {
        None => Author::Visitor { name: demo.name.clone().unwrap_or_default(), email: String::new() },
        Some(_) => {
            let person: Option<PersonId> =
                sqlx::query_scalar("select person from person_lookup where index = any($1) limit 1")
                    .bind(&indexes)
                    .fetch_optional(scope.sql())
                    .await?;
            let Some(person) = person else { return Ok(false) };
            Author::Person(person)
        }
    };
    let new = NewFeedback {
        id: demo.id,
        author,
        kind: demo.kind,
        organisation: demo.organisation.clone(),
        service: demo.service.clone(),
        about: None,
        page: None,
        text: demo.text.clone(),
        wish: demo.wish.clone(),
        title: demo.title.as_deref(),
        shown_as: demo.name.as_deref(),
        wants_answer: true,
        locale: Locale::nl,
        documents: &[],
    };
    scope.turn_to(new.person(), usage(&["feedback"])).await?;
    if store::by_id(scope.sql(), demo.id).await?.is_some() {
        return Ok(false);
    }
    submit(portal, &mut scope, new).await?;
    let by = By::staff(now, "demo", "Medewerker van de demo", None);
    for step in &demo.steps {
        for act in acts(portal, demo, step)? {
            let held = store::hold(scope.sql(), demo.id).await?.ok_or(Error::NotFound)?;
            match change(portal, &mut scope, held, act, by).await {
                Ok(_) => {}
                Err(Refused::Error(error)) => return Err(error),
                Err(refused) => return Err(Error::internal(format!("a step of the demo is refused: {refused:?}"))),
            }
        }
    }
    scope.commit().await?;
    Ok(true)
}

fn acts(portal: &Portal, demo: &DemoFeedback, step: &Step) -> Result<Vec<Act>, Error> {
    Ok(match step {
        Step::Publish => {
            let title = demo.title.clone().unwrap_or_default();
            vec![Act::Moderate { title, body: demo.text.clone() }, Act::Publish]
        }
        Step::Review { owner, days } => {
            let promised_on =
                portal.clock.today().checked_add(jiff::Span::new().days(*days)).map_err(Error::internal)?;
            vec![Act::Review { owner: owner.clone(), promised_on }]
        }
        Step::Plan { text } => vec![Act::Plan { text: text.clone(), promised_on: None }],
        Step::Begin { text } => vec![Act::Begin { text: text.clone() }],
        Step::Finish { text, link } => vec![Act::Finish { text: text.clone(), link: link.clone() }],
        Step::Categorise { category } => vec![Act::Categorise { category: Some(category.clone()) }],
        Step::Answer { outcome, text } => vec![Act::Answer { outcome: *outcome, text: text.clone() }],
    })
}
