//! The policies that benches measure by: the same rules over and over, under other names. What is
//! measured beside other engines uses these too, so that all answer for one policy.

use handshake_core::policy::{self, Policy};
use handshake_core::vocabulary::{Millis, Name};

pub(crate) const NOW: Millis = Millis(1_800_000_000_000);

/// How many rules there are. Every tenth is a promise, the others are purposes.
pub(crate) const RULES: [usize; 3] = [24, 240, 2_400];

/// Data of the use that is asked about; it goes to `us` on the `web`.
pub(crate) const DATA: [&str; 2] = ["seen.viewed", "bought.items"];

const HEAD: &str = r#"policy shop version=1 effective="2020-01-01T00:00:00Z" {
  controller "Shop" contact="a@b.example"
  applies-in EU
  languages en
  currency EUR
  time-zone "Europe/London"
  anything-else not-allowed mode=enforce
}
data { seen "What you looked at" { viewed; searched; carted }; bought "What you bought" { items; value } }
tags { gift from=bought.items }
recipients { us "Us" kind=ourselves; mailer "Mailer" kind=processor country=NL; network "Network" kind=third-party country=US sale=yes }
channels { web; email; ads }
purpose suggest {
  says en="Use what you looked at and bought."
  basis permission
  uses seen bought.items
  with us mailer
  on web email
  keep 13 months after last-visit
  at-most 2 per=month
  stops-for objection gpc dnt
  mode enforce
}
never "Nothing is sold under a signal" { recipients network; when signal=gpc; mode enforce }
"#;

/// A policy of `rules` rules: the ones above, over and over under other names.
pub(crate) fn policy_of(rules: usize) -> Policy {
    let mut policy = policy::read(HEAD).unwrap();
    let (name, purpose) = policy.purposes.pop_first().unwrap();
    let never = policy.nevers.pop().unwrap();
    for at in 0..rules {
        let own = Name::new(&format!("{name}-{at}")).unwrap();
        match at % 10 {
            9 => {
                let mut never = never.clone();
                never.says = format!("{} {at}", never.says);
                never.purposes.insert(Name::new(&format!("{name}-{}", at - 1)).unwrap());
                policy.nevers.push(never);
            }
            _ => drop(policy.purposes.insert(own, purpose.clone())),
        }
    }
    policy
}

/// The same policy, in which every seventh purpose wants one datum more.
pub(crate) fn widened(old: &Policy) -> Policy {
    let mut new = old.clone();
    for purpose in new.purposes.values_mut().step_by(7) {
        purpose.uses.insert(Name::new("bought.value").unwrap());
    }
    new
}

/// The purpose that is asked about.
pub(crate) fn purpose_of(policy: &Policy) -> Name {
    policy.purposes.keys().next_back().unwrap().clone()
}
