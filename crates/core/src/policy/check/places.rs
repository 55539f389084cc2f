//! Places: jurisdictions and countries that exist, and data that leaves for where no law follows it.

use super::Notes;
use crate::policy::model::{Basis, Purpose};
use crate::vocabulary::Name;

/// ISO 3166-1, the officially assigned codes of two letters (2026).
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR \
    CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU \
    ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ \
    LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ \
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI \
    SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR \
    TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
/// Places that are written in their own way here.
const UNIONS: [&str; 3] = ["EU", "EEA", "UK"];
/// ISO 3166-2 of the United States: states, district and territories.
const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV \
    NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI UM";
/// The European Economic Area: where the GDPR itself is law.
const EEA: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE \
    SI SK";
/// Decisions under GDPR 45(3) in force in 2026; Canada for businesses, the United States for
/// companies certified under the Data Privacy Framework.
const ADEQUATE: &str = "AD AR BR CA CH FO GB GG IL IM JE JP KR NZ UK US UY";

pub(super) fn jurisdictions(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    for place in policy.applies_in.iter().filter(|it| !is_place(it)) {
        let said = format!("`{place}` is no jurisdiction that there is");
        let help = match place.as_str() {
            "GB" => "write `UK`",
            _ => "use `EU`, `EEA`, `UK`, or a code of ISO 3166 such as `CH` or `US-CA`",
        };
        notes.mistake(notes.line_of("applies-in"), "unknown-place", said, help);
    }
}

/// `EU`, `EEA`, `UK`, a country, or a part of one; of the United States' the parts are known.
fn is_place(place: &str) -> bool {
    match place.split_once('-') {
        None => UNIONS.contains(&place) || (place != "GB" && has(COUNTRIES, place)),
        Some(("US", state)) => has(STATES, state),
        Some((country, _)) => has(COUNTRIES, country),
    }
}

pub(super) fn recipients(notes: &mut Notes<'_>) {
    let policy = notes.policy;
    let european = policy.applies_in.iter().any(|it| UNIONS.contains(&it.as_str()) || has(EEA, it));
    for (name, it) in &policy.recipients {
        let Some(country) = &it.country else { continue };
        if country != "UK" && !has(COUNTRIES, country) {
            let said = format!("`{country}` is no country that there is");
            notes.mistake(
                it.line,
                "unknown-country",
                said,
                "use the code of ISO 3166, such as `NL`",
            );
        } else if european && !has(EEA, country) && !has(ADEQUATE, country) {
            let gets = |(_, it): &(&Name, &Purpose)| it.with.contains(name) && !is_explicit(it);
            if let Some((purpose, _)) = policy.purposes.iter().find(gets) {
                let said = format!(
                    "`{name}` gets data for `{purpose}` in {country}, which no adequacy decision covers"
                );
                let help = "agree on standard clauses with it, or use `basis permission explicit`";
                notes.warning_of((it.line, name.as_str()), "third-country", said, help);
            }
        }
    }
}

fn is_explicit(it: &Purpose) -> bool {
    it.bases().all(|it| *it == Basis::Permission { explicit: true })
}

fn has(list: &str, code: &str) -> bool {
    list.split_whitespace().any(|it| it == code)
}
