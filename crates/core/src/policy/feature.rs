//! Features: what Handshake does with people's data by itself, and only where a purpose covers it.

use super::compile::{Compiled, CompiledPurpose};
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
