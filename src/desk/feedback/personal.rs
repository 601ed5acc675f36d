//! What seems to name somebody in a text that everybody will read: numbers, addresses and places to live.

use crate::registered_data::Bsn;

/// Each thing found, as it stands in the text.
pub fn personal_data(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |what: &str| {
        if !found.iter().any(|known| known == what) {
            found.push(what.to_owned());
        }
    };
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if word.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.')) {
            add(word);
        }
    }
    let mut rest = text.to_owned();
    for written in ibans(text) {
        // Its digits are no number of their own.
        rest = rest.replace(&written, " x ");
        add(&written);
    }
    numbers(&rest).into_iter().filter(|number| is_bsn(number) || is_telephone(number)).for_each(&mut add);
    postcodes(text).into_iter().for_each(add);
    found
}

/// Runs of digits with marks between them, as people write numbers.
fn numbers(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '+' | '(' | ')' | '/');
    text.split(|c| !is_part(c))
        .map(|run| run.trim_matches(|c: char| !c.is_ascii_digit() && c != '+'))
        .filter(|run| !run.is_empty())
        .collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn is_bsn(number: &str) -> bool {
    let digits = digits(number);
    digits.len() == 9 && Bsn::parse(&digits).is_some()
}

fn is_telephone(number: &str) -> bool {
    let digits = digits(number);
    let national = digits.len() == 10 && digits.starts_with('0');
    national || (number.starts_with('+') || digits.starts_with("00")) && (10..=15).contains(&digits.len())
}

/// ISO 13616: two letters, two digits, and what follows, in which the whole is one modulo 97.
fn ibans(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for start in 0..letters.len() {
        let begins = start == 0 || !letters[start - 1].is_ascii_alphanumeric();
        if !begins || !letters[start].is_ascii_alphabetic() {
            continue;
        }
        let end = letters[start..].iter().take(42).take_while(|c| c.is_ascii_alphanumeric() || **c == ' ').count();
        // The length depends on the country; Dutch ones have 18.
        let fits = (15..=end).rev().map(|length| letters[start..start + length].iter().collect::<String>());
        found.extend(fits.into_iter().find(|written| is_iban(&written.replace(' ', "").to_ascii_uppercase())));
    }
    found
}

fn is_iban(text: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(4) else { return false };
    let shape =
        head.bytes().take(2).all(|b| b.is_ascii_uppercase()) && head.bytes().skip(2).all(|b| b.is_ascii_digit());
    let value = |c: char| c.to_digit(36).unwrap_or_default();
    shape
        && (15..=34).contains(&text.len())
        && rest.chars().chain(head.chars()).fold(0, |sum, c| {
            let value = value(c);
            (sum * if value < 10 { 10 } else { 100 } + value) % 97
        }) == 1
}

/// "3011 AB 12": four digits, two letters, and the number of a house.
fn postcodes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in text.char_indices() {
        let before = text[..start].chars().next_back();
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some(length) = postcode(&text[start..]) {
            found.push(&text[start..start + length]);
        }
    }
    found
}

/// The length of the postcode and house number with which a text begins.
fn postcode(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or_default();
    let four = (1..4).all(|place| at(place).is_ascii_digit()) && matches!(at(0), b'1'..=b'9');
    let mut place = if at(4) == b' ' { 5 } else { 4 };
    if !four || !at(place).is_ascii_alphabetic() || !at(place + 1).is_ascii_alphabetic() {
        return None;
    }
    place += 2;
    while matches!(at(place), b' ' | b',') {
        place += 1;
    }
    let number = bytes[place.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (number > 0).then_some(place + number)
}

#[cfg(test)]
mod tests {
    use super::personal_data;

    #[test]
    fn numbers_addresses_and_places_to_live_are_found() {
        for (text, expected) in [
            ("Bel mij op 06-12 34 56 78 alstublieft", vec!["06-12 34 56 78"]),
            ("of +31 6 12345678.", vec!["+31 6 12345678"]),
            ("Mijn BSN is 999993653", vec!["999993653"]),
            ("Mijn BSN is 9999.93.653!", vec!["9999.93.653"]),
            ("Mail naar jan@example.org, graag", vec!["jan@example.org"]),
            // The example of the standard.
            ("Rekening NL91 ABNA 0417 1643 00 staat open", vec!["NL91 ABNA 0417 1643 00"]),
            ("Ik woon op 3011 AB 12 in Rotterdam", vec!["3011 AB 12"]),
            ("3011ab, 12", vec!["3011ab, 12"]),
        ] {
            assert_eq!(personal_data(text), expected, "{text}");
        }
    }

    #[test]
    fn what_names_nobody_is_left_alone() {
        for text in [
            "Meer fietsenrekken bij het station, vóór 1 januari 2027 graag.",
            "Dit kostte 1.500.000 euro in 2026",
            "Kenteken en @ en a@b",
            "Artikel 9:11 lid 2, wet van 2026, 2500 mensen",
            "De 1000 ex 5 keer",
            "123456789",
        ] {
            // "1000 ex 5" has the shape of a postcode with a number: a clerk looks at it.
            let found = personal_data(text);
            assert!(found.is_empty() || text.starts_with("De 1000"), "{text}: {found:?}");
        }
    }
}
