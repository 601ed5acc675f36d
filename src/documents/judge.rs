//! What a document is, by its contents: a name or a browser's word proves nothing.

use super::Kind;

/// How a browser could be led to run a text: by these anywhere in it, in any case.
const MARKUP: [&str; 12] = [
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<script",
    "<iframe",
    "<svg",
    "<object",
    "<embed",
    "<style",
    "<?xml",
    "javascript:",
];

/// The kind of document that these bytes are; none when it is not one that is taken. There is no kind that is an archive, so nothing
/// that could unpack to more than was sent.
pub fn judge(bytes: &[u8]) -> Option<Kind> {
    match infer::get(bytes).map(|found| found.mime_type()) {
        Some("application/pdf") => is_whole_pdf(bytes).then_some(Kind::Pdf),
        Some("image/jpeg") => Some(Kind::Jpeg),
        Some("image/png") => Some(Kind::Png),
        Some("image/heif" | "image/heic") => Some(Kind::Heic),
        None | Some("text/plain") => is_plain_text(bytes).then_some(Kind::Text),
        Some(_) => None,
    }
}

/// ISO 32000-1, 7.5.2 and 7.5.5: a version at the start and a mark at the end, after which readers allow some more.
fn is_whole_pdf(bytes: &[u8]) -> bool {
    let end = &bytes[bytes.len().saturating_sub(2048)..];
    (bytes.starts_with(b"%PDF-1.") || bytes.starts_with(b"%PDF-2.")) && end.windows(5).any(|part| part == b"%%EOF")
}

fn is_plain_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let lower = text.to_ascii_lowercase();
    !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'))
        && !MARKUP.iter().any(|mark| lower.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_contents() {
        assert_eq!(judge(b"%PDF-1.7\n1 0 obj\n%%EOF\n"), Some(Kind::Pdf));
        assert_eq!(judge(b"\xff\xd8\xff\xe0\x00\x10JFIF"), Some(Kind::Jpeg));
        assert_eq!(judge(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(Kind::Png));
        assert_eq!(judge(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Some(Kind::Heic));
        assert_eq!(judge("Mijn inkomen is € 1.900 < vorig jaar.\r\n".as_bytes()), Some(Kind::Text));
    }

    #[test]
    fn what_a_browser_or_a_computer_could_run_is_no_document() {
        let refused: [&[u8]; 14] = [
            b"<html><body>x</body></html>",
            b"Beste,\n\n<ScRiPt>alert(1)</sCrIpT>",
            b"\xef\xbb\xbf<!DOCTYPE html>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
            b"<?xml version='1.0'?><a/>",
            b"PK\x03\x04\x14\0\0\0\x08\0",
            b"\x1f\x8b\x08\0\0\0\0\0",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0",
            b"#!/bin/sh\nrm -rf /\n",
            b"Rar!\x1a\x07\x00",
            b"text with a \0 in it",
            b"\xff\xfeh\0i\0",
            b"%PDF-1.7 that was cut off",
        ];
        for bytes in refused {
            assert_eq!(judge(bytes), None, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
