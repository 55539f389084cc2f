//! Money: decimals read from text, never floats.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// A currency by its ISO 4217 letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// An amount in one currency. Amounts of different currencies are never added or converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

/// Text that is no money.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("`{0}` is no currency; use three capital letters such as `EUR`")]
    Currency(String),
    #[error("`{0}` is no amount; use a decimal such as `0.0021`")]
    Amount(String),
}

impl Currency {
    pub fn letters(self) -> [u8; 3] {
        self.0
    }

    pub fn from_letters(letters: [u8; 3]) -> Option<Currency> {
        letters.iter().all(u8::is_ascii_uppercase).then_some(Currency(letters))
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Currency, MoneyError> {
        let letters = <[u8; 3]>::try_from(text.as_bytes()).ok();
        let shown = || MoneyError::Currency(text.chars().take(20).collect());
        letters.and_then(Currency::from_letters).ok_or_else(shown)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&it| write!(f, "{}", char::from(it)))
    }
}

impl Money {
    /// Reads an amount such as `0.0021`; exponents and thousands are refused.
    pub fn amount(text: &str) -> Result<Decimal, MoneyError> {
        let plain = text.bytes().all(|it| it.is_ascii_digit() || it == b'.' || it == b'-');
        let amount = Decimal::from_str_exact(text).ok().filter(|_| plain);
        amount.ok_or_else(|| MoneyError::Amount(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimals() {
        assert_eq!(Money::amount("0.0021").unwrap().to_string(), "0.0021");
        for bad in ["", "1e3", "1,000", "0x1", "NaN", " 1", "1_0"] {
            assert!(Money::amount(bad).is_err(), "{bad}");
        }
        assert_eq!("EUR".parse::<Currency>().unwrap().to_string(), "EUR");
        assert!("eur".parse::<Currency>().is_err());
    }
}
