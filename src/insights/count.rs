//! How often each page is visited, and how often it fails whoever visits it: counts for each route and day, never who.

use std::{
    collections::HashMap,
    sync::{
        RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use jiff_sqlx::ToSqlx;

use crate::{error::Error, server::Portal};

/// There are fewer routes than this.
const MOST_PAGES: usize = 1000;

/// What happens on a page, in the order of the columns of `page_count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Visit,
    /// A form on it did what it is for.
    Sent,
    /// A form on it came back with mistakes.
    Wrong,
    /// A visitor said that the page was clear, or was not.
    Clear,
    Unclear,
}

type Tally = [AtomicI64; 5];

/// Counts that are not in the database yet, by page.
#[derive(Default)]
pub struct PageCounts(RwLock<HashMap<String, Tally>>);

impl PageCounts {
    fn add(&self, page: &str, what: Counted) {
        if let Some(tally) = self.0.read().expect("no panic while held").get(page) {
            tally[what as usize].fetch_add(1, Ordering::Relaxed);
            return;
        }
        // A visitor's opinion names its page in a form: only one that was visited is a page.
        let is_said = matches!(what, Counted::Clear | Counted::Unclear);
        let mut pages = self.0.write().expect("no panic while held");
        if !is_said && pages.len() < MOST_PAGES {
            pages.entry(page.to_owned()).or_default()[what as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted since the last time.
    fn take(&self) -> Vec<(String, [i64; 5])> {
        let pages = self.0.read().expect("no panic while held");
        let taken = pages.iter().map(|(page, tally)| {
            (page.clone(), std::array::from_fn(|what: usize| tally[what].swap(0, Ordering::Relaxed)))
        });
        let mut taken: Vec<_> = taken.filter(|(_, tally)| *tally != [0; 5]).collect();
        taken.sort_unstable();
        taken
    }

    fn put_back(&self, counted: &[(String, [i64; 5])]) {
        let pages = self.0.read().expect("no panic while held");
        for (page, of_page) in counted {
            if let Some(tally) = pages.get(page) {
                tally.iter().zip(of_page).for_each(|(all, more)| _ = all.fetch_add(*more, Ordering::Relaxed));
            }
        }
    }
}

/// Counts something that happened on a page: its route (`/mijn/zaken/{reference}`), never an address that was typed. Pages of staff are
/// not counted, and a page is the same page in both languages.
pub fn count(portal: &Portal, route: &str, what: Counted) {
    let page = match route.strip_prefix("/en") {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => route,
    };
    let counts = page.starts_with('/') && !["/balie", "/api", "/pkg"].iter().any(|other| page.starts_with(other));
    if counts {
        portal.page_counts.add(page, what);
    }
}

/// Adds what this process counted to the day. A visit in the last minute of a day may count for the next.
///
/// # Errors
/// Those of PostgreSQL; nothing is lost then.
pub async fn keep_counts(portal: &Portal) -> Result<(), Error> {
    let counted = portal.page_counts.take();
    if counted.is_empty() {
        return Ok(());
    }
    let kept = keep(portal, &counted).await;
    if kept.is_err() {
        portal.page_counts.put_back(&counted);
    }
    kept
}

async fn keep(portal: &Portal, counted: &[(String, [i64; 5])]) -> Result<(), Error> {
    let pages: Vec<&str> = counted.iter().map(|(page, _)| page.as_str()).collect();
    let of = |what: Counted| counted.iter().map(|(_, tally)| tally[what as usize]).collect::<Vec<_>>();
    let mut sql = portal.database.connection().await?;
    // In order of page, so that two processes do not wait for each other in a circle.
    sqlx::query(
        "insert into page_count (day, page, visits, sent, wrong, clear, unclear)
         select $1, page, visits, sent, wrong, clear, unclear
           from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
                as counted (page, visits, sent, wrong, clear, unclear)
          order by page
         on conflict (day, page) do update
            set visits = page_count.visits + excluded.visits, sent = page_count.sent + excluded.sent,
                wrong = page_count.wrong + excluded.wrong, clear = page_count.clear + excluded.clear,
                unclear = page_count.unclear + excluded.unclear",
    )
    .bind(portal.clock.today().to_sqlx())
    .bind(pages)
    .bind(of(Counted::Visit))
    .bind(of(Counted::Sent))
    .bind(of(Counted::Wrong))
    .bind(of(Counted::Clear))
    .bind(of(Counted::Unclear))
    .execute(&mut *sql)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opinion_about_a_page_that_nobody_visited_is_no_page() {
        let counts = PageCounts::default();
        counts.add("/x", Counted::Unclear);
        assert!(counts.take().is_empty());
        counts.add("/x", Counted::Visit);
        counts.add("/x", Counted::Unclear);
        assert_eq!(counts.take(), [("/x".to_owned(), [1, 0, 0, 0, 1])]);
        assert!(counts.take().is_empty(), "each is counted once");
    }

    #[test]
    fn what_could_not_be_kept_is_kept_later() {
        let counts = PageCounts::default();
        counts.add("/x", Counted::Visit);
        let taken = counts.take();
        counts.add("/x", Counted::Visit);
        counts.put_back(&taken);
        assert_eq!(counts.take(), [("/x".to_owned(), [2, 0, 0, 0, 0])]);
    }
}
