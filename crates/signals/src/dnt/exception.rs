//! Tracking exceptions that a person granted: a site, and who may track there.

/// Whether a stored exception covers a request. Each is the site in the address bar and the domain
/// that wants to track; in a stored one `*` is any domain, and `*.d` is `d` and all below it.
///
/// ```
/// use handshake_signals::dnt::exception_covers;
///
/// assert!(exception_covers(["*.example.com", "ads.example"], ["news.example.com", "ads.example"]));
/// assert!(!exception_covers(["*.example.com", "*"], ["notexample.com", "ads.example"]));
/// ```
pub fn exception_covers(stored: [&str; 2], request: [&str; 2]) -> bool {
    stored.into_iter().zip(request).all(|(stored, domain)| covers(stored, domain))
}

fn covers(stored: &str, domain: &str) -> bool {
    let Some(parent) = stored.strip_prefix("*.") else {
        return stored == "*" || stored.eq_ignore_ascii_case(domain);
    };
    let Some(above) = domain.len().checked_sub(parent.len()) else { return false };
    let Some((above, domain)) = domain.split_at_checked(above) else { return false };
    domain.eq_ignore_ascii_case(parent) && (above.is_empty() || above.ends_with('.'))
}
