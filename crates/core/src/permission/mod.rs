//! permission.
