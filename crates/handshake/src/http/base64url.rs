//! Base 64 for URLs and cookies (RFC 4648, section 5), without padding.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let held = chunk.iter().fold(0u32, |held, &it| held << 8 | u32::from(it));
        let held = held << (8 * (3 - chunk.len()));
        let digits = [18, 12, 6, 0].map(|shift| held >> shift & 63);
        text.extend(digits.into_iter().take(chunk.len() + 1).map(digit));
    }
    text
}

/// The bytes, or nothing. Only the canonical spelling is read, so that no two texts are one token.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut held = 0u32;
        for &it in chunk {
            held = held << 6 | value(it)?;
        }
        held <<= 6 * (4 - chunk.len());
        let [_, decoded @ ..] = held.to_be_bytes();
        let (kept, spare) = decoded.split_at_checked(chunk.len() - 1)?;
        if kept.is_empty() || spare.iter().any(|&it| it != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

fn digit(value: u32) -> char {
    let at = usize::try_from(value).unwrap_or(0);
    DIGITS.get(at).map_or('A', |&it| char::from(it))
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standards_examples() {
        let examples = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")];
        for (bytes, text) in examples {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
        for bad in ["Z", "Zh", "Zm9", "Zg==", "Z g", "Zm9v!"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
