//! A file's name, made fit to be shown and saved.

use super::Kind;

const LONGEST: usize = 100;

/// The last part of a path, without what no file system or reader should meet.
pub fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !is_invisible(*letter))
        .map(|letter| if matches!(letter, '<' | '>' | ':' | '"' | '|' | '?' | '*' | ';' | '%') { '_' } else { letter })
        .take(LONGEST)
        .collect();
    let clean = clean.trim_matches([' ', '.']);
    if clean.is_empty() { "document".to_owned() } else { clean.to_owned() }
}

/// The name under which a document of this kind is kept: its ending says what it is, so that nobody's computer thinks otherwise.
pub fn safe(name: &str, kind: Kind) -> String {
    let shown = shown(name);
    let (stem, ending) = match shown.rsplit_once('.') {
        Some((stem, ending)) if kind.endings().contains(&ending.to_ascii_lowercase().as_str()) => {
            (stem.to_owned(), ending.to_ascii_lowercase())
        }
        _ => (shown, kind.endings()[0].to_owned()),
    };
    let mut stem: String = stem.chars().take(LONGEST - 6).collect();
    if is_device(&stem) {
        stem.insert(0, '_');
    }
    format!("{}.{ending}", stem.trim_end_matches([' ', '.']))
}

/// Characters that change how a name reads without being seen: "invoice\u{202e}fdp.exe".
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What Windows opens a device by, whatever ending it has.
fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    matches!(first.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (first.len() == 4
            && (first.starts_with("COM") || first.starts_with("LPT"))
            && first.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_loses_its_path_and_its_tricks_and_keeps_the_rest() {
        for (sent, kept) in [
            ("loonstrook maart.pdf", "loonstrook maart.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\x\\Loonstrook.PDF", "Loonstrook.pdf"),
            ("factuur\u{202e}fdp.exe", "factuurfdp.exe.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
            ("x.html", "x.html.pdf"),
            ("..", "document.pdf"),
            ("", "document.pdf"),
            ("nul", "_nul.pdf"),
            ("Ĳsbrand's polis (kopie).pdf", "Ĳsbrand's polis (kopie).pdf"),
        ] {
            assert_eq!(safe(sent, Kind::Pdf), kept, "{sent:?}");
        }
        assert_eq!(safe("foto.jpeg", Kind::Jpeg), "foto.jpeg");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_the_name_fits_its_column_and_leads_nowhere(name in ".{0,300}") {
            let safe = safe(&name, Kind::Text);
            prop_assert!((1..=100).contains(&safe.chars().count()), "{safe:?}");
            prop_assert!(!safe.contains(['/', '\\', '\r', '\n', '\0', '"', '\u{202e}']) && !safe.starts_with('.'), "{safe:?}");
        }
    }
}
