//! The shop without Handshake: it sells bikes, asks nothing and chooses for nobody.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::TcpListener;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use handshake_shop::{Catalogue, Handshake, ITEMS, Settings, Shop, router};
use tower::ServiceExt as _;

/// A shop whose Handshake is not there: nobody listens at the address.
fn shop() -> axum::Router {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (publishable, secret) = ("pk_shop_x".to_owned(), "sk_shop_x".to_owned());
    let settings = Settings { address, publishable, secret, now: || 1_800_000_000_000 };
    let catalogue = Catalogue::read(ITEMS).unwrap();
    router(Arc::new(Shop { catalogue, handshake: Handshake::new(settings) }))
}

async fn send(request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = shop().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
    send(Request::get(path).body(Body::empty()).unwrap()).await
}

fn form(path: &str, body: &'static str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn every_page_is_there_and_asks_nothing() {
    for path in
        ["/", "/c/mountain", "/p/mountain-200-black", "/basket", "/checkout", "/sign-in", "/thanks"]
    {
        let (status, headers, body) = get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(body.contains("Ridgeline"), "{path}");
        assert!(!body.contains("hs-ask") && !body.contains("Chosen for you"), "{path}");
        assert!(!body.contains("sk_shop"), "{path}: a secret key in a page");
        assert!(!body.contains("style="), "{path}: a style that the policy for content stops");
        let policy = headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(headers.get(header::SET_COOKIE).is_none(), "{path}: a cookie nobody asked for");
    }
    assert_eq!(get("/p/unicycle").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn things_are_put_into_the_basket_and_ordered() {
    let (status, headers, _) = send(form("/basket", "item=361", &[])).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let cookie = headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert_eq!(cookie, "rb_basket=361.1; Path=/; HttpOnly; SameSite=Lax");
    let basket = [("cookie", "rb_basket=361.1")];
    let (status, headers, _) = send(form("/checkout", "customer=14231", &basket)).await;
    let place = headers.get(header::LOCATION).unwrap();
    assert_eq!((status, place.to_str().unwrap()), (StatusCode::SEE_OTHER, "/thanks"));
    let (status, _, body) = send(form("/checkout", "customer=%3Cb%3E", &basket)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!body.contains("<b>"), "{body}");
    let foreign = [("sec-fetch-site", "cross-site")];
    assert_eq!(send(form("/basket", "item=361", &foreign)).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn only_doors_for_browsers_are_passed_on() {
    for path in ["/v1/visit", "/v1/ask", "/v1/answers", "/my-deal", "/.well-known/gpc.json"] {
        assert_eq!(get(path).await.0, StatusCode::BAD_GATEWAY, "{path}");
    }
    for path in
        ["/v1/decide", "/v1/identities", "/v1/policies", "/v1/catalog", "/metrics", "/console/"]
    {
        assert_eq!(get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}
