//! What fideslang resources are in a policy's words.

use std::collections::{BTreeMap, BTreeSet};

use handshake_core::vocabulary::{Name, Period, Unit};

use super::source::{Declaration, Place, Rule, Source, System};
use super::tree::{Tree, lies_in, name, slug};

/// Data subjects of the default taxonomy that are customers or visitors of a shop. A policy is
/// about these only.
const CUSTOMERS: [&str; 6] =
    ["anonymous_user", "customer", "prospect", "site_visitor", "user", "visitor"];
/// What a policy calls the shop itself here.
pub(super) const US: &str = "us";

/// A policy before it is written down.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) tree: Tree,
    pub(super) recipients: BTreeMap<String, Recipient>,
    pub(super) channels: BTreeSet<&'static str>,
    pub(super) purposes: Vec<Purpose>,
    pub(super) nevers: Vec<Never>,
    pub(super) left_out: Vec<(Place, String)>,
    pub(super) taken: Vec<(Place, String)>,
}

#[derive(Debug)]
pub(super) struct Recipient {
    pub(super) label: String,
    /// Nothing where the files do not tell.
    pub(super) kind: Option<&'static str>,
}

#[derive(Debug)]
pub(super) struct Purpose {
    pub(super) name: String,
    pub(super) place: Place,
    /// What the files call it, for whoever writes its words.
    pub(super) called: String,
    pub(super) basis: Ground,
    pub(super) uses: BTreeSet<String>,
    /// Special data that the files say there are, without saying which.
    pub(super) special_unknown: bool,
    pub(super) with: BTreeSet<String>,
    pub(super) on: Option<&'static str>,
    pub(super) keep: Keep,
}

/// The line that says the basis, and what is missing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ground {
    Known(String),
    Partly(String, &'static str),
    Unknown(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keep {
    Unsaid,
    /// How long, but not what it counts from.
    Period(String),
    /// Words that are no period.
    Words(String),
}

#[derive(Debug)]
pub(super) struct Never {
    pub(super) says: String,
    pub(super) data: BTreeSet<String>,
    pub(super) purposes: BTreeSet<String>,
}

impl Draft {
    pub(super) fn of(source: &Source) -> Draft {
        let mut draft = Draft::default();
        draft.left_out.extend(source.unread.iter().cloned());
        draft.left_out.extend(source.passed());
        if let [_, more @ ..] = source.organizations.as_slice() {
            let said = "a policy is one controller's, and here is another organization";
            draft.left_out.extend(more.iter().map(|it| (it.place.clone(), said.to_owned())));
        }
        for (key, place) in source.stored.iter().filter(|it| it.0.starts_with("user.")) {
            draft.category(key, place, source);
        }
        for system in &source.systems {
            draft.system(system, source);
        }
        for rule in &source.rules {
            draft.rule(rule, source);
        }
        draft.left_out.sort();
        draft.taken.sort();
        draft
    }

    fn leave(&mut self, place: &Place, said: String) {
        self.left_out.push((place.clone(), said));
    }

    fn category(&mut self, key: &str, place: &Place, source: &Source) -> Option<String> {
        let added = self.tree.add(key, &source.labels);
        if added.is_none() {
            self.leave(place, format!("`{key}` cannot be a name of a policy"));
        }
        added
    }

    fn categories(&mut self, keys: &[String], at: &Place, source: &Source) -> BTreeSet<String> {
        keys.iter().filter_map(|it| self.category(it, at, source)).collect()
    }

    fn system(&mut self, system: &System, source: &Source) {
        let who = self.runner(system);
        if let Some(bases) = &system.transfers {
            let bases =
                if bases.is_empty() { "a basis unsaid".to_owned() } else { bases.join(", ") };
            let said = format!(
                "transfers abroad of `{}`, on {bases}: safeguards are no part of a policy; write `country=` of the recipient",
                system.key
            );
            self.leave(&system.place, said);
        }
        for it in &system.declarations {
            self.declaration(system, it, who.as_deref(), source);
        }
    }

    /// The recipient that runs a system; nothing if it is our own.
    fn runner(&mut self, system: &System) -> Option<String> {
        let is =
            |wanted: &str| system.responsibility.iter().any(|it| it.eq_ignore_ascii_case(wanted));
        let processor = is("Processor") || is("Sub-Processor");
        if !processor && !system.is_vendors {
            if system.responsibility.is_empty() {
                let said = format!(
                    "`{}` names neither responsibility nor vendor, so it is taken to be our own",
                    system.key
                );
                self.taken.push((system.place.clone(), said));
            }
            return None;
        }
        let kind = match (processor, is("Controller")) {
            (true, _) => Some("processor"),
            (false, true) => Some("third-party"),
            (false, false) => None,
        };
        let id = slug(&system.key).filter(|it| it != US).or_else(|| slug(&system.name))?;
        self.recipients.entry(id.clone()).or_insert(Recipient { label: system.name.clone(), kind });
        Some(id)
    }

    fn declaration(
        &mut self,
        system: &System,
        it: &Declaration,
        who: Option<&str>,
        source: &Source,
    ) {
        let ours: Vec<&String> =
            it.subjects.iter().filter(|it| CUSTOMERS.contains(&it.as_str())).collect();
        let others: Vec<&str> =
            it.subjects.iter().map(String::as_str).filter(|it| !CUSTOMERS.contains(it)).collect();
        if ours.is_empty() && !others.is_empty() {
            let said = format!(
                "`{}` of `{}` is about {}; a policy is about customers and visitors",
                it.data_use,
                system.key,
                others.join(", ")
            );
            return self.leave(&it.place, said);
        }
        if !others.is_empty() {
            let said =
                format!("`{}` of `{}` for {} too", it.data_use, system.key, others.join(", "));
            self.leave(&it.place, said);
        }
        if it.subjects.is_empty() {
            let said = format!(
                "`{}` of `{}` names no data subjects, so it is taken to be about customers",
                it.data_use, system.key
            );
            self.taken.push((it.place.clone(), said));
        }
        let Some(name) = self.free_name(&it.data_use, &system.key) else {
            let said =
                format!("`{}` of `{}` cannot be a name of a policy", it.data_use, system.key);
            return self.leave(&it.place, said);
        };
        let uses = self.categories(&it.categories, &it.place, source);
        let with = self.recipients_of(system, it, who, source);
        let on = channel(&it.data_use);
        self.channels.extend(on);
        let called = it.name.as_deref().map_or_else(
            || format!("`{}` of {}", it.data_use, system.name),
            |name| format!("`{}` of {}: {name}", it.data_use, system.name),
        );
        let special_unknown = it.special && !uses.iter().any(|it| Tree::is_special(it));
        let (basis, keep) = (ground(it), keep(it.retention.as_deref()));
        let place = it.place.clone();
        let known = (name.clone(), called.clone(), basis.clone());
        self.purposes.push(Purpose {
            name,
            place,
            called,
            basis,
            uses,
            special_unknown,
            with,
            on,
            keep,
        });
        if it.shared {
            self.share(it, &known, source);
        }
    }

    /// Who gets the data of a declaration: whoever runs the system, and the recipients it names.
    fn recipients_of(
        &mut self,
        system: &System,
        it: &Declaration,
        who: Option<&str>,
        source: &Source,
    ) -> BTreeSet<String> {
        let mut with = BTreeSet::new();
        let third = who
            .and_then(|who| self.recipients.get(who))
            .is_some_and(|it| it.kind == Some("third-party"));
        with.extend(who.map(str::to_owned));
        if !third {
            with.insert(US.to_owned());
        }
        for key in &it.egress {
            let other = source.systems.iter().find(|it| it.key == *key && it.key != system.key);
            let Some(other) = other else { continue };
            match self.runner(other) {
                Some(id)
                    if self
                        .recipients
                        .get(&id)
                        .is_some_and(|it| it.kind == Some("third-party")) =>
                {
                    let said = format!(
                        "`{}` sends to `{key}`, a third party: write a purpose of its own for that",
                        it.data_use
                    );
                    self.leave(&it.place, said);
                }
                Some(id) => {
                    with.insert(id);
                }
                None => (),
            }
        }
        with
    }

    /// What is given to third parties is a purpose of its own: nobody can agree to both at once.
    fn share(
        &mut self,
        it: &Declaration,
        (name, called, basis): &(String, String, Ground),
        source: &Source,
    ) {
        let label = it.third_parties.as_deref().unwrap_or("third parties");
        let id = slug(label).filter(|it| it != US).unwrap_or_else(|| "third-parties".to_owned());
        let third = Recipient { label: label.to_owned(), kind: Some("third-party") };
        self.recipients.entry(id.clone()).or_insert(third);
        let uses = self.categories(&it.shared_categories, &it.place, source);
        let Some(name) = self.free_name(&format!("{name}.share"), "third") else {
            return self.leave(&it.place, format!("sharing with {label} has no name that is free"));
        };
        self.purposes.push(Purpose {
            name,
            place: it.place.clone(),
            called: format!("{called}, shared with {label}"),
            basis: basis.clone(),
            special_unknown: false,
            uses,
            with: BTreeSet::from([id]),
            on: None,
            keep: keep(it.retention.as_deref()),
        });
    }

    /// A name that no purpose has: the use, else with its system, else with a number.
    fn free_name(&self, data_use: &str, system: &str) -> Option<String> {
        let whole = name(data_use)?;
        let with_system = name(&format!("{whole}.{system}"));
        let numbered = (2..1000).filter_map(|n| name(&format!("{whole}-{n}")));
        let shortened = (2..1000).filter_map(|n| {
            let short: String = whole.chars().take(Name::CHARS_MAX - 5).collect();
            name(&format!("{short}-{n}"))
        });
        let all =
            std::iter::once(whole.clone()).chain(with_system).chain(numbered).chain(shortened);
        all.into_iter().find(|it| !self.purposes.iter().any(|other| other.name == *it))
    }

    fn rule(&mut self, rule: &Rule, source: &Source) {
        let about = &rule.subjects;
        let parts = [&rule.categories, &rule.uses, about];
        if let Some(it) = parts.iter().find(|it| it.how != "ANY" && !it.values.is_empty()) {
            let said =
                format!("rule `{}` matches `{}`, which a policy cannot say", rule.name, it.how);
            return self.leave(&rule.place, said);
        }
        let ours = about.values.iter().any(|it| CUSTOMERS.contains(&it.as_str()));
        if !about.values.is_empty() && !ours {
            let said = format!("rule `{}` is about {}", rule.name, about.values.join(", "));
            return self.leave(&rule.place, said);
        }
        let uses: Vec<String> = rule.uses.values.iter().filter_map(|it| name(it)).collect();
        let of_use = |it: &&Purpose| uses.iter().any(|outer| lies_in(&it.name, outer));
        let purposes: BTreeSet<String> =
            self.purposes.iter().filter(of_use).map(|it| it.name.clone()).collect();
        if !rule.uses.values.is_empty() && purposes.is_empty() {
            let said = format!(
                "rule `{}`: nothing is declared for {}, and what a policy does not declare is not allowed",
                rule.name,
                rule.uses.values.join(", ")
            );
            return self.leave(&rule.place, said);
        }
        let data = self.categories(&rule.categories.values, &rule.place, source);
        if data.is_empty() && purposes.is_empty() {
            return self
                .leave(&rule.place, format!("rule `{}` forbids nothing in particular", rule.name));
        }
        let breaks = |it: &&Purpose| {
            let bound = purposes.is_empty() || purposes.contains(&it.name);
            bound && it.uses.iter().any(|it| data.iter().any(|other| Tree::touch(it, other)))
        };
        for it in self.purposes.iter().filter(breaks) {
            let said = format!(
                "rule `{}` forbids part of what `{}` declares; the promise wins",
                rule.name, it.name
            );
            self.taken.push((rule.place.clone(), said));
        }
        self.nevers.push(Never { says: rule.name.clone(), data, purposes });
    }
}

/// Where something shows, if the use itself says so.
fn channel(data_use: &str) -> Option<&'static str> {
    let mut parts = data_use.split('.');
    parts.find_map(|it| ["email", "sms"].into_iter().find(|channel| *channel == it))
}

fn ground(it: &Declaration) -> Ground {
    let explicit = it.special_basis.as_deref() == Some("Explicit consent");
    let known = |text: &str| Ground::Known(text.to_owned());
    match it.basis.as_deref() {
        Some("Consent") if explicit => known("basis permission explicit"),
        Some("Consent") => known("basis permission"),
        Some("Contract") => known("basis contract"),
        Some("Legal obligations") => Ground::Partly(
            "basis legal-duty".to_owned(),
            "law=\"…\" on the line of `basis`: which law demands it",
        ),
        Some("Legitimate interests") => match &it.assessment {
            Some(document) => Ground::Known(format!(
                "basis legitimate-interest assessment={}",
                super::write::quoted(document)
            )),
            None => Ground::Partly(
                "basis legitimate-interest".to_owned(),
                "assessment=\"…\" on the line of `basis`: the document that weighs the interest",
            ),
        },
        Some(other) => {
            Ground::Unknown(format!("the files say `{other}`, which is no basis of a policy"))
        }
        None => Ground::Unknown("the files name none".to_owned()),
    }
}

fn keep(said: Option<&str>) -> Keep {
    let Some(said) = said else { return Keep::Unsaid };
    let mut parts = said.split_whitespace();
    let (count, unit, rest) = (parts.next(), parts.next(), parts.next());
    let count = count.and_then(|it| it.parse::<u32>().ok()).filter(|it| (1..=10_000).contains(it));
    // A number alone counts days, as Fides shows it.
    let unit = unit.map_or(Some(Unit::Days), |it| Unit::parse(&it.to_lowercase()));
    match (count, unit, rest) {
        (Some(count), Some(unit), None) => Keep::Period(Period { count, unit }.to_string()),
        _ => Keep::Words(said.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_words_are_kept() {
        assert_eq!(keep(Some("90")), Keep::Period("90 days".to_owned()));
        assert_eq!(keep(Some("1 Year")), Keep::Period("1 year".to_owned()));
        let words = "1 year post-employment";
        assert_eq!(keep(Some(words)), Keep::Words(words.to_owned()));
        assert_eq!(keep(Some("0")), Keep::Words("0".to_owned()));
        assert_eq!(keep(None), Keep::Unsaid);
    }
}
