//! The pages, one file each, and how each begins: find out who is there, as far as they let us.

pub mod account;
pub mod basket;
pub mod category;
pub mod checkout;
pub mod files;
pub mod frame;
pub mod home;
pub mod product;
pub mod recommended;
pub mod shelf;
pub mod sides;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::handshake::Visit;
use crate::router::Shop;
use crate::visitor::Visitor;

/// Somebody at a page.
#[derive(Debug)]
pub struct Guest {
    pub visitor: Visitor,
    /// Nothing where Handshake does not answer: then nothing is asked and nothing chosen.
    pub visit: Option<Visit>,
}

impl Guest {
    /// A page view begins.
    pub async fn arrives(shop: &Shop, headers: &HeaderMap) -> Guest {
        let visitor = Visitor::read(headers);
        let visit = shop.handshake.visit(&visitor).await;
        Guest { visitor, visit }
    }

    pub fn person(&self) -> Option<&str> {
        self.visit.as_ref()?.person.as_deref()
    }

    /// Sends a page, with the cookies that Handshake wants set.
    pub fn page(&self, status: StatusCode, page: Markup) -> Response {
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        let mut response = (status, page.into_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        let cookies = self.visit.iter().flat_map(|it| &it.cookies);
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        response
    }
}

/// Goes on to another page, with cookies.
fn see(place: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, place);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
