//! The tables of insights as CSV (RFC 4180), with the same numbers and the same silence about a few.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

use super::{
    model::{Category, Figures},
    numbers, page,
};
use crate::{app::Staff, error::Error};

/// What can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Months,
    Words,
    Categories,
    Services,
    Corrections,
    Pages,
}

impl Table {
    const ALL: [Self; 6] =
        [Self::Months, Self::Words, Self::Categories, Self::Services, Self::Corrections, Self::Pages];

    pub const fn file(self) -> &'static str {
        match self {
            Self::Months => "maanden.csv",
            Self::Words => "woorden.csv",
            Self::Categories => "themas.csv",
            Self::Services => "diensten.csv",
            Self::Corrections => "correcties.csv",
            Self::Pages => "paginas.csv",
        }
    }

    /// The same names in both languages: whoever reads it further is a program.
    fn rows(self, staff: &Staff, figures: &Figures) -> Vec<Vec<String>> {
        let told = |number: i64| numbers::told(number).map_or_else(|| format!("<{}", numbers::FEW), |n| n.to_string());
        let heads: &[&str] = match self {
            Self::Months => {
                &["maand", "soort", "ontvangen", "beantwoord", "op_tijd", "te_laat", "in_een_keer", "opnieuw"]
            }
            Self::Words => &["woord", "drie_maanden", "drie_maanden_ervoor"],
            Self::Categories => &["thema", "drie_maanden"],
            Self::Services => &["dienst", "drie_maanden"],
            Self::Corrections => &["registratie", "gegeven", "gevraagd", "overgenomen", "deels", "niet"],
            Self::Pages => &["pagina", "bezoeken", "verstuurd", "fout", "duidelijk", "onduidelijk"],
        };
        let rows: Vec<Vec<String>> = match self {
            Self::Months => figures
                .months
                .iter()
                .map(|of| {
                    let numbers = [of.received, of.answered, of.in_time, of.late, of.first_contact, of.repeated];
                    let month = of.month.strftime("%Y-%m").to_string();
                    [month, of.kind.clone()].into_iter().chain(numbers.map(told)).collect()
                })
                .collect(),
            Self::Words => {
                figures.themes.iter().map(|of| vec![of.word.clone(), told(of.items), told(of.before)]).collect()
            }
            Self::Categories => figures
                .categories
                .iter()
                .map(|of| {
                    let name = Category::from_text(&of.category).map_or("-", Category::as_str);
                    vec![name.to_owned(), told(of.items)]
                })
                .collect(),
            Self::Services => {
                figures.services.iter().map(|(id, items)| vec![page::service_name(staff, id), told(*items)]).collect()
            }
            Self::Corrections => figures
                .corrections
                .iter()
                .map(|of| {
                    let numbers = [of.asked, of.honoured, of.partly, of.refused];
                    [of.register.clone(), of.value.clone()].into_iter().chain(numbers.map(told)).collect()
                })
                .collect(),
            Self::Pages => figures
                .pages
                .iter()
                .map(|of| {
                    let numbers = [of.visits, of.sent, of.wrong, of.clear, of.unclear].map(|number| number.to_string());
                    std::iter::once(of.page.clone()).chain(numbers).collect()
                })
                .collect(),
        };
        std::iter::once(heads.iter().map(|head| (*head).to_owned()).collect()).chain(rows).collect()
    }
}

pub async fn get(staff: Staff, Path(file): Path<String>, Query(asked): Query<page::Asked>) -> Result<Response, Error> {
    let table = Table::ALL.into_iter().find(|table| table.file() == file).ok_or(Error::NotFound)?;
    let service = page::service(&staff, &asked.dienst)?;
    let figures = page::figures(&staff, service).await?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in table.rows(&staff, &figures) {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(Error::internal)?;
    }
    let body = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    let disposition = format!("attachment; filename=\"{}\"", table.file());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(Error::internal)?);
    Ok(response)
}

/// A spreadsheet takes what starts like this for a formula.
fn harmless(cell: &str) -> String {
    if cell.len() > 1 && cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-", "-"), ("<5", "<5"), ("wachten", "wachten")] {
            assert_eq!(harmless(cell), written);
        }
    }
}
