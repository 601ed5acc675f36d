//! Bank account numbers.

/// An account number in the international form (ISO 13616), upper case without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Iban(String);

impl Iban {
    /// Reads a number as people write it: spaces, points and lower case are fine. The check digits must be right (modulo 97), and a
    /// Dutch number must have 18 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let bytes = plain.as_bytes();
        let shape = (15..=34).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !shape {
            return None;
        }
        let dutch = bytes.len() == 18
            && bytes[4..8].iter().all(u8::is_ascii_uppercase)
            && bytes[8..].iter().all(u8::is_ascii_digit);
        if plain.starts_with("NL") && !dutch {
            return None;
        }
        let turned = bytes[4..].iter().chain(&bytes[..4]);
        let rest = turned.fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        });
        (rest == 1).then_some(Self(plain))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, as on a card.
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> =
            (0..self.0.len()).step_by(4).map(|at| &self.0[at..(at + 4).min(self.0.len())]).collect();
        groups.join("\u{a0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in
            ["NL91ABNA0417164300", "nl91 abna 0417 1643 00", " NL91.ABNA.0417.1643.00 ", "NL91-ABNA-0417-1643-00"]
        {
            let iban = Iban::parse(text).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(iban.as_str(), "NL91ABNA0417164300");
            assert_eq!(iban.grouped(), "NL91\u{a0}ABNA\u{a0}0417\u{a0}1643\u{a0}00");
        }
        for text in ["DE89 3704 0044 0532 0130 00", "BE68 5390 0754 7034", "GB82 WEST 1234 5698 7654 32"] {
            assert!(Iban::parse(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_wrong_number_is_not_taken() {
        for text in [
            "",
            "NL",
            "NL92ABNA0417164300",
            "NL91ABNA0417164301",
            "NL91ABNA04171643",
            "NL91ABNA041716430O",
            "9100 0417 1643 00",
            "<script>alert(1)</script>",
            "NL91ABNA0417164300NL91ABNA0417164300",
            "ÑL91ABNA0417164300",
        ] {
            assert!(Iban::parse(text).is_none(), "{text:?}");
        }
    }
}
