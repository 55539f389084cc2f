//! IAB Tech Lab's Data Deletion Request Framework: the three kinds of JSON Web Token, what they must
//! claim, and what a recipient answers.
//!
//! This reads structure. Signatures are yours to verify: [`Jwt::verify`] hands what was signed to a
//! function of yours, which knows the keys and the mathematics. Nothing is copied but the decoded
//! token, into memory that you lend.
//!
//! ```
//! use handshake_signals::ddrf::{Claims, Jwt, TokenKind};
//!
//! let text = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJ2ZXJzaW9uIjoiMS4wIiwianRpIjoiMSIsImlzcyI6In\
//!     Nob3AuZXhhbXBsZSIsInN1YiI6eyJpZGVudGlmaWVyVmFsdWUiOiJhQGIuYyIsImlkZW50aWZpZXJUeXBlIjoiZW1\
//!     haWwiLCJpZGVudGlmaWVyRm9ybWF0IjoicGxhaW4ifSwiaWF0IjoxNjkzNDU5NDI0fQ.c2lnbmF0dXJl";
//! let token = Jwt::parse(text)?;
//! let (mut header, mut payload) = ([0; 64], [0; 256]);
//! let algorithm = token.header(&mut header)?.algorithm;
//! assert!(algorithm == "RS256");
//! assert!(token.verify(|signed, signature| signed.len() > signature.len()));
//! let claims = Claims::read(TokenKind::Identity, token.payload(&mut payload)?)?;
//! assert!(claims.issuer == "shop.example");
//! assert!(claims.subject.is_some_and(|it| it.identifier_type == "email"));
//! # Ok::<(), handshake_signals::ddrf::TokenError>(())
//! ```

mod claims;

mod jwt;

mod resource;

pub use claims::{Claims, Identifier, ResultCode, TokenKind};

pub use jwt::{Jwt, JwtHeader, TokenError};

pub use resource::{DsrDelete, SupportedIdentifier, WELL_KNOWN};
