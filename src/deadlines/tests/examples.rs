//! Worked examples: each was counted by hand from the article.

use jiff::civil::{Date, date};

use crate::{
    deadlines::{
        Counting::{self, Regulation1182, Termijnenwet},
        last_day,
    },
    rules::model::Term,
};

struct Example {
    case: &'static str,
    law: &'static str,
    counting: Counting,
    from: Date,
    term: &'static str,
    last: Date,
}

const fn example(
    case: &'static str,
    law: &'static str,
    counting: Counting,
    from: Date,
    term: &'static str,
    last: Date,
) -> Example {
    Example { case, law, counting, from, term, last }
}

#[rustfmt::skip]
const EXAMPLES: [Example; 30] = [
    example("a complaint on Christmas Eve", "Awb 9:11", Termijnenwet, date(2026, 12, 24), "6 weeks", date(2027, 2, 4)),
    example("the same, with a complaints committee", "Awb 9:11", Termijnenwet, date(2026, 12, 24), "10 weeks", date(2027, 3, 4)),
    example("an objection whose last day is Whit Monday", "Atw 1(1), 3(1)", Termijnenwet, date(2026, 4, 13), "6 weeks", date(2026, 5, 26)),
    example("an objection whose last day is no holiday", "Awb 6:7, 6:8", Termijnenwet, date(2026, 11, 3), "6 weeks", date(2026, 12, 15)),
    example("eight weeks from a Sunday", "Atw 1(1)", Termijnenwet, date(2026, 11, 22), "8 weeks", date(2027, 1, 18)),
    example("eight weeks to King's Day", "Atw 1(1), 3(1)", Termijnenwet, date(2026, 3, 2), "8 weeks", date(2026, 4, 28)),
    example("King's Day on Saturday, as the 27th is a Sunday", "Atw 1(1), 3(1)", Termijnenwet, date(2025, 4, 12), "2 weeks", date(2025, 4, 28)),
    example("twelve weeks to Good Friday, past Easter Monday", "Atw 1(1), 3(1), 3(2)", Termijnenwet, date(2027, 1, 1), "12 weeks", date(2027, 3, 30)),
    example("four weeks to New Year's Day, a Friday", "Wet BRP 2.58, Atw 1(1)", Termijnenwet, date(2026, 12, 4), "4 weeks", date(2027, 1, 4)),
    example("four weeks to New Year's Eve, no holiday", "Wet BRP 2.58", Termijnenwet, date(2026, 12, 3), "4 weeks", date(2026, 12, 31)),
    example("three days over Christmas want two working days", "Atw 2", Termijnenwet, date(2025, 12, 24), "3 days", date(2025, 12, 30)),
    example("two days want none, and end after Christmas", "Atw 1(1)", Termijnenwet, date(2025, 12, 24), "2 days", date(2025, 12, 29)),
    example("three days from Thursday before Easter", "Atw 1(1), 2", Termijnenwet, date(2026, 4, 2), "3 days", date(2026, 4, 8)),
    example("a week over Easter has its two working days", "Atw 2", Termijnenwet, date(2026, 4, 1), "1 week", date(2026, 4, 8)),
    example("ninety days to Boxing Day, a Saturday", "Atw 1(1)", Termijnenwet, date(2026, 9, 27), "90 days", date(2026, 12, 28)),
    example("ninety-one days to the same day do not move", "Atw 4(a)", Termijnenwet, date(2026, 9, 26), "91 days", date(2026, 12, 26)),
    example("thirteen weeks to a Sunday do not move", "Atw 4(a)", Termijnenwet, date(2026, 9, 27), "13 weeks", date(2026, 12, 27)),
    example("four months to a Sunday do not move", "Atw 4(a)", Termijnenwet, date(2026, 8, 27), "4 months", date(2026, 12, 27)),
    example("a year to a Sunday does not move", "Atw 4(a)", Termijnenwet, date(2026, 1, 3), "1 year", date(2027, 1, 3)),
    example("a year from a leap day", "Atw 4(a)", Termijnenwet, date(2028, 2, 29), "1 year", date(2029, 2, 28)),
    example("a month from 31 January in a leap year", "Atw 1(1)", Termijnenwet, date(2028, 1, 31), "1 month", date(2028, 2, 29)),
    example("a month from 31 January, to a Sunday", "Atw 1(1)", Termijnenwet, date(2027, 1, 31), "1 month", date(2027, 3, 1)),
    example("a month from the last of February keeps the date", "Atw 1(1)", Termijnenwet, date(2025, 2, 28), "1 month", date(2025, 3, 28)),
    example("two working days from Christmas Eve", "promise of a service", Termijnenwet, date(2026, 12, 24), "2 working days", date(2026, 12, 29)),
    example("calves slaughtered on a Thursday", "CJEU C-171/03", Regulation1182, date(1998, 3, 12), "3 weeks", date(1998, 4, 2)),
    example("a request on 5 March, to Easter Sunday", "AVG 12(3), Reg. 1182/71 3(4)", Regulation1182, date(2026, 3, 5), "1 month", date(2026, 4, 7)),
    example("a request on the 31st, in a month followed by one of 30", "AVG 12(3), Reg. 1182/71 3(2)(c)", Regulation1182, date(2026, 8, 31), "1 month", date(2026, 9, 30)),
    example("a request on 31 January, to a Saturday", "AVG 12(3), Reg. 1182/71 3(2)(c), 3(4)", Regulation1182, date(2026, 1, 31), "1 month", date(2026, 3, 2)),
    example("two days over a weekend want two working days", "Reg. 1182/71 3(5)", Regulation1182, date(2026, 11, 20), "2 days", date(2026, 11, 24)),
    example("a European year to a Sunday moves", "Reg. 1182/71 3(4)", Regulation1182, date(2026, 1, 3), "1 year", date(2027, 1, 4)),
];

pub(super) fn term(text: &str) -> Term {
    Term::try_from(text.to_owned()).unwrap()
}

#[test]
fn every_worked_example_ends_on_the_day_of_the_law() {
    for Example { case, law, counting, from, term: text, last } in EXAMPLES {
        assert_eq!(last_day(counting, from, term(text)).unwrap(), last, "{case}: {text} from {from} ({law})");
    }
}
