//! A policy made of fideslang: systems, what they declare to do, and what is forbidden.
//!
//! `yaml` reads text, `source` finds the resources, `draft` says what they are in a policy's words,
//! `write` puts it down. A policy promises more than fideslang records (the words customers read,
//! where something shows, what a period counts from), so the outcome is seldom complete: whatever
//! is missing is a line to write, and nothing is made up.

mod draft;
mod source;
mod tree;
mod write;
mod yaml;

pub use source::Place;
pub use yaml::YamlError;

/// What the files cannot say, where somebody does say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    pub name: Option<String>,
    pub applies_in: Vec<String>,
    pub languages: Vec<String>,
    pub currency: Option<String>,
    pub time_zone: Option<String>,
    pub effective: Option<String>,
    pub mode: Option<String>,
    pub channels: Vec<String>,
}

/// A policy, as far as it could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub policy: String,
    pub purposes: usize,
    /// What somebody must still write, with the line of the policy where it belongs.
    pub missing: Vec<(usize, String)>,
    /// What the files say and the policy does not.
    pub left_out: Vec<(Place, String)>,
    /// What was concluded from what the files say.
    pub taken: Vec<(Place, String)>,
}

/// A file that is no YAML.
#[derive(Debug, thiserror::Error)]
#[error("`{file}`")]
pub struct Unreadable {
    pub file: String,
    pub source: YamlError,
}

/// Makes a policy of files, each by its name and text.
pub fn import(files: &[(String, String)], given: &Given) -> Result<Imported, Unreadable> {
    let mut source = source::Source::default();
    for (file, text) in files {
        let documents =
            yaml::read(text).map_err(|error| Unreadable { file: file.clone(), source: error })?;
        source.add(file, &documents);
    }
    let draft = draft::Draft::of(&source);
    Ok(write::write(draft, &source, given))
}
