//! What is read and written again says the same, and is the same text where there is one way to
//! write it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_signals::gpp::tcf_ca::{CaString, Form};
use handshake_signals::gpp::{self, GppString, Section, UsSection};
use handshake_signals::tcf::TcString;
use handshake_signals::{EncodeError, Error, Padding};

mod corpus;

const PADDINGS: [Padding; 3] = [Padding::Sextet, Padding::Octet, Padding::Quantum];

/// All strings that are called `name` in some line.
fn named(name: &str) -> Vec<String> {
    let strings = corpus::strings().into_iter().filter(|(it, _)| it == name);
    strings.map(|(_, text)| text).collect()
}

/// Whether the text is one of those that `write` gives, without `=`.
fn is_written(text: &str, write: impl Fn(Padding) -> String) -> bool {
    let text = text.replace('=', "");
    PADDINGS.into_iter().any(|it| write(it) == text)
}

fn written(write: impl FnOnce(&mut String) -> Result<(), EncodeError>) -> String {
    let mut text = String::new();
    write(&mut text).unwrap();
    text
}

#[test]
fn tc_strings() {
    let (mut read, mut same) = (0, 0);
    for text in named("tc") {
        let Ok(tc) = TcString::parse(&text) else { continue };
        for padding in PADDINGS {
            let again = written(|it| tc.encode(it, padding));
            let again = TcString::parse(&again).unwrap();
            assert_eq!(again, tc, "{text}");
            assert_eq!(again.publisher_restrictions.len(), tc.publisher_restrictions.len());
        }
        read += 1;
        same += usize::from(is_written(&text, |it| written(|text| tc.encode(text, it))));
    }
    // Many platforms write bit fields where ranges are shorter, or longer than the last vendor.
    assert_eq!((read, same), (229, 186));
}

fn sections(texts: &[String]) -> Vec<(u16, &str)> {
    let gpps = texts.iter().filter_map(|it| GppString::parse(it).ok());
    gpps.flat_map(|it| {
        it.section_ids().map(|id| (id, it.section_text(id).unwrap())).collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn us_sections() {
    let texts = named("gpp");
    let encoded: Vec<_> = (7..=27_u16)
        .map(|id| (id, named(&format!("encoded{}", gpp::api_prefix(id).unwrap()))))
        .collect();
    let alone = encoded.iter().flat_map(|(id, all)| all.iter().map(|it| (*id, it.as_str())));
    let (mut read, mut same, mut kinds) = (0, 0, std::collections::BTreeSet::new());
    for (id, text) in sections(&texts).into_iter().chain(alone) {
        let Ok(Section::Us(section)) = Section::parse(id, text) else { continue };
        let again = written(|it| section.encode(it));
        assert_eq!(Section::parse(id, &again), Ok(Section::Us(section)), "{text}");
        read += 1;
        same += usize::from(again == text);
        kinds.insert(id);
    }
    assert_eq!((read, same, kinds.len()), (119, 116, 18));
}

/// With every field set, in both forms of the newest states.
#[test]
fn us_sections_that_nobody_has_sent_yet() {
    for id in 7..=27 {
        let mut section = UsSection::new(id).unwrap();
        section.gpc = Some(true);
        for name in ["SaleOptOut", "TargetedAdvertisingOptOut", "ProcessingNotice"] {
            let _ = section.set(gpp::Field::from_name(name).unwrap(), &[1]);
        }
        let _ = section.set(gpp::Field::SensitiveDataProcessing, &[2, 1, 0, 2, 1, 0, 2]);
        let mut forms = vec![section];
        if 24 <= id {
            let mut headed = section;
            headed.header_version = Some(1);
            forms.push(headed);
            forms.push(section.with_sensitive_in_core());
        }
        for section in forms {
            assert!(section.opts_out_of_sale_or_sharing());
            let text = written(|it| section.encode(it));
            assert_eq!(Section::parse(id, &text), Ok(Section::Us(section)), "{text}");
        }
    }
}

#[test]
fn canadian_strings() {
    let texts = named("gpp");
    let alone = named("encodedtcfcav1");
    let all = sections(&texts).into_iter().filter(|(id, _)| *id == 5).map(|(_, text)| text);
    let (mut read, mut same) = (0, 0);
    for text in all.chain(alone.iter().map(String::as_str)) {
        let Ok(tc) = CaString::parse(text) else { continue };
        for form in [Form::Fibonacci, Form::Fixed] {
            let again = written(|it| tc.encode(it, form, Padding::Octet));
            assert_eq!(CaString::parse(&again), Ok(tc), "{text} as {again}");
            same += usize::from(again == text);
        }
        read += 1;
    }
    assert_eq!((read, same), (12, 9));
}

#[test]
fn gpp_strings() {
    let (mut read, mut same) = (0, 0);
    for text in named("gpp") {
        let Ok(found) = GppString::parse(&text) else { continue };
        let sections: Vec<_> =
            found.section_ids().map(|it| (it, found.section_text(it).unwrap())).collect();
        read += 1;
        same +=
            usize::from(is_written(&text, |it| written(|text| gpp::encode(text, &sections, it))));
    }
    // Five headers have a character more than any way to fill up gives them.
    assert_eq!((read, same), (79, 74));
}

/// An error points into the string that was given, also inside of a GPP string.
#[test]
fn errors_say_where() {
    let check = |error: Error, field, character| {
        assert_eq!((error.field, error.character), (field, character), "{error}");
    };
    let core = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA";
    check(TcString::parse("").unwrap_err(), "Core", 0);
    check(TcString::parse("CPXx").unwrap_err(), "Created", 1);
    check(TcString::parse(&format!("{core}.I.I!")).unwrap_err(), "DisclosedVendors", 45);
    check(TcString::parse(&format!("{core}.IAAA.IAAA")).unwrap_err(), "SegmentType", 50);
    check(TcString::parse(&format!("{core}.")).unwrap_err(), "SegmentType", 45);
    let gpp = format!("DBACNYA~{core}~1YXN");
    let error = GppString::parse(&gpp).unwrap().section(6).unwrap().unwrap_err();
    check(error, "OptOutSale", 55);
    assert_eq!(
        error.to_string(),
        "`OptOutSale`, character 55: only `Y`, `N` or `-` may stand here"
    );
    let gpp = format!("DBABMA~{core}.Q");
    let error = GppString::parse(&gpp).unwrap().section(2).unwrap().unwrap_err();
    check(error, "AllowedVendors", 52);
}
