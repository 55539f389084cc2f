//! The contract: OpenAPI 3.1, made from the doors and what goes over the wire.

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::doors::{
    affirmations, answers, ask, authzen, batch, catalog, counts, decide, dnt, duties, events, gpc,
    identities, objections, operator, outcomes, permissions, policies, recommendations, shown,
    visit, waivers,
};
use super::problem;

/// The document, but for what a macro cannot say.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Handshake",
        description = "Record permission as carefully as data. Unknown request fields are \
            errors, but at `/access/v1`, where AuthZEN forbids it; ignore response fields you do \
            not know. Every write carries an `event`, a UUIDv7: sent again with the same body it \
            is stored once.",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        affirmations::affirmations,
        answers::answers,
        ask::ask,
        authzen::configuration,
        authzen::evaluation,
        authzen::evaluations,
        batch::batch,
        catalog::change,
        catalog::list,
        counts::counts,
        decide::decide,
        dnt::purpose,
        dnt::site,
        duties::list,
        duties::tell,
        events::events,
        gpc::gpc,
        identities::identities,
        objections::objections,
        outcomes::outcomes,
        permissions::of_person,
        permissions::own,
        policies::check,
        policies::diff,
        policies::list,
        policies::publish,
        policies::read,
        policies::reask,
        policies::register,
        recommendations::of_person,
        recommendations::own,
        shown::shown,
        visit::visit,
        waivers::list,
        operator::healthz,
        operator::readyz,
        operator::metrics,
        operator::openapi_json,
        operator::errors,
        operator::schema,
    ),
    components(schemas(problem::ProblemBody)),
    tags(
        (name = "asking", description = "From pages: what to ask, and what was answered."),
        (name = "using", description = "From servers: may this data be used, and was it?"),
        (name = "collecting", description = "What happens in the shop."),
        (name = "governing", description = "The policy."),
        (name = "operator", description = "The server itself."),
    ),
)]
pub struct ApiDoc;

/// The whole contract.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = ApiDoc::openapi();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A secret key `sk_…`, or an import key `ik_…`. From servers only."));
    if let Some(components) = &mut document.components {
        components.add_security_scheme("secret_key", SecurityScheme::Http(key.build()));
    }
    document
}

pub(super) fn text() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// A JSON Schema of what shops send, standing by itself.
pub(super) fn schema(name: &str) -> Option<String> {
    let root = match name {
        "event.json" => "EventsRequest",
        "catalog.json" => "CatalogRequest",
        _ => return None,
    };
    let document = serde_json::to_value(document()).ok()?;
    let schemas = document.get("components")?.get("schemas")?;
    let mut whole = schemas.get(root)?.as_object()?.clone();
    whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    whole.insert("$defs".to_owned(), only_used(schemas, &whole));
    let text = serde_json::to_string_pretty(&whole).ok()?;
    Some(text.replace("#/components/schemas/", "#/$defs/") + "\n")
}

/// The schemas that one refers to, directly or through others.
fn only_used(
    all: &serde_json::Value,
    root: &serde_json::Map<String, serde_json::Value>,
) -> serde_json::Value {
    let mut used = serde_json::Map::new();
    let mut text = serde_json::to_string(root).unwrap_or_default();
    loop {
        let missing = all.as_object().into_iter().flatten().find(|(name, _)| {
            let wanted = format!("\"#/components/schemas/{name}\"");
            text.contains(&wanted) && !used.contains_key(name.as_str())
        });
        let Some((name, schema)) = missing else { return used.into() };
        text.push_str(&schema.to_string());
        used.insert(name.clone(), schema.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn the_contract_is_the_golden_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/openapi.json");
        let now = text();
        if crate::config::writes_golden_files() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &now).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert!(golden == now, "the contract changed; run `cargo xtask golden` and look at it");
        assert!(now.contains("\"openapi\": \"3.1"), "not OpenAPI 3.1");
    }
}
