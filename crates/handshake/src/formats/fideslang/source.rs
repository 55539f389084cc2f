//! The resources of fideslang files, as far as a policy can use them, each with its place.

use std::collections::BTreeMap;

use super::yaml::Node;

/// Where something stands in the files given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

/// What all files say together.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) organizations: Vec<Organization>,
    pub(super) systems: Vec<System>,
    pub(super) rules: Vec<Rule>,
    /// Categories that stored fields have, each with the first place.
    pub(super) stored: BTreeMap<String, Place>,
    /// Names of categories that the files define, by their keys.
    pub(super) labels: BTreeMap<String, String>,
    /// What stands in the files and was not looked at.
    pub(super) unread: Vec<(Place, String)>,
    /// Fields that are not taken over: kind and field, with the first place and how many there are.
    passed: BTreeMap<(&'static str, String), (Place, usize)>,
}

#[derive(Debug)]
pub(super) struct Organization {
    pub(super) place: Place,
    pub(super) key: String,
    pub(super) name: Option<String>,
    /// E-mail, else phone, else address of the controller.
    pub(super) contact: Option<String>,
}

#[derive(Debug)]
pub(super) struct System {
    pub(super) place: Place,
    pub(super) key: String,
    /// The legal name of whoever runs it, else its own.
    pub(super) name: String,
    pub(super) responsibility: Vec<String>,
    /// Whether somebody else's, as far as a vendor or legal name tells.
    pub(super) is_vendors: bool,
    /// Legal bases of transfers to other countries, if there are any.
    pub(super) transfers: Option<Vec<String>>,
    pub(super) declarations: Vec<Declaration>,
}

/// What a system does with some data, and what for.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) place: Place,
    pub(super) name: Option<String>,
    pub(super) data_use: String,
    pub(super) categories: Vec<String>,
    pub(super) subjects: Vec<String>,
    pub(super) egress: Vec<String>,
    pub(super) basis: Option<String>,
    pub(super) assessment: Option<String>,
    pub(super) retention: Option<String>,
    pub(super) special: bool,
    pub(super) special_basis: Option<String>,
    pub(super) shared: bool,
    pub(super) third_parties: Option<String>,
    pub(super) shared_categories: Vec<String>,
}

/// A rule of a policy: what matches in all three is not allowed.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) categories: Matching,
    pub(super) uses: Matching,
    pub(super) subjects: Matching,
}

#[derive(Debug)]
pub(super) struct Matching {
    /// `ANY`, `ALL`, `NONE` or `OTHER`.
    pub(super) how: String,
    pub(super) values: Vec<String>,
}

const ORGANIZATION: &[&str] = &["fides_key", "name", "description", "controller"];
const SYSTEM: &[&str] = &[
    "fides_key",
    "name",
    "description",
    "legal_name",
    "vendor_id",
    "responsibility",
    "data_responsibility_title",
    "does_international_transfers",
    "legal_basis_for_transfers",
    "privacy_declarations",
];
const DECLARATION: &[&str] = &[
    "name",
    "data_categories",
    "data_use",
    "data_subjects",
    "egress",
    "legal_basis_for_processing",
    "impact_assessment_location",
    "retention_period",
    "processes_special_category_data",
    "special_category_legal_basis",
    "data_shared_with_third_parties",
    "third_parties",
    "shared_categories",
];

impl Source {
    /// Adds what a file says.
    pub(super) fn add(&mut self, file: &str, documents: &[Node]) {
        for (key, node) in documents.iter().flat_map(Node::fields) {
            let place = |it: &Node| Place { file: file.to_owned(), line: it.line };
            match key.as_str() {
                "organization" => {
                    node.items().iter().for_each(|it| self.organization(place(it), it))
                }
                "system" => node.items().iter().for_each(|it| self.system(file, it)),
                "policy" => node.items().iter().for_each(|it| self.rules(file, it)),
                "dataset" => node.items().iter().for_each(|it| self.stored_in(file, it)),
                "data_category" => node.items().iter().for_each(|it| self.label(it)),
                other => {
                    let said = format!("`{other}` says nothing that a policy has a place for");
                    self.unread.push((place(node), said));
                }
            }
        }
        if documents.iter().all(|it| it.fields().is_empty()) {
            let place = Place { file: file.to_owned(), line: 1 };
            self.unread.push((place, "there is no fideslang resource in the file".to_owned()));
        }
    }

    /// Fields that say something and were not taken over.
    pub(super) fn passed(&self) -> impl Iterator<Item = (Place, String)> {
        self.passed.iter().map(|((kind, field), (place, count))| {
            let times = if *count == 1 { String::new() } else { format!(", {count} times") };
            (place.clone(), format!("`{field}` of {kind}{times}: a policy has no place for it"))
        })
    }

    fn pass(&mut self, file: &str, kind: &'static str, node: &Node, taken: &[&str]) {
        for (field, value) in node.fields() {
            let off = value.text().is_some_and(|it| it.eq_ignore_ascii_case("false"));
            if taken.contains(&field.as_str()) || value.is_empty() || off {
                continue;
            }
            let place = Place { file: file.to_owned(), line: value.line };
            let found = self.passed.entry((kind, field.clone())).or_insert((place, 0));
            found.1 += 1;
        }
    }

    fn organization(&mut self, place: Place, it: &Node) {
        self.pass(&place.file, "an organization", it, ORGANIZATION);
        let contact = it
            .get("controller")
            .and_then(|it| ["email", "phone", "address"].iter().find_map(|field| it.said(field)));
        self.organizations.push(Organization {
            place,
            key: it.said("fides_key").unwrap_or_default().to_owned(),
            name: it.said("name").map(str::to_owned),
            contact: contact.map(str::to_owned),
        });
    }

    fn system(&mut self, file: &str, it: &Node) {
        self.pass(file, "a system", it, SYSTEM);
        let place = Place { file: file.to_owned(), line: it.line };
        let Some(key) = it.said("fides_key") else {
            return self.unread.push((place, "a system without `fides_key`".to_owned()));
        };
        let mut responsibility = texts(it, "responsibility");
        responsibility.extend(it.said("data_responsibility_title").map(str::to_owned));
        let legal_name = it.said("legal_name");
        let bases = texts(it, "legal_basis_for_transfers");
        let transfers = it.holds("does_international_transfers") || !bases.is_empty();
        let declarations = it.get("privacy_declarations").map_or(&[][..], Node::items);
        let declarations =
            declarations.iter().filter_map(|it| self.declaration(file, it)).collect();
        self.systems.push(System {
            place,
            key: key.to_owned(),
            name: legal_name.or_else(|| it.said("name")).unwrap_or(key).to_owned(),
            responsibility,
            is_vendors: legal_name.is_some() || it.said("vendor_id").is_some(),
            transfers: transfers.then_some(bases),
            declarations,
        });
    }

    fn declaration(&mut self, file: &str, it: &Node) -> Option<Declaration> {
        self.pass(file, "a privacy declaration", it, DECLARATION);
        let place = Place { file: file.to_owned(), line: it.line };
        let Some(data_use) = it.said("data_use") else {
            let said = "a privacy declaration without `data_use`".to_owned();
            self.unread.push((place, said));
            return None;
        };
        let owned = |key| it.said(key).map(str::to_owned);
        Some(Declaration {
            place,
            name: owned("name"),
            data_use: data_use.to_owned(),
            categories: texts(it, "data_categories"),
            subjects: texts(it, "data_subjects"),
            egress: texts(it, "egress"),
            basis: owned("legal_basis_for_processing"),
            assessment: owned("impact_assessment_location"),
            retention: owned("retention_period"),
            special: it.holds("processes_special_category_data"),
            special_basis: owned("special_category_legal_basis"),
            shared: it.holds("data_shared_with_third_parties"),
            third_parties: owned("third_parties"),
            shared_categories: texts(it, "shared_categories"),
        })
    }

    fn rules(&mut self, file: &str, policy: &Node) {
        for it in policy.get("rules").map_or(&[][..], Node::items) {
            let place = Place { file: file.to_owned(), line: it.line };
            let matching = |key: &str| {
                let it = it.get(key);
                // The form of before 2022 named the matching `inclusion`.
                let how = it.and_then(|it| it.said("matches").or_else(|| it.said("inclusion")));
                let values = it.map_or_else(Vec::new, |it| texts(it, "values"));
                Matching { how: how.unwrap_or("ANY").to_ascii_uppercase(), values }
            };
            self.rules.push(Rule {
                place,
                name: it.said("name").unwrap_or("a rule without a name").to_owned(),
                categories: matching("data_categories"),
                uses: matching("data_uses"),
                subjects: matching("data_subjects"),
            });
        }
    }

    /// The categories of a dataset, of its collections and of their fields, however deep.
    fn stored_in(&mut self, file: &str, dataset: &Node) {
        let mut open = vec![dataset];
        while let Some(node) = open.pop() {
            for category in node.all("data_categories") {
                let place = Place { file: file.to_owned(), line: node.line };
                let first = self.stored.entry(category.to_owned()).or_insert_with(|| place.clone());
                *first = place.min(first.clone());
            }
            for inner in ["collections", "fields"] {
                open.extend(node.get(inner).map_or(&[][..], Node::items));
            }
        }
    }

    fn label(&mut self, it: &Node) {
        if let (Some(key), Some(name)) = (it.said("fides_key"), it.said("name")) {
            self.labels.insert(key.to_owned(), name.to_owned());
        }
    }
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    node.all(key).into_iter().map(str::to_owned).collect()
}
