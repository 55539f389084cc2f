//! The few signals that OpenRTB carries outside of strings.

use crate::gpc;

/// Whether `device.lmt` limits tracking: only 1 does.
///
/// ```
/// use handshake_signals::openrtb;
///
/// assert!(openrtb::limits_tracking(Some(1)));
/// assert!(!openrtb::limits_tracking(None));
/// ```
pub fn limits_tracking(lmt: Option<i64>) -> bool {
    lmt == Some(1)
}

/// What `regs.ext.gpc` becomes by the `Sec-GPC` fields of the request: the text `1`, or, with
/// `None`, what it was.
///
/// ```
/// use handshake_signals::openrtb;
///
/// assert_eq!(openrtb::regs_ext_gpc([b"1".as_slice()]), Some("1"));
/// assert_eq!(openrtb::regs_ext_gpc([b"0".as_slice()]), None);
/// ```
pub fn regs_ext_gpc<'a>(sec_gpc: impl IntoIterator<Item = &'a [u8]>) -> Option<&'static str> {
    gpc::is_on(sec_gpc).then_some("1")
}
