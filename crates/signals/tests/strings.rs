//! The short strings, deletion tokens and the JSON in them: what is read, what is refused, and where.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use handshake_signals::consent_mode::{ConsentMode, ConsentType, State};
use handshake_signals::ddrf::{Claims, Jwt, TokenError, TokenKind};
use handshake_signals::usp::UsPrivacy;
use handshake_signals::{AdditionalConsent, JsonValue, Reason, gpc};
use serde_json::{Value, json};

#[test]
fn json_is_what_others_call_json() {
    let check = |text: &str| {
        let others = serde_json::from_str::<Value>(text);
        // They refuse numbers that a float cannot hold and halves of surrogate pairs.
        let more = others.as_ref().is_err_and(|it| {
            let why = it.to_string();
            ["number out of range", "surrogate", "hex escape"].iter().any(|it| why.contains(it))
        });
        assert!(more || JsonValue::parse(text).is_ok() == others.is_ok(), "{text:?}: {others:?}");
    };
    let seeds = [
        r#"{"a":[1,-2.5e3,true,false,null,{}],"b\n":"\u00e9\\\"","c":{"d":[]}}"#,
        r#"{"gpc": true, "lastUpdate":"2025-04-15T10:00:00.000Z"}"#,
        "[[], {}, 0, -0.0, 1E+2, \"\"]",
    ];
    let letters: Vec<char> = "{}[]\",:\\ \n\u{1}01-+.eEntu/aé".chars().collect();
    for seed in seeds {
        let chars: Vec<char> = seed.chars().collect();
        for at in 0..chars.len() {
            check(&chars.iter().take(at).collect::<String>());
            check(
                &chars
                    .iter()
                    .enumerate()
                    .filter(|it| it.0 != at)
                    .map(|it| *it.1)
                    .collect::<String>(),
            );
            for letter in &letters {
                let mut changed = chars.clone();
                *changed.get_mut(at).unwrap() = *letter;
                check(&changed.iter().collect::<String>());
                changed.insert(at, *letter);
                check(&changed.iter().collect::<String>());
            }
        }
    }
    let deep = |it: usize| format!("{}{}", "[".repeat(it), "]".repeat(it));
    assert!(JsonValue::parse(&deep(32)).is_ok());
    assert_eq!(JsonValue::parse(&deep(40)).unwrap_err().byte, 33);
    assert!(JsonValue::parse(&"[".repeat(1_000_000)).is_err());
}

#[test]
fn json_is_looked_up_where_it_stands() {
    let text =
        r#" {"a": "x", "\u0061": ["y", 2, {"z": -3}], "pair": "\ud83d\ude00", "half": "\ud83d!"} "#;
    let value = JsonValue::parse(text).unwrap();
    let list: Vec<_> = value.get("a").unwrap().elements().collect();
    assert_eq!(list.len(), 3, "of two members with one name, the last");
    let [first, second, third] = list.as_slice() else { panic!("three") };
    assert!(first.as_text().is_some_and(|it| it == "y"));
    assert_eq!(second.as_integer(), Some(2));
    assert_eq!(third.get("z").and_then(JsonValue::as_integer), Some(-3));
    assert_eq!(value.get("pair").unwrap().as_text().unwrap().to_string(), "😀");
    assert_eq!(value.get("half").unwrap().as_text().unwrap().to_string(), "\u{fffd}!");
    assert_eq!(value.members().count(), 4);
    assert_eq!((list.iter().filter(|it| it.is_object()).count(), value.elements().count()), (1, 0));
}

#[test]
fn gpc_json_says_since_when_only_if_that_is_a_date() {
    let check = |date: &str, known: bool| {
        let body = json!({"gpc": false, "lastUpdate": date}).to_string();
        let support = gpc::read_gpc_json("application/json; charset=utf-8", &body);
        assert_eq!(
            (support.gpc, support.last_update),
            (Some(false), known.then_some(date)),
            "{date}"
        );
    };
    for date in [
        "2025-04-15",
        "2024-02-29",
        "2000-02-29",
        "2025-12-31T23:59:60Z",
        "2025-04-15t10:00:00z",
        "2025-04-15T10:00:00.123456789+01:00",
    ] {
        check(date, true);
    }
    for date in [
        "",
        "2025",
        "2025-4-15",
        "2025-02-29",
        "1900-02-29",
        "2025-13-01",
        "2025-04-31",
        "2025-00-10",
        "2025-04-00",
        "2025-04-15T",
        "2025-04-15 10:00:00Z",
        "2025-04-15T24:00:00Z",
        "2025-04-15T10:00:00",
        "2025-04-15T10:00:00.Z",
        "2025-04-15T10:00:00+0100",
        "2025-04-15T10:00:00+24:00",
        "+025-04-15",
        "２０２５-04-15",
    ] {
        check(date, false);
    }
    for (content_type, body) in [("text/html", "{\"gpc\":true}"), ("application/json", "true")] {
        assert_eq!(gpc::read_gpc_json(content_type, body).gpc, None);
    }
}

#[test]
fn additional_consent_says_where_it_is_wrong() {
    let check = |text: &str, character, reason| {
        let error = AdditionalConsent::parse(text).unwrap_err();
        assert_eq!((error.character, error.reason), (character, reason), "{text}");
    };
    check("2~1.35.x~dv.9", 7, Reason::NotANumber);
    check("2~1.35~dv.9.", 12, Reason::NotANumber);
    check("2~1.4294967296", 4, Reason::NotANumber);
    check("2~+1", 2, Reason::NotANumber);
    check("2~1~9", 4, Reason::NotOneOf("`dv.` and ids"));
    check("1~1~dv.9", 4, Reason::NotOneOf("the end, in version 1,"));
    check("é", 0, Reason::NotOneOf("`1~` or `2~`"));
    let ids = |text| {
        let ac = AdditionalConsent::parse(text).unwrap();
        (ac.consented_ids().collect::<Vec<_>>(), ac.disclosed_ids().collect::<Vec<_>>())
    };
    assert_eq!(ids("2~~dv."), (vec![], vec![]));
    assert_eq!(ids("2~7.7~dv.0"), (vec![7, 7], vec![0]));
    assert_eq!(AdditionalConsent::parse("2~1.35~dv.9.35").unwrap().contradiction(), Some(35));
    assert_eq!(AdditionalConsent::parse("2~1.35~dv.9").unwrap().contradiction(), None);
}

#[test]
fn us_privacy_says_where_it_is_wrong() {
    let check = |text: &str, field, character, reason| {
        let error = UsPrivacy::parse(text).unwrap_err();
        assert_eq!(
            (error.field, error.character, error.reason),
            (field, character, reason),
            "{text}"
        );
    };
    check("2NYY", "Version", 0, Reason::Version(2));
    check("xNYY", "Version", 0, Reason::NotOneOf("`1`"));
    check("1NyY", "OptOutSale", 2, Reason::NotOneOf("`Y`, `N` or `-`"));
    check("1NY", "USPrivacy", 0, Reason::Length { expected: 4, found: 3 });
    check("1é-", "Notice", 1, Reason::NotOneOf("`Y`, `N` or `-`"));
}

#[test]
fn consent_mode_is_written_for_gtag() {
    let mut mode = ConsentMode::all(State::Denied);
    mode = mode.with(ConsentType::SecurityStorage, State::Granted);
    (mode.region, mode.wait_for_update_ms) = (&["ES", "US-AK"], Some(500));
    let written: Value = serde_json::from_str(&mode.to_string()).unwrap();
    assert_eq!(
        written,
        json!({
            "ad_storage": "denied",
            "ad_user_data": "denied",
            "ad_personalization": "denied",
            "analytics_storage": "denied",
            "functionality_storage": "denied",
            "personalization_storage": "denied",
            "security_storage": "granted",
            "region": ["ES", "US-AK"],
            "wait_for_update": 500,
        })
    );
    assert_eq!(ConsentMode::default().to_string(), "{}");
    assert_eq!(mode.state(ConsentType::AdStorage), Some(State::Denied));
    assert!(ConsentType::ALL.iter().all(|it| ConsentType::from_name(it.name()) == Some(*it)));
}

/// `base64url(json)`, as tokens write it.
fn part(json: &str) -> String {
    use handshake_signals::bits::{Padding, Writer};
    let mut text = String::new();
    let mut writer = Writer::new(&mut text);
    json.bytes().for_each(|it| writer.int(it, 8, "").unwrap());
    writer.pad(Padding::Sextet).unwrap();
    text
}

#[test]
fn a_token_is_taken_apart() {
    let header = part(r#"{"typ":"JWT","alg":"RS256","kid":"abc\u003123"}"#);
    let claims = json!({
        "version": "1.0", "jti": "1", "iss": "vendor1.com", "iat": 1_693_459_424.75,
        "sub": {"identifierValue": "28f6", "identifierType": "email", "identifierFormat": "sha256"},
        "idJWT": "a.b.c", "optionalParameters": {"x": 1},
    });
    let text = format!("{header}.{}.{}", part(&claims.to_string()), part("signature"));
    let token = Jwt::parse(&text).unwrap();
    let (mut header, mut payload, mut signature) = ([0; 64], [0; 512], [0; 9]);
    let read = token.header(&mut header).unwrap();
    assert!(read.algorithm == "RS256" && read.key_id.is_some_and(|it| it == "abc123"));
    assert_eq!(token.signature(&mut signature).unwrap(), b"signature");
    let signed = text.rsplit_once('.').unwrap().0.as_bytes();
    assert!(token.verify(|it, text| it == signed && text == part("signature")));
    assert!(!token.verify(|_, _| false));
    let payload = token.payload(&mut payload).unwrap();
    let claims = Claims::read(TokenKind::Request, payload).unwrap();
    assert_eq!(claims.issued_at_s, 1_693_459_424);
    assert!(claims.inner.is_some_and(|it| it == "a.b.c"));
    assert!(claims.optional_parameters.is_some_and(JsonValue::is_object));
    // The same claims are no acknowledgement.
    let error = Claims::read(TokenKind::Acknowledgement, payload).unwrap_err();
    assert_eq!(error, TokenError::Missing("rqJWT"));
    assert_eq!(error.result_code().number(), 1);
}

#[test]
fn a_token_that_is_none_is_refused() {
    let parse = |text: &str| Jwt::parse(text).map(|_| ()).unwrap_err();
    for text in ["", "a", "aa.aa", "aa.aa.aa.aa", "aa..aa", "a.aa.aa", "aa.a!.aa", "aa.aa.aa="] {
        assert_eq!(parse(text), TokenError::Parts, "{text}");
    }
    let header = |json: &str| {
        let text = format!("{}.{}.{}", part(json), part("{}"), part("s"));
        Jwt::parse(&text).unwrap().header(&mut [0; 64]).map(|_| ())
    };
    assert_eq!(header(r#"{"alg":"none"}"#), Err(TokenError::Algorithm));
    assert_eq!(header(r#"{"alg":1}"#), Err(TokenError::Algorithm));
    assert_eq!(header("[]"), Err(TokenError::Json));
    assert_eq!(header(&format!(r#"{{"alg":"{}"}}"#, "x".repeat(60))), Err(TokenError::Memory(70)));
    let code = |code: i64| {
        let claims = json!({
            "version": "1.0", "jti": "1", "iss": "a", "iat": 1, "rqJWT": "x", "raResultCode": code,
        });
        Claims::read(TokenKind::Acknowledgement, &claims.to_string()).map(|_| ())
    };
    assert_eq!(code(6), Ok(()));
    assert_eq!(code(7), Err(TokenError::ResultCode(7)));
    assert_eq!(code(-1), Err(TokenError::ResultCode(-1)));
    let identity = |sub: Value| {
        let claims = json!({"version": "1.0", "jti": "1", "iss": "a", "iat": 1, "sub": sub});
        Claims::read(TokenKind::Identity, &claims.to_string()).map(|_| ()).unwrap_err()
    };
    assert_eq!(identity(json!("x")), TokenError::Type("sub"));
    assert_eq!(identity(json!({"identifierValue": ""})), TokenError::Type("identifierValue"));
}
