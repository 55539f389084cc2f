//! The table of US sections beside the specifications, and what encoders disagree on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use handshake_signals::gpp::{
    self, Answer, Choice, Field, GppString, Section, SetError, UsSection,
};
use handshake_signals::{Reason, tcf::TcString};
use serde_json::Value;

fn us(id: u16, text: &str) -> UsSection {
    match Section::parse(id, text) {
        Ok(Section::Us(it)) => it,
        other => panic!("{other:?}"),
    }
}

/// Field by field, in order, as many entries each, and as many bits in all.
#[test]
fn the_table_is_that_of_the_specifications() {
    let spec: Value = serde_json::from_str(include_str!("../vectors/gpp-us-layouts.json")).unwrap();
    let mut compared = 0;
    for (api, spec) in spec.as_object().unwrap().iter().filter(|(it, _)| !it.starts_with('_')) {
        let id = u16::try_from(spec["id"].as_u64().unwrap()).unwrap();
        assert_eq!((gpp::api_prefix(id), gpp::section_id(api)), (Some(api.as_str()), Some(id)));
        let mut section = UsSection::new(id).unwrap();
        let fields = |section: &UsSection| -> Vec<(String, usize)> {
            section.fields().map(|(it, values)| (it.name().to_owned(), values.count())).collect()
        };
        let core: Vec<_> = spec["core"].as_array().unwrap().iter().map(named).collect();
        assert_eq!(fields(&section), core, "{api}");
        let mut text = String::new();
        section.encode(&mut text).unwrap();
        let bits = usize::try_from(spec["core_bits"].as_u64().unwrap()).unwrap();
        assert_eq!(text.len(), bits.next_multiple_of(8).div_ceil(6), "{api}");
        let own = spec["sensitive_subsection"].as_array().unwrap();
        for field in own.iter().map(named) {
            section.set(Field::from_name(&field.0).unwrap(), &[1]).unwrap();
            assert_eq!(fields(&section).last(), Some(&field), "{api}");
        }
        compared += 1;
    }
    assert_eq!(compared, 21);
}

/// `["SensitiveDataProcessing", "N-Bitfield(2,16)"]`
fn named(field: &Value) -> (String, usize) {
    let [name, data_type] = [0, 1].map(|it| field.get(it).and_then(Value::as_str).unwrap());
    let count = data_type.strip_prefix("N-Bitfield(2,").and_then(|it| it.strip_suffix(')'));
    let name = Field::from_name(name).unwrap().name();
    (name.to_owned(), count.map_or(1, |it| it.parse().unwrap()))
}

#[test]
fn usnat_is_read_by_its_length() {
    let lists = |text| {
        let section = us(7, text);
        let count = |field| section.values(field).count();
        (
            section.version(),
            count(Field::SensitiveDataProcessing),
            count(Field::KnownChildSensitiveDataConsents),
        )
    };
    // Version 1 with the lists of version 1, of version 2; version 2.
    assert_eq!(lists("BVVVVVVVVWA"), (1, 12, 2));
    assert_eq!(lists("BAAAAAAAAABA.QA"), (1, 16, 3));
    assert_eq!(lists("CAAAAAAAAABA.QA"), (2, 16, 3));
    assert!(!us(7, "DSJgmkoZJSA.YA").is_known_version());
}

#[test]
fn the_newest_states_are_read_in_every_form() {
    // Indiana as the reference encoder writes it: sensitive data in the core, then GPC.
    let reference = us(25, "BVVVkkk.YA");
    // The same as specified: a section header, the core, the sensitive data; and without header.
    for text in ["ZBABYA.BVVV.kkk", "ZB.BVVV.kkk", "BVVV.kkk", "BVVV.kkk.YA"] {
        let section = us(25, text);
        assert_eq!(section.header_version, text.starts_with('Z').then_some(1), "{text}");
        assert_eq!(section.gpc, text.ends_with("YA").then_some(true), "{text}");
        for (field, values) in reference.fields() {
            assert!(section.values(field).eq(values), "{text}: {}", field.name());
        }
    }
    assert_eq!(reference.gpc, Some(true));
    let sensitive: Vec<_> = reference.choices(Field::SensitiveDataProcessing).collect();
    assert_eq!(sensitive.len(), 8);
    assert_eq!(sensitive.first(), Some(&Choice::Allowed));
    // Maryland has no children and no sensitive data, but GPC.
    let maryland = us(24, "YBAA.BVVU.YA");
    assert_eq!((maryland.gpc, maryland.header_version), (Some(true), Some(1)));
    assert_eq!(maryland.value(Field::KnownChildSensitiveDataConsents), None);
}

#[test]
fn a_person_opts_out_by_a_field_or_by_gpc() {
    let mut virginia = UsSection::new(9).unwrap();
    assert!(!virginia.opts_out_of_sale_or_sharing());
    virginia.set(Field::SaleOptOut, &[1]).unwrap();
    assert!(virginia.opts_out_of_sale_or_sharing());
    assert!(!virginia.opts_out_of_targeted_advertising());
    virginia.set(Field::SaleOptOut, &[2]).unwrap();
    virginia.gpc = Some(true);
    assert!(virginia.opts_out_of_sale_or_sharing() && virginia.opts_out_of_targeted_advertising());
    assert_eq!(virginia.answer(Field::MspaCoveredTransaction), Some(Answer::No));
    assert_eq!(virginia.answer(Field::SaleOptOut), None);
    assert_eq!(virginia.choice(Field::SaleOptOutNotice), None);
    assert_eq!(virginia.choice(Field::SharingOptOut), None);
    assert_eq!(virginia.set(Field::SharingOptOut, &[1]), Err(SetError::Field));
    assert_eq!(virginia.set(Field::SaleOptOut, &[1, 1]), Err(SetError::TooMany));
    assert_eq!(virginia.set(Field::SaleOptOut, &[]), Err(SetError::Value));
}

#[test]
fn a_header_must_fit_what_follows() {
    let reason = |text| GppString::parse(text).unwrap_err().reason;
    assert_eq!(reason("DBACNYA~1YNN"), Reason::Sections { announced: 2, found: 1 });
    assert_eq!(reason("DBABTA~1YNN~1YNN"), Reason::Sections { announced: 1, found: 2 });
    assert_eq!(reason("DBABTA"), Reason::Sections { announced: 1, found: 0 });
    assert_eq!(reason("DBABTA~"), Reason::Empty);
    // A bare TC string is none.
    assert_eq!(reason("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"), Reason::HeaderType(2));
    assert_eq!(GppString::parse("DBAA").unwrap().section_ids().count(), 0);
}

#[test]
fn sections_are_there_or_not() {
    let gpp = GppString::parse("DBABTA~1YNN").unwrap();
    assert!(matches!(gpp.section(6), Some(Ok(Section::UspV1(it))) if !it.opts_out_of_sale()));
    assert!(gpp.section(2).is_none() && gpp.section_text(6) == Some("1YNN"));
    assert_eq!(Section::parse(28, "x!"), Ok(Section::Unknown("x!")));
    assert_eq!(Section::parse(4, "AA"), Ok(Section::Unknown("AA")));
    let tc = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA";
    assert_eq!(Section::parse(2, tc), Ok(Section::TcfEuV2(TcString::parse(tc).unwrap())));
}
