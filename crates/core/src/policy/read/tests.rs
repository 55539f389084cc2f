//! Reading the model, and reading anything at all.

use proptest::prelude::*;

use super::*;
use crate::policy::model::{Anchor, Basis};
use crate::vocabulary::{Mode, Name, Period, Unit};

const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

#[test]
fn the_model_is_read() {
    let policy = read(MODEL).unwrap_or_else(|it| {
        panic!("{}", it.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    assert_eq!((policy.version, policy.replaces, policy.mode), (7, Some(6), Mode::Enforce));
    assert_eq!((policy.purposes.len(), policy.nevers.len(), policy.data.len()), (9, 3, 32));
    assert_eq!(policy.leaves().count(), 24);
    assert!(policy.data[&name("body.height")].sensitive);
    assert!(policy.recipients[&name("velo-exchange")].sale);
    let orders = &policy.purposes[&name("take-orders")];
    let keep = orders.keep.as_ref().unwrap();
    assert_eq!((keep.period, keep.after), (Period { count: 10, unit: Unit::Years }, Anchor::Order));
    assert_eq!((keep.law.as_deref(), keep.line), (Some("tax"), Line(50)));
    let mail = &policy.purposes[&name("follow-up-email")];
    assert_eq!((mail.limits.len(), mail.duties.len()), (2, 2));
    assert_eq!(mail.duties[1].within, Some(Period { count: 48, unit: Unit::Hours }));
    let fit = &policy.purposes[&name("fit-advice")];
    assert_eq!(fit.basis, Basis::Permission { explicit: true });
    let gpc = &policy.signals[&Signal::Gpc];
    assert!(gpc.binds_device && gpc.binds_person);
}

#[test]
fn amounts_are_what_is_written() {
    let policy = read(MODEL).unwrap();
    let cost = |it: &str| policy.ledger_costs[&name(it)].amount.value.to_string();
    assert_eq!(cost("store"), "0.0000003");
    assert_eq!(cost("answer-access-request"), "2.10");
    for exact in ["0.1", "0.30000000000000004", "0.0000000000000000000000000001", "7"] {
        let policy = read(&MODEL.replace("0.0000003 EUR", &format!("{exact} EUR"))).unwrap();
        assert_eq!(policy.ledger_costs[&name("store")].amount.value.to_string(), exact);
    }
    for bad in ["1e3", "0x10", "1_000", "-1", "0.00000000000000000000000000001", "\"1\"", "+1"] {
        assert!(read(&MODEL.replace("0.0000003 EUR", &format!("{bad} EUR"))).is_err(), "{bad}");
    }
}

/// Which of two lines stands first must not matter, whatever a place is called.
#[test]
fn one_place_has_one_basis_by_whichever_name() {
    let ours = MODEL.replace("basis contract", "basis contract\n  basis permission in=UK\n  BASIS");
    let slugs = |line: &str| -> Vec<&str> {
        let read = read(&ours.replacen("BASIS", line, 1).replace("BASIS", ""));
        read.err().unwrap_or_default().iter().map(|it| it.slug).collect()
    };
    assert_eq!(slugs(""), [""; 0]);
    assert_eq!(slugs("basis contract in=GB"), ["duplicate-value"]);
    assert_eq!(slugs("basis contract in=UK"), ["duplicate-value"]);
    assert_eq!(slugs("basis contract in=US-CA"), [""; 0]);
}

#[test]
fn hostile_files_are_refused_at_once() {
    let small = [
        "{",
        "}",
        "a {",
        "a /-{",
        "/* ",
        "=",
        "a=",
        "x=\"",
        "x=\"x\"",
        "(",
        ")",
        "\"",
        "\\",
        "#\"",
        "a;",
        "a ;;",
        "a\n",
        "a b=1\n",
        "data { a }\n",
        "a { b; }\n",
        "\"a\" ",
        "a b=\"c\"d\n",
        "-",
        "purpose a { uses b; }\n",
        "\u{feff}",
        "\r",
        "never \"a\" { }\n",
        "a 1x\n",
        "$",
    ];
    for part in small {
        for count in [1, 300, 10_000] {
            assert!(read(&part.repeat(count)).is_err(), "{part} × {count}");
        }
    }
    assert!(read(&" ".repeat(2 << 20)).is_err());
    let many: String = (0..20_000).map(|it| format!("a{it};")).collect();
    assert!(read(&format!("data {{ {many} }}")).is_err());
    assert!(read(&format!("worth {{ {many} }}")).is_err());
    let many: String = (0..9_000).map(|it| format!("a{it} from=\"a{}\"\n", it + 1)).collect();
    assert!(read(&format!("data {{ {many} }}")).is_err());
}

fn tokens() -> impl Strategy<Value = String> {
    let words = MODEL.split_inclusive([' ', '=', '{', '}', '"', ';', '\n']);
    let words: Vec<&str> = words.filter(|it| !it.trim().is_empty()).collect();
    let odd = vec!["{", "}", "\"", "=", ";", "\n", "/", "\\", "#", "(", "1", "ß", "\u{202e}", "//"];
    let token = prop_oneof![3 => prop::sample::select(words), 1 => prop::sample::select(odd)];
    prop::collection::vec(token, 0..80).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_is_answered(text in any::<String>(), soup in tokens()) {
        prop_assert!(read(&text).is_err());
        prop_assert!(read(&soup).is_err());
    }

    /// A damaged model is read or refused with places that lie in it.
    #[test]
    fn a_damaged_model_is_answered(
        at in any::<prop::sample::Index>(),
        length in 0..40usize,
        line in any::<prop::sample::Index>(),
        put in "[a-z{}\"=; 0-9\n-]{0,6}",
    ) {
        let letters: Vec<char> = MODEL.chars().collect();
        let at = at.index(letters.len());
        let before = letters[..at].iter().copied();
        let after = letters[(at + length).min(letters.len())..].iter();
        let cut: String = before.chain(put.chars()).chain(after.copied()).collect();
        let mut lines: Vec<&str> = MODEL.lines().collect();
        let line = line.index(lines.len());
        lines.insert(line, lines[line]);
        for source in [cut, lines.join("\n")] {
            for it in read(&source).err().unwrap_or_default() {
                prop_assert!(it.offset + it.length <= source.len(), "{}", it);
                prop_assert!(1 <= it.line && 1 <= it.column);
                prop_assert!(!it.help.is_empty() && !it.said.is_empty());
            }
        }
    }
}
