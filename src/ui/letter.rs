//! A letter as PDF/UA-1: tagged, so that a screen reader reads what the eye sees.

use std::{num::NonZeroU16, sync::LazyLock};

use axum::response::{IntoResponse, Response};
use http::header;
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::Metadata,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, Tag, TagGroup, TagTree},
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

use crate::error::Error;

/// What a letter says, from the top down.
pub struct Letter {
    pub title: String,
    /// "nl" or "en".
    pub language: &'static str,
    /// Who writes, and the day; above the title.
    pub sender: String,
    pub blocks: Vec<Block>,
    /// At the foot of each page, before its number.
    pub foot: String,
}

pub enum Block {
    Heading(String),
    Paragraph(String),
    /// Labels and values.
    Values(Vec<(String, String)>),
}

/// A4 and its margins, in points (1/72 inch).
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 68.0;
const FOOT: f32 = 44.0;

/// Noto Sans, as far as it is Latin (SIL Open Font License 1.1, see `src/ui/fonts`).
static REGULAR: LazyLock<Face> = LazyLock::new(|| Face::new(include_bytes!("fonts/NotoSans-Regular.ttf")));
static BOLD: LazyLock<Face> = LazyLock::new(|| Face::new(include_bytes!("fonts/NotoSans-Bold.ttf")));

struct Face {
    font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    per_em: f32,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Self {
        let read = FontRef::new(bytes).expect("the font that ships");
        Self {
            font: Font::new(bytes.into(), 0).expect("the font that ships"),
            letters: read.charmap(),
            widths: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
            per_em: f32::from(read.metrics(Size::unscaled(), LocationRef::default()).units_per_em),
        }
    }

    /// A letter that the font lacks becomes the sign for that, which is a glyph like any other.
    fn glyph(&self, letter: char) -> (GlyphId, f32) {
        let id = [letter, char::REPLACEMENT_CHARACTER, '?'].into_iter().find_map(|letter| self.letters.map(letter));
        let id = id.unwrap_or_default();
        (GlyphId::new(id.to_u32()), self.widths.advance_width(id).unwrap_or_default() / self.per_em)
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.glyph(letter).1 * size).sum()
    }

    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, letter)| {
                let (id, advance) = self.glyph(letter);
                KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None)
            })
            .collect()
    }
}

/// What a run of lines is to a reader.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Sender,
    Title,
    Heading,
    Paragraph,
    Label,
    Value,
}

impl Role {
    fn face(self) -> &'static Face {
        match self {
            Self::Title | Self::Heading | Self::Label => &BOLD,
            Self::Sender | Self::Paragraph | Self::Value => &REGULAR,
        }
    }

    const fn size(self) -> f32 {
        match self {
            Self::Title => 20.0,
            Self::Heading => 13.0,
            Self::Sender => 10.0,
            Self::Paragraph | Self::Label | Self::Value => 11.0,
        }
    }

    /// Above its first line.
    const fn space(self) -> f32 {
        match self {
            Self::Sender | Self::Value => 0.0,
            Self::Title => 28.0,
            Self::Heading => 20.0,
            Self::Paragraph => 9.0,
            Self::Label => 8.0,
        }
    }

    const fn leading(self) -> f32 {
        self.size() * 1.45
    }
}

/// One line of a run: which run, and where its baseline is.
struct Line {
    run: usize,
    text: String,
    baseline: f32,
}

impl Letter {
    /// The letter as a file to keep, under a name without its ending.
    ///
    /// # Errors
    /// As [`Letter::to_pdf`].
    pub fn download(&self, name: &str) -> Result<Response, Error> {
        let pdf = self.to_pdf().map_err(Error::internal)?;
        let name = format!("attachment; filename=\"{name}.pdf\"");
        let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
        Ok((headers, pdf).into_response())
    }

    /// The letter as a file.
    ///
    /// # Errors
    /// When it would not be accessible, which a text alone cannot cause.
    pub fn to_pdf(&self) -> Result<Vec<u8>, String> {
        let runs = self.runs();
        let pages = pages(&runs);
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| format!("{error:?}"))?;
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        document.set_metadata(
            Metadata::new().title(self.title.clone()).language(self.language.to_owned()).creator("Voordeur".to_owned()),
        );
        let mut drawn: Vec<Vec<Identifier>> = runs.iter().map(|_| Vec::new()).collect();
        for (number, lines) in pages.iter().enumerate() {
            let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("no page")?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            surface.set_fill(Some(Fill { paint: rgb::Color::new(20, 20, 20).into(), ..Fill::default() }));
            for line in lines {
                let (role, _) = runs[line.run];
                let tag = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                let glyphs = role.face().glyphs(&line.text);
                let start = Point::from_xy(MARGIN, line.baseline);
                surface.draw_glyphs(start, &glyphs, role.face().font.clone(), &line.text, role.size(), false);
                surface.end_tagged();
                drawn[line.run].push(tag);
            }
            surface.start_tagged(ContentTag::Artifact(Artifact::new(ArtifactType::Footer, None)));
            let foot = format!("{}, {} / {}", self.foot, number + 1, pages.len());
            let start = Point::from_xy(MARGIN, HEIGHT - FOOT);
            surface.draw_glyphs(start, &REGULAR.glyphs(&foot), REGULAR.font.clone(), &foot, 9.0, false);
            surface.end_tagged();
            surface.finish();
            page.finish();
        }
        document.set_tag_tree(self.tree(&runs, drawn));
        document.set_outline(outline(&runs, &pages));
        document.finish().map_err(|error| format!("{error:?}"))
    }

    fn runs(&self) -> Vec<(Role, &str)> {
        let mut runs = vec![(Role::Sender, self.sender.as_str()), (Role::Title, self.title.as_str())];
        for block in &self.blocks {
            match block {
                Block::Heading(text) => runs.push((Role::Heading, text)),
                Block::Paragraph(text) => runs.push((Role::Paragraph, text)),
                Block::Values(values) => {
                    for (label, value) in values {
                        runs.push((Role::Label, label));
                        runs.push((Role::Value, value));
                    }
                }
            }
        }
        runs.retain(|(_, text)| !text.trim().is_empty());
        runs
    }

    /// What is read, in order: labels and values as a list.
    fn tree(&self, runs: &[(Role, &str)], drawn: Vec<Vec<Identifier>>) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some(self.language.to_owned()));
        let mut list: Option<TagGroup> = None;
        let mut item: Option<TagGroup> = None;
        let level = |level: u16| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        for ((role, text), parts) in runs.iter().zip(drawn) {
            let parts: Vec<Node> = parts.into_iter().map(Node::from).collect();
            if !matches!(role, Role::Label | Role::Value) {
                end_list(&mut tree, &mut list, &mut item);
            }
            match role {
                Role::Title => tree.push(TagGroup::with_children(Tag::Hn(level(1), Some((*text).to_owned())), parts)),
                Role::Heading => tree.push(TagGroup::with_children(Tag::Hn(level(2), Some((*text).to_owned())), parts)),
                Role::Sender | Role::Paragraph => tree.push(TagGroup::with_children(Tag::P, parts)),
                Role::Label => {
                    let list = list.get_or_insert_with(|| TagGroup::new(Tag::L(ListNumbering::None)));
                    if let Some(item) = item.replace(TagGroup::new(Tag::LI)) {
                        list.push(item);
                    }
                    if let Some(item) = &mut item {
                        item.push(TagGroup::with_children(Tag::Lbl, parts));
                    }
                }
                Role::Value => {
                    if let Some(item) = &mut item {
                        item.push(TagGroup::with_children(Tag::LBody, parts));
                    }
                }
            }
        }
        end_list(&mut tree, &mut list, &mut item);
        tree
    }
}

/// The title and headings, and where they stand.
fn outline(runs: &[(Role, &str)], pages: &[Vec<Line>]) -> Outline {
    let mut outline = Outline::new();
    for (number, page) in pages.iter().enumerate() {
        let mut last = None;
        for line in page {
            let (role, text) = runs[line.run];
            if matches!(role, Role::Title | Role::Heading) && last != Some(line.run) {
                let place = XyzDestination::new(number, Point::from_xy(MARGIN, line.baseline - role.leading()));
                outline.push_child(OutlineNode::new(text.to_owned(), place));
            }
            last = Some(line.run);
        }
    }
    outline
}

fn end_list(tree: &mut TagTree, list: &mut Option<TagGroup>, item: &mut Option<TagGroup>) {
    let Some(mut list) = list.take() else { return };
    if let Some(item) = item.take() {
        list.push(item);
    }
    tree.push(list);
}

/// Lines on pages. A heading or label stays with what follows it.
fn pages(runs: &[(Role, &str)]) -> Vec<Vec<Line>> {
    let bottom = HEIGHT - MARGIN - FOOT / 2.0;
    let mut pages = vec![Vec::new()];
    let mut y = MARGIN;
    for (run, (role, text)) in runs.iter().enumerate() {
        let lines = wrap(*role, text);
        let keep = if matches!(role, Role::Heading | Role::Label) { 2.0 } else { 0.0 };
        let needs = role.space() + role.leading() * (1.0 + keep);
        y += role.space();
        if y + needs > bottom {
            pages.push(Vec::new());
            y = MARGIN;
        }
        for text in lines {
            if y + role.leading() > bottom {
                pages.push(Vec::new());
                y = MARGIN;
            }
            y += role.leading();
            if let Some(page) = pages.last_mut() {
                page.push(Line { run, text, baseline: y });
            }
        }
    }
    pages
}

/// Breaks at spaces; a word that is too long for a line, within it. Each line ends in a space, so that words stay apart when it is read.
fn wrap(role: Role, text: &str) -> Vec<String> {
    let (face, size, room) = (role.face(), role.size(), WIDTH - 2.0 * MARGIN);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && face.width(&line, size) + face.width(word, size) > room {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                if face.width(&line, size) + face.glyph(letter).1 * size > room {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
            line.push(' ');
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(blocks: Vec<Block>) -> Letter {
        Letter {
            title: "Uw aanvraag".to_owned(),
            language: "nl",
            sender: "Dienst Toeslagen, 23 november 2026".to_owned(),
            blocks,
            foot: "2026-ABCD-EFGH".to_owned(),
        }
    }

    #[test]
    fn a_letter_is_accessible_and_says_its_language_and_title() {
        let values = vec![("Inkomen".to_owned(), "€ 21.000".to_owned()), ("Naam".to_owned(), "Şükrü Łó".to_owned())];
        let blocks = vec![
            Block::Heading("Wat u stuurde".to_owned()),
            Block::Values(values),
            Block::Paragraph("Tot ziens.".to_owned()),
        ];
        let pdf = letter(blocks).to_pdf().expect("PDF/UA-1");
        let text = String::from_utf8_lossy(&pdf);
        assert!(pdf.starts_with(b"%PDF-"));
        for part in ["/Lang", "/StructTreeRoot", "pdfuaid:part", "Uw aanvraag"] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn long_texts_go_on_on_the_next_page_and_no_line_leaves_the_paper() {
        let long = "woord ".repeat(3000) + &"x".repeat(500);
        let runs = [(Role::Paragraph, long.as_str())];
        let pages = pages(&runs);
        assert!(pages.len() > 2);
        for line in pages.iter().flatten() {
            assert!(REGULAR.width(line.text.trim_end(), Role::Paragraph.size()) <= WIDTH - 2.0 * MARGIN);
            assert!(line.baseline < HEIGHT - FOOT);
        }
        let words: String = pages.iter().flatten().map(|line| line.text.as_str()).collect();
        assert_eq!(words.split_whitespace().filter(|word| *word == "woord").count(), 3000);
        letter(vec![Block::Paragraph(long)]).to_pdf().expect("PDF/UA-1");
    }

    #[test]
    fn letters_that_the_font_lacks_do_no_harm() {
        letter(vec![Block::Paragraph("日本 \u{1F600} \u{7}".to_owned())]).to_pdf().expect("PDF/UA-1");
    }
}
