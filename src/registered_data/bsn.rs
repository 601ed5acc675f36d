//! A citizen service number (burgerservicenummer), which never shows itself.

use std::fmt;

/// Nine digits that pass the 11-proef (Wet algemene bepalingen burgerservicenummer; LO GBA 01.20).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Bsn([u8; 9]);

impl Bsn {
    /// Reads a number as registers write it: eight digits stand for nine with a zero in front. None when it is not a BSN.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let mut digits = [b'0'; 9];
        match text.len() {
            9 => digits.copy_from_slice(text),
            8 => digits[1..].copy_from_slice(text),
            _ => return None,
        }
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let sum: i32 = digits
            .iter()
            .zip([9, 8, 7, 6, 5, 4, 3, 2, -1])
            .map(|(digit, weight)| i32::from(digit - b'0') * weight)
            .sum();
        // Zeros alone pass the sum, and are nobody's number.
        (sum % 11 == 0 && digits != [b'0'; 9]).then_some(Self(digits))
    }

    /// The nine digits, to seal, to index or to show to their owner. Never for a log or an address.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits")
    }

    /// The last two digits, by which somebody recognises their own number.
    pub fn ending(&self) -> &str {
        &self.digits()[7..]
    }
}

impl fmt::Debug for Bsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bsn(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_test_numbers_are_numbers() {
        for number in ["999993653", "999990627", "000009921", "00009921", "900253010"] {
            assert!(Bsn::parse(number).is_some(), "{number}");
        }
    }

    #[test]
    fn what_fails_the_eleven_test_or_is_not_nine_digits_is_none() {
        for number in
            ["100000001", "300000001", "999993654", "000000000", "", "9999936530", "9999936", "99999365a", "9999.93653"]
        {
            assert!(Bsn::parse(number).is_none(), "{number}");
        }
    }

    #[test]
    fn a_number_does_not_show_itself() {
        let bsn = Bsn::parse("999993653").unwrap();
        assert_eq!(format!("{bsn:?}"), "Bsn(hidden)");
        assert_eq!(bsn.ending(), "53");
    }

    /// The last digit that fits the eight before it; ten when none does.
    fn remainder(number: u32) -> u32 {
        format!("{number:08}")
            .bytes()
            .zip((2..10).rev())
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum::<u32>()
            % 11
    }

    proptest! {
        #[test]
        fn the_last_digit_follows_from_the_others(number in 1u32..100_000_000) {
            let good = (0..10).filter(|last| Bsn::parse(&format!("{number:08}{last}")).is_some());
            prop_assert!(good.eq((0..10).filter(|last| *last == remainder(number))));
        }

        #[test]
        fn one_wrong_digit_is_always_noticed(number in 1u32..100_000_000, place in 0usize..9, change in 1u8..10) {
            prop_assume!(remainder(number) < 10);
            let mut digits = format!("{number:08}{}", remainder(number)).into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + change) % 10;
            prop_assert!(Bsn::parse(std::str::from_utf8(&digits).unwrap()).is_none());
        }

        #[test]
        fn nothing_that_is_read_panics(text in ".*") {
            let _ = Bsn::parse(&text);
        }
    }
}
