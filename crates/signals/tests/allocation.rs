//! Reading and asking never allocate. The crate links no allocator (`no_std` without `alloc`); this
//! shows that the standard library does not do it for the crate either. One test, so that nobody
//! else's allocations are counted.

use std::alloc::System;
use std::hint::black_box;

use handshake_signals::gpp::GppString;
use handshake_signals::tcf::{TcString, VendorFacts};
use handshake_signals::usp::UsPrivacy;
use handshake_signals::{AdditionalConsent, dnt, gpc};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

mod corpus;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn nothing_is_allocated() {
    let strings = corpus::strings();
    let region = Region::new(ALLOCATOR);
    let mut read = 0;
    for (_, text) in &strings {
        read += usize::from(ask(text));
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
    assert!(300 < read, "{read} strings were read");
    // The watch is awake.
    let region = Region::new(ALLOCATOR);
    black_box(Box::new(read));
    assert_eq!(region.change().allocations, 1);
}

/// Whether some dialect reads the text.
fn ask(text: &str) -> bool {
    let facts = VendorFacts::new([1, 3, 4], [2, 7, 9], [2]);
    let tc = TcString::parse(text).map(|tc| {
        black_box(tc.legal_basis(755, 4, &facts));
        black_box(tc.legal_basis(755, 7, &facts));
        black_box((tc.policy_faults().count(), tc.vendor_consent.ids().count()));
    });
    let gpp = GppString::parse(text).map(|gpp| black_box(gpp.sections().count()));
    let usp = UsPrivacy::parse(text).map(UsPrivacy::opts_out_of_sale);
    let ac = AdditionalConsent::parse(text).map(|ac| black_box(ac.consented(7)));
    black_box((dnt::read([text.as_bytes()]), gpc::is_on([text.as_bytes()])));
    black_box(gpc::read_gpc_json("application/json", text));
    // An error is a value too.
    black_box(tc.is_ok() | gpp.is_ok() | usp.is_ok() | ac.is_ok())
}
