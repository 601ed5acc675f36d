//! What in a text names or numbers somebody, so that it is not published by mistake.

/// The parts of a text that look like a BSN, an account, a telephone number, an e-mail address or an address; in order.
pub fn personal_data(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = words(text)
        .filter(|(_, word)| word.contains('@') && word.rsplit('@').next().is_some_and(|host| host.contains('.')))
        .collect();
    for (at, run) in runs(text) {
        let plain: String = run.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let run = match account(&plain) {
            Some(length) => first(run, length),
            None if is_bsn(&plain) || is_telephone(&plain) => run,
            None => continue,
        };
        found.push((at, run.trim_end_matches([' ', '-', '.', '(', ')', '/'])));
    }
    found.extend(postcodes(text));
    found.sort_by_key(|(at, part)| (*at, std::cmp::Reverse(part.len())));
    let mut end = 0;
    found.retain(|(at, part)| {
        let apart = *at >= end;
        end = end.max(at + part.len());
        apart
    });
    found.into_iter().map(|(_, part)| part.to_owned()).collect()
}

/// Words, without the marks around them, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(|word| {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        (word.as_ptr() as usize - text.as_ptr() as usize, word)
    })
}

/// Numbers as people write them, with spaces, dots and hyphens between the digits; an account begins with letters.
fn runs(text: &str) -> Vec<(usize, &str)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), '\n')]) {
        let begins = letter.is_ascii_digit() || letter == '+' || starts_account(&text[at..]);
        let goes_on = begins || matches!(letter, ' ' | '-' | '.' | '(' | ')' | '/') || is_in_account(text, start, at);
        match start {
            None if begins && !is_inside_word(text, at) => start = Some(at),
            Some(from) if !goes_on => {
                runs.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

fn is_inside_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Two letters and two digits: "NL91".
fn starts_account(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 4 && bytes[..2].iter().all(u8::is_ascii_alphabetic) && bytes[2..4].iter().all(u8::is_ascii_digit)
}

/// Of an account, 34 letters and digits at most (ISO 13616).
fn is_in_account(text: &str, start: Option<usize>, at: usize) -> bool {
    start.is_some_and(|from| {
        let so_far = text[from..at].bytes().filter(u8::is_ascii_alphanumeric).count();
        starts_account(&text[from..])
            && so_far < 34
            && text[at..].starts_with(|next: char| next.is_ascii_alphanumeric())
    })
}

/// So many letters and digits of a text.
fn first(text: &str, count: usize) -> &str {
    let last = text.char_indices().filter(|(_, letter)| letter.is_ascii_alphanumeric()).nth(count.saturating_sub(1));
    last.map_or(text, |(at, letter)| &text[..at + letter.len_utf8()])
}

/// How long the account is that a text begins with: ISO 13616, by the remainder of ISO 7064.
fn account(plain: &str) -> Option<usize> {
    if !starts_account(plain) || plain.len() < 15 {
        return None;
    }
    // Words may stand behind it: a Dutch one has eighteen.
    let lengths = [plain.len(), plain.len().min(18)];
    lengths.into_iter().find(|length| {
        let account = &plain[..*length];
        let remainder = account[4..].bytes().chain(account[..4].bytes()).fold(0_u32, |sum, byte| match byte {
            b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
            _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
        });
        remainder == 1
    })
}

/// The eleven-proof of a BSN; eight digits have a zero in front.
fn is_bsn(plain: &str) -> bool {
    if !matches!(plain.len(), 8 | 9) || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let digits: Vec<i32> = format!("{plain:0>9}").bytes().map(|byte| i32::from(byte - b'0')).collect();
    let sum: i32 = digits.iter().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(digit, weight)| digit * weight).sum();
    sum % 11 == 0 && digits.iter().any(|digit| *digit != 0)
}

/// Ten digits from 0, or eleven from 31.
fn is_telephone(plain: &str) -> bool {
    let digits = plain.bytes().all(|byte| byte.is_ascii_digit());
    let rest = plain.strip_prefix("0031").or(plain.strip_prefix("31"));
    digits
        && (plain.len() == 10 && plain.starts_with('0') && !plain.starts_with("00")
            || rest.is_some_and(|rest| matches!(rest.trim_start_matches('0').len(), 9)))
}

/// "3011 AB 12": a postcode with the number of a house, in either order.
fn postcodes(text: &str) -> Vec<(usize, &str)> {
    let parts: Vec<(usize, &str)> = words(text).filter(|(_, word)| !word.is_empty()).collect();
    let is_house = |word: &str| word.len() <= 6 && word.starts_with(|letter: char| letter.is_ascii_digit());
    let mut found = Vec::new();
    for (i, (at, word)) in parts.iter().enumerate() {
        let length = match (is_postcode(word), parts.get(i + 1)) {
            (true, _) => 1,
            (false, Some((_, next))) if is_postcode(&format!("{word}{next}")) => 2,
            _ => continue,
        };
        let end = |last: &(usize, &str)| last.0 + last.1.len();
        let after = parts.get(i + length).filter(|(_, word)| is_house(word));
        let before = i.checked_sub(1).map(|before| parts[before]).filter(|(_, word)| is_house(word));
        let code_end = end(&parts[i + length - 1]);
        match (after, before) {
            (Some(after), _) => found.push((*at, &text[*at..end(after)])),
            (None, Some(before)) => found.push((before.0, &text[before.0..code_end])),
            (None, None) => {}
        }
    }
    found
}

fn is_postcode(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 6
        && bytes[0] != b'0'
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numbers_or_names_somebody_is_found_however_it_is_written() {
        for (text, expected) in [
            ("Mijn BSN is 999993653, bel mij", "999993653"),
            ("bsn 9999.93.653!", "9999.93.653"),
            ("Schrijf naar Jan.Proef@voorbeeld.example.", "Jan.Proef@voorbeeld.example"),
            ("Bel 06-12345678 na zes uur", "06-12345678"),
            ("Bel 06 12 34 56 78.", "06 12 34 56 78"),
            ("of +31 6 12345678", "+31 6 12345678"),
            ("010 - 123 45 67", "010 - 123 45 67"),
            ("Maak over naar NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 00"),
            ("op nl91abna0417164300, graag", "nl91abna0417164300"),
            ("Rekening NL91 ABNA 0417 1643 00 staat open", "NL91 ABNA 0417 1643 00"),
            ("Bel mij op 06-12 34 56 78 alstublieft", "06-12 34 56 78"),
            ("Ik woon op 3011 AB 12", "3011 AB 12"),
            ("Ik woon op nummer 12a, 3011AB", "12a, 3011AB"),
        ] {
            assert_eq!(personal_data(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_nobody_is_known_by_is_left_alone() {
        for text in [
            "",
            "In 2026 kost dat 1.573 euro per jaar, in 2027 meer.",
            "Artikel 9:11 van de wet, 6 weken",
            "Het nummer 999993654 is geen BSN",
            "De postcode 3011 AB ligt in het centrum",
            "Meer bankjes @ het park",
            "NL91 is geen rekening",
            "Open van 9.00 tot 17.00 uur",
        ] {
            assert!(personal_data(text).is_empty(), "{text}: {:?}", personal_data(text));
        }
    }

    #[test]
    fn no_text_makes_it_stumble() {
        for text in ["é@é.é", "NL91é", "+", "((((", "1é2", "\u{1f600}06-12345678\u{1f600}", "0".repeat(5000).as_str()]
        {
            _ = personal_data(text);
        }
    }
}
