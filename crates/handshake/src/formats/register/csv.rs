//! The register as a table: a row a purpose, under headings that stay as they are.

use super::{Activity, NOT_STATED, RecipientEntry, Register};

/// The columns, in order. Programs read them by name, so none is ever renamed; new ones come last.
pub const HEADINGS: [&str; 25] = [
    "purpose",
    "says",
    "language",
    "controller",
    "controller_contact",
    "joint_controllers",
    "representative",
    "data_protection_officer",
    "legal_basis",
    "gdpr_articles",
    "assessment",
    "law",
    "data_subjects",
    "minors_below",
    "personal_data",
    "sensitive_data",
    "recipients",
    "third_countries",
    "safeguards",
    "erasure",
    "security_measures",
    "channels",
    "policy",
    "policy_version",
    "policy_hash",
];

/// Writing into memory failed.
#[derive(Debug, thiserror::Error)]
#[error("the table could not be written")]
pub struct CsvError(#[from] csv::Error);

/// The table; `language` chooses the words of purposes.
pub fn csv(register: &Register, language: &str) -> Result<Vec<u8>, CsvError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for it in &register.activities {
        writer.write_record(row(register, it, language))?;
    }
    writer.into_inner().map_err(|error| CsvError(error.into_error().into()))
}

fn row(register: &Register, it: &Activity, language: &str) -> [String; HEADINGS.len()] {
    let stated = |it: &Option<String>| it.clone().unwrap_or_else(|| NOT_STATED.to_owned());
    let (said_in, says) = words(it, language);
    let needed = |needed: bool, it: &Option<String>| match (needed, it) {
        (_, Some(it)) => it.clone(),
        (true, None) => NOT_STATED.to_owned(),
        (false, None) => String::new(),
    };
    let basis = &it.legal_basis;
    let data = |sensitive: bool| {
        let of_kind = it.personal_data.iter().filter(|it| !sensitive || it.sensitive);
        of_kind.map(|it| it.name.clone()).collect::<Vec<_>>().join("; ")
    };
    let abroad: Vec<&RecipientEntry> =
        it.recipients.iter().filter(|it| !it.outside.is_empty()).collect();
    let country = |it: &&RecipientEntry| {
        let country = it.country.as_deref().unwrap_or_default();
        format!("{}: {country}, outside {}", it.label, it.outside.join(" and "))
    };
    let safeguards = |it: &&RecipientEntry| format!("{}: {}", it.label, stated(&it.safeguards));
    [
        it.purpose.clone(),
        says,
        said_in,
        register.controller.name.clone(),
        register.controller.contact.clone(),
        stated(&register.joint_controllers),
        stated(&register.representative),
        stated(&register.data_protection_officer),
        bases(it),
        basis.articles.join("; "),
        needed(basis.basis == "legitimate-interest", &basis.assessment),
        needed(basis.basis == "legal-duty", &basis.law),
        it.data_subjects.categories.join("; "),
        it.data_subjects.minors_below.map_or_else(String::new, |it| it.to_string()),
        data(false),
        data(true),
        it.recipients.iter().map(recipient).collect::<Vec<_>>().join("; "),
        abroad.iter().map(country).collect::<Vec<_>>().join("; "),
        abroad.iter().map(safeguards).collect::<Vec<_>>().join("; "),
        erasure(it),
        stated(&it.security_measures),
        it.channels.join("; "),
        register.policy.name.clone(),
        register.policy.version.to_string(),
        register.policy.hash.clone(),
    ]
}

/// The general ground, and others with the places where they hold.
fn bases(it: &Activity) -> String {
    let own = it
        .legal_bases_in
        .iter()
        .map(|own| format!("{} in {}", own.legal_basis.basis, own.places.join(" and ")));
    std::iter::once(it.legal_basis.basis.to_owned()).chain(own).collect::<Vec<_>>().join("; ")
}

/// The language and the words in it; of another one, where there are none.
pub(super) fn words(it: &Activity, language: &str) -> (String, String) {
    let own = it.says.get_key_value(language);
    let (language, says) = match own.or_else(|| it.says.iter().next()) {
        Some((language, says)) => (language.as_str(), says.as_str()),
        None => (language, NOT_STATED),
    };
    (language.to_owned(), says.to_owned())
}

/// `Posthorn Mail BV (processor, NL)`.
pub(super) fn recipient(it: &RecipientEntry) -> String {
    let country = match (&it.country, it.is_ourselves()) {
        (Some(country), _) => format!(", {country}"),
        (None, true) => String::new(),
        (None, false) => format!(", country {NOT_STATED}"),
    };
    let sale = if it.sale { ", sale" } else { "" };
    format!("{} ({}{country}{sale})", it.label, it.kind)
}

pub(super) fn erasure(it: &Activity) -> String {
    match &it.erasure {
        Some(it) => {
            let law = it.law.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
            format!("{} after {}{law}", it.after, it.counted_from.replace('-', " "))
        }
        None => NOT_STATED.to_owned(),
    }
}
