//! Features: what Handshake does with people's data by itself, and only where a purpose covers it.

use super::compiled::{Compiled, CompiledPurpose};
use super::model::{Policy, Purpose};
use crate::vocabulary::{Code, Dictionary, Family, Name};

/// Something Handshake does with people's data only where a purpose covers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// A person's own history chooses for that person.
    Recommendations,
    /// A person's history helps to choose for others.
    PooledRecommendations,
}

impl Feature {
    pub const ALL: [Feature; 2] = [Feature::Recommendations, Feature::PooledRecommendations];

    pub fn as_str(self) -> &'static str {
        match self {
            Feature::Recommendations => "recommendations",
            Feature::PooledRecommendations => "pooled-recommendations",
        }
    }

    pub fn parse(text: &str) -> Option<Feature> {
        Feature::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// The name of the purpose that covers it where no `serves` line does.
    pub fn purpose(self) -> &'static str {
        match self {
            Feature::Recommendations => "show-recommendations",
            Feature::PooledRecommendations => "help-others-choose",
        }
    }
}

impl Policy {
    /// The purpose that covers a feature: the one whose `serves` says so, else the one of that
    /// name. Without either, the feature stays off.
    pub fn serving(&self, feature: Feature) -> Option<&Name> {
        let serves = |it: &(&Name, &Purpose)| it.1.serves.contains(&feature);
        let named = |it: &&Name| it.as_str() == feature.purpose();
        let said = self.purposes.iter().find(serves).map(|it| it.0);
        said.or_else(|| self.purposes.keys().find(named))
    }
}

impl Compiled {
    /// The purpose that covers a feature. Without one the feature stays off.
    pub fn serving(&self, feature: Feature) -> Option<&CompiledPurpose> {
        let (_, code) = self.serving.iter().find(|it| it.0 == feature)?;
        self.purpose_of(*code)
    }
}

/// The purpose of each feature that one covers.
pub(super) fn serving(policy: &Policy, names: &Dictionary) -> Vec<(Feature, Code)> {
    let of = |feature: Feature| {
        let purpose = policy.serving(feature)?;
        Some((feature, names.code(Family::Purpose, purpose.as_str())?))
    };
    Feature::ALL.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{canonical, read};

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");

    #[track_caller]
    fn check(source: &str, recommendations: Option<&str>, pooled: Option<&str>) {
        let policy = read(source).unwrap();
        let serving = |it| policy.serving(it).map(Name::as_str);
        assert_eq!(serving(Feature::Recommendations), recommendations);
        assert_eq!(serving(Feature::PooledRecommendations), pooled);
    }

    #[test]
    fn what_is_said_counts_before_what_is_called_so() {
        check(MODEL, Some("show-recommendations"), Some("help-others-choose"));
        let renamed = MODEL.replace("show-recommendations", "show-things");
        check(&renamed, None, Some("help-others-choose"));
        let said = MODEL.replace("on web shop\n", "on web shop\n  serves recommendations\n");
        check(&said, Some("fit-advice"), Some("help-others-choose"));
        let both =
            said.replace("serves recommendations", "serves pooled-recommendations recommendations");
        check(&both, Some("fit-advice"), Some("fit-advice"));
    }

    #[test]
    fn a_policy_that_says_nothing_of_features_keeps_its_identity() {
        let plain = canonical(&read(MODEL).unwrap());
        assert!(!plain.contains("serves"), "{plain}");
        let said = MODEL.replace("on web shop\n", "on web shop\n  serves recommendations\n");
        let said = canonical(&read(&said).unwrap());
        assert_eq!(said.replace(r#""serves":["recommendations"],"#, ""), plain);
    }
}
