//! Every door, one line each: the path, who may knock, and the file that answers.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::doors::{
    affirmations, answers, ask, assets, authzen, batch, catalog, counts, decide, dnt, duties,
    events, gpc, identities, my_deal, objections, operator, outcomes, permissions, policies,
    policy_page, preflight, recommendations, shown, visit, waivers,
};
use super::layers;
use super::state::App;

/// All doors. `browser(…)` marks those that pages of the shop may use.
#[rustfmt::skip]
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/.well-known/authzen-configuration", get(authzen::configuration))
        .route("/.well-known/dnt/", get(dnt::site))
        .route("/.well-known/dnt/{status}", get(dnt::purpose))
        .route("/.well-known/gpc.json", get(gpc::gpc))
        .route("/access/v1/evaluation", post(authzen::evaluation))
        .route("/access/v1/evaluations", post(authzen::evaluations))
        .route("/v1/affirmations", post(affirmations::affirmations))
        .route("/v1/answers", browser(post(answers::answers)))
        .route("/v1/ask", browser(post(ask::ask)))
        .route("/v1/catalog", get(catalog::list).post(catalog::change))
        .route("/v1/counts", browser(post(counts::counts)))
        .route("/v1/decide", post(decide::decide))
        .route("/v1/decide/batch", post(batch::batch))
        .route("/v1/duties", get(duties::list).post(duties::tell))
        .route("/v1/events", browser(post(events::events)))
        .route("/v1/identities", post(identities::identities))
        .route("/v1/objections", browser(post(objections::objections)))
        .route("/v1/outcomes", browser(post(outcomes::outcomes)))
        .route("/v1/permissions", browser(get(permissions::of_person).post(permissions::own)))
        .route("/v1/policies", get(policies::list).post(policies::publish))
        .route("/v1/policies/check", post(policies::check))
        .route("/v1/policies/diff", post(policies::diff))
        .route("/v1/policies/{version}", get(policies::read))
        .route("/v1/policies/{version}/reask", get(policies::reask))
        .route("/v1/policies/{version}/register", get(policies::register))
        .route("/v1/recommendations", browser(get(recommendations::of_person).post(recommendations::own)))
        .route("/v1/shown", browser(post(shown::shown)))
        .route("/v1/visit", browser(post(visit::visit)))
        .route("/v1/waivers", get(waivers::list))
        .route("/healthz", get(operator::healthz))
        .route("/readyz", get(operator::readyz))
        .route("/metrics", get(operator::metrics))
        .route("/openapi.json", get(operator::openapi_json))
        .route("/errors", get(operator::errors))
        .route("/schemas/{name}", get(operator::schema))
        .merge(pages())
        .fallback(operator::not_found)
        .method_not_allowed_fallback(operator::method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), layers::around))
        .with_state(app)
}

/// What browsers load for people to read. It promises programs nothing, so it is not in the
/// contract.
fn pages() -> Router<Arc<App>> {
    let mut pages = Router::new();
    for (path, page) in [
        (assets::SCRIPT.path, get(assets::script)),
        (&*assets::SCRIPT.versioned, get(assets::script_for_ever)),
        (assets::STYLE.path, get(assets::style)),
        (&*assets::STYLE.versioned, get(assets::style_for_ever)),
        ("/my-deal", get(my_deal::page).post(my_deal::change)),
        (assets::MY_DEAL_STYLE.path, get(assets::my_deal_style)),
        ("/policy", get(policy_page::page)),
        ("/policy.json", get(policy_page::json)),
        (assets::POLICY_STYLE.path, get(assets::policy_style)),
        ("/policy/history", get(policy_page::history)),
        ("/policy/history.json", get(policy_page::history_json)),
        ("/policy/{version}", get(policy_page::version)),
    ] {
        pages = pages.route(path, page);
    }
    pages
}

/// A door for pages: they may ask first whether they may.
fn browser(door: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    door.options(preflight::preflight)
}

#[cfg(test)]
mod tests {
    use super::super::openapi::document;

    /// The doors of this file, read as text: `path` and `method`.
    fn doors() -> Vec<(String, String)> {
        let lines = include_str!("router.rs").lines();
        let routes = lines.filter_map(|it| it.trim().strip_prefix(".route(\""));
        let mut doors = Vec::new();
        for route in routes {
            let (path, handlers) = route.split_once("\", ").unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                if handlers.contains(&format!("{method}(")) {
                    doors.push((path.to_owned(), method.to_owned()));
                }
            }
        }
        doors.sort();
        doors
    }

    #[test]
    fn every_door_is_in_the_contract_and_no_other() {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let mut described: Vec<_> = paths
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(|it| (path.clone(), it.clone()))
            })
            .collect();
        described.sort();
        assert_eq!(doors(), described);
    }
}
