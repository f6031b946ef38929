//! Keys and signatures as secure hardware gives them, in the form that logs carry.
//!
//! Android gives keys as X.509 (91 bytes) and signatures as DER, iOS keys as 65 bytes and signatures as DER. Only P-256 is
//! known. Whether a signature is right is checked by whoever reads it, not here.

use mingcha_sync::{PublicKey, Signature};

/// What stands before the 65 bytes of a P-256 key in X.509 (RFC 5480, section 2: `id-ecPublicKey` with `secp256r1`).
const X509: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Reads a public key: X.509, SEC1 whole (65 bytes) or SEC1 compressed (33 bytes).
pub(super) fn public_key(bytes: &[u8]) -> Option<PublicKey> {
    let point = bytes.strip_prefix(&X509).unwrap_or(bytes);
    if let Ok(compressed) = <[u8; 33]>::try_from(point) {
        return matches!(compressed.first(), Some(2 | 3)).then_some(PublicKey(compressed));
    }
    let (sign, coordinates) = point.split_first().filter(|(sign, rest)| **sign == 4 && rest.len() == 64)?;
    let (x, y) = coordinates.split_at_checked(32)?;
    let odd = y.last()? & 1;
    let mut compressed = [0; 33];
    let (first, rest) = compressed.split_first_mut()?;
    // SEC1, section 2.3.3: 2 for an even y, 3 for an odd one.
    *first = sign.wrapping_sub(2) | odd;
    rest.copy_from_slice(x);
    Some(PublicKey(compressed))
}

/// Reads a signature: DER (RFC 3279, section 2.2.3), or r and s of 32 bytes each.
pub(super) fn signature(bytes: &[u8]) -> Option<Signature> {
    if let Ok(plain) = <[u8; 64]>::try_from(bytes) {
        return Some(Signature(plain));
    }
    let (body, rest) = element(0x30, bytes)?;
    let (r, more) = element(0x02, body)?;
    let (s, end) = element(0x02, more)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut plain = [0; 64];
    let (first, second) = plain.split_at_mut_checked(32)?;
    fill(first, r)?;
    fill(second, s)?;
    Some(Signature(plain))
}

/// The content of one DER element of this tag, and what follows it. None here is longer than 127 bytes.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let ([found, length], rest) = bytes.split_first_chunk()?;
    if *found != tag || *length > 127 {
        return None;
    }
    rest.split_at_checked(usize::from(*length))
}

/// Writes a positive DER integer into 32 bytes, big end first.
fn fill(to: &mut [u8], integer: &[u8]) -> Option<()> {
    let digits = match integer.split_first()? {
        (0, rest) if !rest.is_empty() => rest,
        (first, _) if *first < 0x80 => integer,
        _ => return None,
    };
    let empty = to.len().checked_sub(digits.len())?;
    to.get_mut(empty..)?.copy_from_slice(digits);
    Some(())
}

#[cfg(test)]
mod tests {
    use mingcha_sync::{Signer as _, SoftwareKey};

    use super::*;

    /// As DER writes a positive integer: without leading zeros, with one where the first bit is set.
    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let integer = |number: &[u8]| {
            let digits: Vec<u8> = number.iter().copied().skip_while(|digit| *digit == 0).collect();
            let sign = if digits.first().is_none_or(|first| *first >= 0x80) { vec![0] } else { vec![] };
            let content = [sign, digits].concat();
            [vec![2, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let body = [integer(r), integer(s)].concat();
        [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
    }

    #[test]
    fn a_signature_in_der_is_the_signature_that_was_made() {
        let key = SoftwareKey::from_bytes(&[7; 32]).unwrap();
        for number in 0..200_u32 {
            let message = number.to_be_bytes();
            let made = key.sign(&message).unwrap();
            let (r, s) = made.0.split_at(32);
            let read = signature(&der(r, s)).unwrap();
            assert_eq!(read, made);
            assert!(key.public_key().verifies(&message, &read));
            assert_eq!(signature(&made.0), Some(made));
        }
    }

    #[test]
    fn a_key_is_read_in_every_form_in_which_hardware_gives_it() {
        // The base point of P-256 (FIPS 186-5 names SP 800-186, section 3.2.1.3): x, then y, which is odd.
        let hex = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                   4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
        let coordinates: Vec<u8> =
            (0..64).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let whole = [vec![4], coordinates.clone()].concat();
        let compressed = [vec![3], coordinates[..32].to_vec()].concat();
        let read = public_key(&whole).unwrap();
        assert_eq!(read.0.as_slice(), compressed);
        assert_eq!(public_key(&compressed), Some(read));
        assert_eq!(public_key(&[X509.to_vec(), whole].concat()), Some(read));
    }

    #[test]
    fn what_is_neither_key_nor_signature_is_refused() {
        for wrong in [&[][..], &[4; 64], &[5; 33], &[0x30; 91], &[2; 65]] {
            assert_eq!(public_key(wrong), None, "{wrong:?}");
        }
        for wrong in [&[][..], &[0x30], &[0x30, 6, 2, 1, 1, 2, 1], &[0x30, 6, 2, 1, 0x80, 2, 1, 1], &[0x30, 0x81, 6]] {
            assert_eq!(signature(wrong), None, "{wrong:?}");
        }
        let long = [vec![0x30, 37, 2, 32], vec![1; 32], vec![2, 1, 1, 9]].concat();
        assert_eq!(signature(&long), None, "something stands behind it");
    }
}
