//! No input makes a reader panic or run away: every truncation of every vector, flipped bits in each
//! of its characters, and millions of strings that chance makes of them. The seed is fixed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use handshake_signals::ddrf::{Claims, Jwt, TokenKind};
use handshake_signals::gpp::{self, GppString, Header, Section};
use handshake_signals::tcf::{TcString, VendorFacts, v1::ConsentString};
use handshake_signals::usp::UsPrivacy;
use handshake_signals::{AdditionalConsent, JsonValue, Padding, dnt, gpc};

mod corpus;

/// Throws away what is written, so that only the writing is tried.
struct Nowhere;

impl std::fmt::Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}

/// Every reader on this text, and every question on what it gives.
fn read(text: &str) {
    if let Ok(tc) = TcString::parse(text) {
        tc_string(&tc);
    }
    if let Ok(old) = ConsentString::parse(text) {
        black_box((old.consent(1), old.consent(u16::MAX), old.vendors.ranges().count()));
    }
    let _ = black_box(Header::parse(text));
    if let Ok(gpp) = GppString::parse(text) {
        gpp.sections().filter_map(|(_, it)| it.ok()).for_each(|it| section(&it));
    }
    for id in [1, 2, 5, 6, 7, 8, 24, 25] {
        if let Ok(it) = Section::parse(id, text) {
            section(&it);
        }
    }
    let _ = black_box(UsPrivacy::parse(text));
    if let Ok(ac) = AdditionalConsent::parse(text) {
        black_box((ac.consented(7), ac.disclosed_ids().count()));
    }
    black_box(gpc::read_gpc_json("application/json", text));
    let _ = black_box(dnt::Tk::parse(text));
    let (mut header, mut payload) = ([0; 256], [0; 4096]);
    if let Ok(token) = Jwt::parse(text) {
        let _ = black_box(token.header(&mut header));
        if let Ok(claims) = token.payload(&mut payload) {
            let _ = black_box(Claims::read(TokenKind::Request, claims));
        }
    }
    if let Ok(json) = JsonValue::parse(text) {
        black_box(json.members().map(|(name, _)| name.chars().count()).sum::<usize>());
        black_box(json.elements().count());
    }
}

fn tc_string(tc: &TcString<'_>) {
    let facts = VendorFacts::new([1, 3, 4], [2, 7, 9], [2, 7]);
    for vendor in [0, 1, 2, 755, u16::MAX] {
        for purpose in [0, 1, 2, 3, 24, 25, 255] {
            black_box(tc.legal_basis(vendor, purpose, &facts));
        }
    }
    black_box(tc.policy_faults().count());
    for set in [Some(tc.vendor_consent), tc.disclosed_vendors].into_iter().flatten() {
        black_box((set.ranges().count(), set.max_id()));
    }
    let restricted = tc.publisher_restrictions.iter().map(|it| it.vendors.ranges().count());
    black_box(restricted.sum::<usize>());
}

fn section(section: &Section<'_>) {
    match section {
        Section::TcfEuV2(tc) => tc_string(tc),
        Section::TcfCaV1(tc) => {
            black_box((tc.vendor_express_consent.contains(9), tc.pub_restrictions.iter().count()));
        }
        Section::Us(it) => {
            black_box(it.fields().map(|(_, values)| values.count()).sum::<usize>());
            let _ = black_box(it.encode(&mut Nowhere));
        }
        Section::TcfEuV1(_) | Section::UspV1(_) | Section::Unknown(_) => (),
    }
}

/// xorshift64*
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap() % end.max(1)
    }
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=";

/// Every string once.
fn seeds() -> Vec<String> {
    let mut seeds: Vec<_> = corpus::strings().into_iter().map(|(_, text)| text).collect();
    seeds.sort();
    seeds.dedup();
    seeds
}

#[test]
fn truncations_and_flipped_bits_never_panic() {
    for seed in seeds() {
        seed.char_indices().filter_map(|(end, _)| seed.get(..end)).for_each(read);
        for at in 0..seed.len() {
            let Some(place) = ALPHABET.iter().position(|it| *it == seed.as_bytes()[at]) else {
                continue;
            };
            // Of the long ones, one bit of each character.
            let bits = if seed.len() < 200 { 0..6 } else { at % 6..at % 6 + 1 };
            for bit in bits {
                let mut changed = seed.clone().into_bytes();
                changed[at] = ALPHABET[(place ^ (1 << bit)) % ALPHABET.len()];
                read(std::str::from_utf8(&changed).unwrap());
            }
        }
    }
}

/// As many as fit into the time, and at most three millions: a slow machine tries fewer.
#[test]
fn chance_never_makes_it_panic() {
    const TIME: Duration = Duration::from_secs(8);
    const STRINGS: usize = 3_000_000;
    let seeds = seeds();
    let (began, mut chance) = (Instant::now(), Chance(0x5eed_0001));
    let mut tried = 0;
    while tried < STRINGS && (tried % 1024 != 0 || began.elapsed() < TIME) {
        let mut text = seeds[chance.below(seeds.len())].clone().into_bytes();
        text.truncate(600);
        for _ in 0..=chance.below(6) {
            change(&mut text, &mut chance, &seeds);
        }
        read(&String::from_utf8_lossy(&text));
        tried += 1;
    }
    assert!(10_000 < tried, "only {tried} strings were tried");
}

fn change(text: &mut Vec<u8>, chance: &mut Chance, seeds: &[String]) {
    let at = chance.below(text.len().max(1));
    let letter = ALPHABET[chance.below(ALPHABET.len())];
    match chance.below(8) {
        0 => text.truncate(at),
        1 => text.insert(at.min(text.len()), letter),
        2 if !text.is_empty() => {
            text.remove(at);
        }
        3 => text.extend_from_slice(seeds[chance.below(seeds.len())].as_bytes()),
        4 if !text.is_empty() => text[at] = (chance.next() & 0xff) as u8,
        5 => text.extend((0..chance.below(40)).map(|_| ALPHABET[chance.below(ALPHABET.len())])),
        _ if !text.is_empty() => text[at] = letter,
        _ => (),
    }
}

/// The longest strings that a set can be asked for: 4,095 entries, each as long as can be.
#[test]
fn hostile_ranges_are_read_in_time() {
    use handshake_signals::bits::Writer;
    let mut text = String::new();
    let mut core = Writer::new(&mut text);
    core.int(2_u8, 6, "").unwrap();
    (0..207).for_each(|_| core.flag(false).unwrap());
    for _ in 0..2 {
        core.int(u16::MAX, 16, "").unwrap();
        core.flag(true).unwrap();
        core.int(4095_u16, 12, "").unwrap();
        (0..4095).for_each(|_| core.int(0x1_0001_ffff_u64, 33, "").unwrap());
    }
    core.int(0_u8, 12, "").unwrap();
    core.pad(Padding::Quantum).unwrap();
    let tc = TcString::parse(&text).unwrap();
    assert!(tc.vendor_consent.contains(u16::MAX) && !tc.vendor_consent.contains(0));
    assert_eq!(tc.vendor_consent.ranges().count(), 4095);
    let mut again = String::new();
    tc.encode(&mut again, Padding::Quantum).unwrap();
    assert_eq!(TcString::parse(&again).unwrap(), tc);
    assert!(again.len() < 100, "one range is enough for what 4,095 said");
    let ids: Vec<_> = (1..=40_u16).map(|it| (it, "x")).collect();
    let mut many = String::new();
    gpp::encode(&mut many, &ids, Padding::Octet).unwrap();
    assert_eq!(GppString::parse(&many).unwrap().sections().count(), 40);
}
