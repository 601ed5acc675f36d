//! How somebody is named: in full, on an envelope, and at the head of a letter, as the functional rules of the BRP API (RvIG) say.

/// A name as registered (LO GBA group 02). A part that is not there, or unknown ("."), is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    pub given_names: String,
    /// Code of a title of nobility or of a predicate (table 38): B, GI, JV.
    pub title: String,
    pub prefix: String,
    pub surname: String,
}

/// Whose surname somebody uses (LO GBA 61.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameUse {
    #[default]
    Own,
    Partner,
    PartnerThenOwn,
    OwnThenPartner,
}

impl NameUse {
    pub fn from_code(code: &str) -> Self {
        match code {
            "P" => Self::Partner,
            "V" => Self::PartnerThenOwn,
            "N" => Self::OwnThenPartner,
            _ => Self::Own,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gender {
    Man,
    Woman,
    #[default]
    Unknown,
}

impl Gender {
    pub fn from_code(code: &str) -> Self {
        match code {
            "M" => Self::Man,
            "V" => Self::Woman,
            _ => Self::Unknown,
        }
    }
}

/// The partner whose surname may be used: the present one, or else the last one there was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerName {
    pub prefix: String,
    pub surname: String,
    pub ended: bool,
}

/// Somebody, as far as it decides how they are addressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressee {
    pub name: Name,
    pub gender: Gender,
    pub name_use: NameUse,
    pub partner: Option<PartnerName>,
}

/// Title (between initials and surname) or predicate (before everything): its word in lower case.
enum Nobility {
    Title(&'static str),
    Predicate(&'static str),
}

fn nobility(code: &str) -> Option<Nobility> {
    use Nobility::{Predicate, Title};
    Some(match code {
        "B" => Title("baron"),
        "BS" => Title("barones"),
        "G" => Title("graaf"),
        "GI" => Title("gravin"),
        "H" => Title("hertog"),
        "HI" => Title("hertogin"),
        "M" => Title("markies"),
        "MI" => Title("markiezin"),
        "P" => Title("prins"),
        "PS" => Title("prinses"),
        "R" => Title("ridder"),
        "JH" => Predicate("jonkheer"),
        "JV" => Predicate("jonkvrouw"),
        _ => return None,
    })
}

/// Parts with one space between them; what is empty leaves no space behind.
fn join(parts: &[&str]) -> String {
    let mut joined = String::new();
    for part in parts.iter().flat_map(|part| part.split_whitespace()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

fn capitalised(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

impl Name {
    /// "Dirk-Willem Jan" is "D.J."; a given name of one letter stays as it is, without a point.
    pub fn initials(&self) -> String {
        let mut initials = String::new();
        for name in self.given_names.split_whitespace() {
            let mut letters = name.chars();
            initials.extend(letters.next());
            if letters.next().is_some() {
                initials.push('.');
            }
        }
        initials
    }

    /// "Jan Pieter baron van Maassen", "jonkheer Jan Pieter van Maassen".
    pub fn full(&self) -> String {
        match nobility(&self.title) {
            Some(Nobility::Title(title)) => join(&[&self.given_names, title, &self.prefix, &self.surname]),
            Some(Nobility::Predicate(predicate)) => join(&[predicate, &self.given_names, &self.prefix, &self.surname]),
            None => join(&[&self.given_names, &self.prefix, &self.surname]),
        }
    }

    /// The first of the given names: "Maria" of "Maria Johanna".
    pub fn first(&self) -> &str {
        self.given_names.split_whitespace().next().unwrap_or_default()
    }
}

impl Addressee {
    /// The partner's name when there is one, and otherwise their own: somebody without a partner is addressed by their own name.
    fn name_use(&self) -> NameUse {
        match &self.partner {
            Some(partner) if !partner.surname.is_empty() => self.name_use,
            _ => NameUse::Own,
        }
    }

    /// Surnames in the order of use; `title` stands right before their own.
    fn surnames(&self, title: &str) -> String {
        let own = join(&[title, &self.name.prefix, &self.name.surname]);
        let partner =
            self.partner.as_ref().map(|partner| join(&[&partner.prefix, &partner.surname])).unwrap_or_default();
        let (first, second) = match self.name_use() {
            NameUse::Own => return own,
            NameUse::Partner => return partner,
            NameUse::PartnerThenOwn => (partner, own),
            NameUse::OwnThenPartner => (own, partner),
        };
        if second.is_empty() { first } else { format!("{first}-{second}") }
    }

    /// A title counts only with their own name; a predicate of a woman also not during a partnership, or with a partner's name.
    fn nobility(&self) -> Option<Nobility> {
        if self.name_use() == NameUse::Partner {
            return None;
        }
        let nobility = nobility(&self.name.title)?;
        let with_partner =
            self.name_use() != NameUse::Own || self.partner.as_ref().is_some_and(|partner| !partner.ended);
        match nobility {
            Nobility::Predicate(_) if self.gender == Gender::Woman && with_partner => None,
            nobility => Some(nobility),
        }
    }

    /// The first line on an envelope: "A.B. baron van Aedel", "J.A. de Boer-van den Aedel".
    pub fn on_envelope(&self) -> String {
        let (before, title) = match self.nobility() {
            Some(Nobility::Title(title)) => ("", title),
            Some(Nobility::Predicate(predicate)) => (predicate, ""),
            None => ("", ""),
        };
        capitalised(join(&[before, &self.name.initials(), &self.surnames(title)]))
    }

    /// The head of a letter: "Geachte mevrouw Van Velzen-in het Veld", "Hoogwelgeboren heer".
    pub fn salutation(&self) -> String {
        if self.nobility().is_some() {
            match (self.name.title.as_str(), self.gender) {
                ("P" | "PS", _) => return "Hoogheid".to_owned(),
                ("G" | "GI", Gender::Man) => return "Hooggeboren heer".to_owned(),
                ("G" | "GI", Gender::Woman) => return "Hooggeboren vrouwe".to_owned(),
                (_, Gender::Man) => return "Hoogwelgeboren heer".to_owned(),
                (_, Gender::Woman) => return "Hoogwelgeboren vrouwe".to_owned(),
                (_, Gender::Unknown) => {}
            }
        }
        let surnames = self.surnames("");
        match self.gender {
            Gender::Man => join(&["Geachte heer", &capitalised(surnames)]),
            Gender::Woman => join(&["Geachte mevrouw", &capitalised(surnames)]),
            Gender::Unknown => {
                let initials = self.name.initials();
                let surnames = if initials.is_empty() { capitalised(surnames) } else { surnames };
                join(&["Geachte", &initials, &surnames])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(given_names: &str, title: &str, prefix: &str, surname: &str) -> Name {
        Name { given_names: given_names.into(), title: title.into(), prefix: prefix.into(), surname: surname.into() }
    }

    fn addressee(name: Name, gender: &str, name_use: &str, partner: Option<(&str, &str)>) -> Addressee {
        Addressee {
            name,
            gender: Gender::from_code(gender),
            name_use: NameUse::from_code(name_use),
            partner: partner.map(|(prefix, surname)| PartnerName {
                prefix: prefix.into(),
                surname: surname.into(),
                ended: false,
            }),
        }
    }

    #[test]
    fn initials_have_a_point_except_a_name_of_one_letter() {
        for (given_names, initials) in [
            ("Dirk-Willem", "D."),
            ("Jan Pieter", "J.P."),
            ("A Bert", "AB."),
            ("Östen Écrin", "Ö.É."),
            ("", ""),
            ("  Jan  ", "J."),
        ] {
            assert_eq!(name(given_names, "", "", "").initials(), initials, "{given_names}");
        }
    }

    #[test]
    fn a_full_name_has_a_predicate_in_front_and_a_title_before_the_prefix() {
        assert_eq!(name("Jan Pieter", "", "van", "Maassen").full(), "Jan Pieter van Maassen");
        assert_eq!(name("Jan Pieter", "B", "van", "Maassen").full(), "Jan Pieter baron van Maassen");
        assert_eq!(name("Jan Pieter", "JH", "van", "Maassen").full(), "jonkheer Jan Pieter van Maassen");
        assert_eq!(name("", "", "", "Groenen").full(), "Groenen");
    }

    #[test]
    fn an_envelope_follows_the_use_of_names() {
        for (name_use, prefix, surname, partner_prefix, partner, expected) in [
            ("E", "in het", "Veld", "van", "Velzen", "H. in het Veld"),
            ("P", "in het", "Veld", "van", "Velzen", "H. van Velzen"),
            ("V", "in het", "Veld", "van", "Velzen", "H. van Velzen-in het Veld"),
            ("N", "in het", "Veld", "van", "Velzen", "H. in het Veld-van Velzen"),
            ("V", "", "Groenen", "", "Groenink", "H. Groenink-Groenen"),
            ("N", "", "Groenen", "", "Groenink", "H. Groenen-Groenink"),
        ] {
            let somebody = addressee(name("Henk", "", prefix, surname), "M", name_use, Some((partner_prefix, partner)));
            assert_eq!(somebody.on_envelope(), expected);
        }
    }

    #[test]
    fn without_a_partner_ones_own_name_is_used() {
        for name_use in ["E", "P", "V", "N", ""] {
            let alone = addressee(name("Anna", "", "in het", "Veld"), "V", name_use, None);
            assert_eq!(alone.salutation(), "Geachte mevrouw In het Veld");
            assert_eq!(alone.on_envelope(), "A. in het Veld");
            let unknown_partner = addressee(name("Anna", "", "in het", "Veld"), "V", name_use, Some(("", "")));
            assert_eq!(unknown_partner.on_envelope(), "A. in het Veld");
        }
    }

    #[test]
    fn a_salutation_follows_gender_and_the_use_of_names() {
        for (gender, name_use, given, prefix, surname, partner_prefix, partner, expected) in [
            ("V", "E", "Jo Rene", "in het", "Veld", "van", "Velzen", "Geachte mevrouw In het Veld"),
            ("V", "P", "Jo Rene", "in het", "Veld", "van", "Velzen", "Geachte mevrouw Van Velzen"),
            ("V", "V", "Jo Rene", "in het", "Veld", "van", "Velzen", "Geachte mevrouw Van Velzen-in het Veld"),
            ("V", "N", "Jo Rene", "in het", "Veld", "van", "Velzen", "Geachte mevrouw In het Veld-van Velzen"),
            ("M", "E", "Jo Rene", "", "Groenen", "", "Groenink", "Geachte heer Groenen"),
            ("O", "E", "Jo Rene", "in het", "Zonnetje", "'t", "Wolkje", "Geachte J.R. in het Zonnetje"),
            ("O", "E", "", "in het", "Zonnetje", "'t", "Wolkje", "Geachte In het Zonnetje"),
            ("V", "P", "Jo Rene", "in het", "Zonnetje", "'t", "Wolkje", "Geachte mevrouw 't Wolkje"),
            ("O", "V", "Jo Rene", "Op Den", "Berghe", "Van Der", "Broeck", "Geachte J.R. Van Der Broeck-Op Den Berghe"),
        ] {
            let somebody =
                addressee(name(given, "", prefix, surname), gender, name_use, Some((partner_prefix, partner)));
            assert_eq!(somebody.salutation(), expected);
        }
    }

    #[test]
    fn nobility_is_addressed_as_such_with_their_own_name_only() {
        for (title, gender, expected) in [
            ("R", "M", "Hoogwelgeboren heer"),
            ("B", "M", "Hoogwelgeboren heer"),
            ("BS", "V", "Hoogwelgeboren vrouwe"),
            ("H", "M", "Hoogwelgeboren heer"),
            ("HI", "V", "Hoogwelgeboren vrouwe"),
            ("M", "M", "Hoogwelgeboren heer"),
            ("MI", "V", "Hoogwelgeboren vrouwe"),
            ("G", "M", "Hooggeboren heer"),
            ("GI", "V", "Hooggeboren vrouwe"),
            ("P", "M", "Hoogheid"),
            ("PS", "O", "Hoogheid"),
            ("JH", "M", "Hoogwelgeboren heer"),
            ("JV", "V", "Hoogwelgeboren vrouwe"),
            ("BS", "O", "Geachte J.A. van den Aedel"),
        ] {
            assert_eq!(
                addressee(name("Jo Anne", title, "van den", "Aedel"), gender, "E", None).salutation(),
                expected,
                "{title}"
            );
        }
        let by_partner = addressee(name("Jo Anne", "BS", "van den", "Aedel"), "V", "P", Some(("de", "Boer")));
        assert_eq!(by_partner.salutation(), "Geachte mevrouw De Boer");
        assert_eq!(by_partner.on_envelope(), "J.A. de Boer");
    }

    #[test]
    fn a_title_stands_before_ones_own_name_and_a_predicate_in_front() {
        for (title, gender, name_use, expected) in [
            ("BS", "V", "E", "J.A. barones van den Aedel"),
            ("BS", "V", "V", "J.A. de Boer-barones van den Aedel"),
            ("BS", "V", "N", "J.A. barones van den Aedel-de Boer"),
            ("JH", "M", "E", "Jonkheer J.A. van den Aedel"),
            ("JH", "M", "V", "Jonkheer J.A. de Boer-van den Aedel"),
            ("JH", "M", "P", "J.A. de Boer"),
            ("JV", "V", "E", "J.A. van den Aedel"),
            ("JV", "V", "N", "J.A. van den Aedel-de Boer"),
        ] {
            let somebody =
                addressee(name("James Antoine", title, "van den", "Aedel"), gender, name_use, Some(("de", "Boer")));
            assert_eq!(somebody.on_envelope(), expected, "{title} {name_use}");
        }
        let mut divorced = addressee(name("Jeanne Anne", "JV", "van den", "Aedel"), "V", "E", Some(("de", "Boer")));
        divorced.partner.as_mut().unwrap().ended = true;
        assert_eq!(divorced.on_envelope(), "Jonkvrouw J.A. van den Aedel");
    }

    #[test]
    fn missing_parts_leave_no_spaces_behind() {
        let nameless = addressee(Name::default(), "M", "V", Some(("", "Boer")));
        assert_eq!(nameless.on_envelope(), "Boer");
        assert_eq!(nameless.salutation(), "Geachte heer Boer");
        assert_eq!(Addressee::default().salutation(), "Geachte");
    }
}
