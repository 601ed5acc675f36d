//! The places in a template that a clerk fills in: `[bedrag]`.

/// What stands between square brackets, each once, in order: what is still to be filled in.
pub fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('[') {
        let Some((place, then)) = after.split_once(']') else { break };
        // An opening bracket that is never closed belongs to no place.
        let (place, then) = match place.rfind('[') {
            Some(at) => (&place[at + 1..], then),
            None => (place, then),
        };
        if !places.contains(&place) {
            places.push(place);
        }
        rest = then;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_named_once_in_order() {
        assert_eq!(places("Uw inkomen was [bedrag] in [jaar], en [bedrag] telt."), ["bedrag", "jaar"]);
        assert_eq!(places("Een [[dubbele] haak, en een [open"), ["dubbele"]);
        assert_eq!(places("Niets meer in te vullen, artikel 36 lid 1"), Vec::<&str>::new());
        assert_eq!(places("Leeg: []"), [""]);
    }
}
