//! Bytes as text: hexadecimal for hashes, Crockford base 32 for ids that people read aloud.

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).map_or('0', |&it| char::from(it));
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads exactly `N` bytes of hexadecimal, or nothing.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        for &it in pair {
            *byte = *byte << 4 | u8::try_from(char::from(it).to_digit(16)?).ok()?;
        }
    }
    Some(bytes)
}

/// Crockford base 32 in lower case, most significant bits first, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut held, mut bits) = (0u32, 0u32);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while 5 <= bits {
            bits -= 5;
            text.push(digit32(held >> bits & 31));
        }
        held &= (1 << bits) - 1;
    }
    if 0 < bits {
        text.push(digit32(held << (5 - bits) & 31));
    }
    text
}

fn digit32(value: u32) -> char {
    let at = usize::try_from(value).unwrap_or(0);
    BASE32.get(at).map_or('0', |&it| char::from(it))
}

/// Reads exactly `N` bytes of [`base32`] text, or nothing. Only the canonical spelling is read:
/// one id has one text, so that ids can be compared as text.
pub fn unbase32<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let (mut held, mut bits, mut filled) = (0u32, 0u32, 0);
    for byte in text.bytes() {
        let value = BASE32.iter().position(|&it| it == byte)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if 8 <= bits {
            bits -= 8;
            *bytes.get_mut(filled)? = u8::try_from(held >> bits & 255).ok()?;
            filled += 1;
        }
        held &= (1 << bits) - 1;
    }
    (held == 0 && filled == N).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in any::<[u8; 16]>()) {
            prop_assert_eq!(unhex::<16>(&hex(&bytes)), Some(bytes));
            prop_assert_eq!(unbase32::<16>(&base32(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn only_one_spelling_is_read() {
        assert_eq!(base32(&[0xff, 0]), "zw00");
        assert_eq!(unbase32::<2>("zw00"), Some([0xff, 0]));
        for bad in ["zw01", "ZW00", "zw0", "zw000", "zwo0", "é00"] {
            assert_eq!(unbase32::<2>(bad), None, "{bad}");
        }
        assert_eq!(unhex::<2>("00g0"), None);
        assert_eq!(unhex::<2>("+1+1"), None);
    }
}
