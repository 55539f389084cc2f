//! Who looks at a page, as their browser says: cookies and signals, nothing else.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::basket::{self, Basket};

/// What a browser sent.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    pub basket: Basket,
    /// The customer number somebody signed in with.
    pub customer: Option<String>,
    /// The recommendation somebody known followed to get here.
    pub via: Option<String>,
    /// Handshake's own cookie: who this is, signed. Nobody else can read it.
    pub person_token: Option<String>,
    /// `Sec-GPC` and `DNT`, as they came.
    pub gpc: Option<String>,
    pub dnt: Option<String>,
    cookies: Option<HeaderValue>,
}

pub const CUSTOMER: &str = "rb_customer";
pub const VIA: &str = "rb_via";
pub const PERSON: &str = "hs_person";
const GPC: &str = "sec-gpc";
const DNT: &str = "dnt";
const TEXT_MAX: usize = 16;

impl Visitor {
    pub fn read(headers: &HeaderMap) -> Visitor {
        let text = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.chars().take(TEXT_MAX).collect::<String>())
        };
        let cookies = headers.get(header::COOKIE);
        let mut it = Visitor {
            gpc: text(GPC),
            dnt: text(DNT),
            cookies: cookies.cloned(),
            ..Visitor::default()
        };
        let line = cookies.and_then(|it| it.to_str().ok()).unwrap_or_default();
        for (name, value) in line.split(';').filter_map(|it| it.trim().split_once('=')) {
            match name {
                basket::COOKIE => it.basket = Basket::read(value),
                CUSTOMER => it.customer = Some(value.to_owned()).filter(|it| is_number(it)),
                VIA => it.via = Some(value.to_owned()).filter(|it| is_decision(it)),
                PERSON => it.person_token = Some(value.to_owned()).filter(|it| !it.is_empty()),
                _ => (),
            }
        }
        it
    }

    /// What Handshake is to know of the browser when the shop asks on its behalf.
    pub fn passed_on(&self) -> Vec<(HeaderName, HeaderValue)> {
        let signal = |name: &'static str, value: &Option<String>| {
            let value = HeaderValue::from_str(value.as_deref()?).ok()?;
            Some((HeaderName::from_static(name), value))
        };
        let cookies = self.cookies.clone().map(|it| (header::COOKIE, it));
        [cookies, signal(GPC, &self.gpc), signal(DNT, &self.dnt)].into_iter().flatten().collect()
    }
}

/// A customer number: up to ten digits.
pub fn is_number(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}

/// Something that may be the id of a decision.
pub fn is_decision(text: &str) -> bool {
    let rest = text.strip_prefix("d_").unwrap_or_default();
    (1..=64).contains(&rest.len()) && rest.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// A cookie of the shop's own; none of them is read by scripts.
pub fn cookie(name: &str, value: &str) -> Option<HeaderValue> {
    let age = if value.is_empty() { "; Max-Age=0" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_sense_is_read() {
        let line = "rb_customer=14231; hs_person=a.b; rb_via=<x>; rb_basket=214.1; other=1";
        let headers = HeaderMap::from_iter([
            (header::COOKIE, HeaderValue::from_static(line)),
            (HeaderName::from_static(GPC), HeaderValue::from_static("1")),
        ]);
        let it = Visitor::read(&headers);
        assert_eq!(it.customer.as_deref(), Some("14231"));
        assert_eq!((it.via, it.basket.count(), it.gpc.as_deref()), (None, 1, Some("1")));
        assert_eq!(it.person_token.as_deref(), Some("a.b"));
        assert!(!is_number("12x") && !is_number("") && is_decision("d_0g") && !is_decision("d_"));
    }
}
