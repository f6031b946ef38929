//! Looking for secrets: in every spelling that bytes may have, in everything that bytes may be wrapped in.

use std::io::Read;

use aho_corasick::AhoCorasick;
use mingcha_sync::{Page, PullSaid};

/// A secret, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    pub what: String,
    pub bytes: Vec<u8>,
}

/// Shorter ones stand everywhere by chance.
pub const SHORTEST: usize = 6;

const BASE64: [&[u8; 64]; 2] = [
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
];

/// Every way in which a secret could be written down: as it is, hexadecimal, as an id, as numbers, in UTF-16, in base64
/// wherever it begins.
pub fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex = hexadecimal(secret);
    let mut all = vec![secret.to_vec(), hex.to_uppercase().into_bytes(), hex.clone().into_bytes()];
    if secret.len() == 16 {
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        all.push(parts.join("-").into_bytes());
    }
    all.push(format!("{secret:?}").trim_matches(['[', ']']).as_bytes().to_vec());
    if let Ok(text) = std::str::from_utf8(secret) {
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        all.push(text.escape_unicode().to_string().into_bytes());
    }
    for alphabet in BASE64 {
        for before in 0..3 {
            all.push(base64(alphabet, before, secret));
        }
    }
    all.retain(|spelling| spelling.len() >= SHORTEST);
    all
}

/// Bytes as pairs of digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// The letters that a secret alone decides when so many bytes stand before it.
fn base64(alphabet: &[u8; 64], before: usize, secret: &[u8]) -> Vec<u8> {
    let bits: Vec<u8> = secret.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // With one byte before it, the first letter that is wholly the secret's begins 4 bits into it; with two, 2 bits.
    let skipped = [0, 4, 2][before];
    bits[skipped..]
        .chunks_exact(6)
        .map(|six| alphabet[six.iter().fold(0, |sum, bit| sum << 1 | usize::from(*bit))])
        .collect()
}

/// What these bytes are, and what they hold: compressed frames opened, pages of feeds read.
pub fn opened(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![bytes.to_vec()];
    for place in 0..bytes.len().saturating_sub(4) {
        if bytes[place..].starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let mut plain = Vec::new();
            let decoder = zstd::stream::read::Decoder::new(&bytes[place..]);
            // Four bytes of a picture may look like a frame; what opens of it is searched all the same.
            if let Ok(decoder) = decoder {
                let _ = decoder.single_frame().take(64 * 1024 * 1024).read_to_end(&mut plain);
            }
            all.push(plain);
        }
    }
    all
}

/// The entries of every page in these replies, in words; how many pages there were.
pub fn pages(replies: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut read = Vec::new();
    let mut rest = replies;
    while let Some(end) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]).to_ascii_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
        let body = &rest[end + 4..];
        let body = &body[..body.len().min(length)];
        rest = &rest[end + 4 + body.len()..];
        if let Ok(said) = minicbor::decode::<PullSaid>(body) {
            for page in &said.pages {
                let page = Page::from_bytes(page).unwrap();
                read.push(format!("{:?}", page.entries().unwrap()).into_bytes());
            }
        }
    }
    let count = read.len();
    (read, count)
}

/// Which of these secrets stand in any of these haystacks, each with the first place.
pub fn found(secrets: &[Secret], haystacks: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut needles = Vec::new();
    let mut whose = Vec::new();
    for (number, secret) in secrets.iter().enumerate() {
        for spelling in spellings(&secret.bytes) {
            needles.push(spelling);
            whose.push(number);
        }
    }
    let search = AhoCorasick::new(&needles).unwrap();
    let mut hits: std::collections::BTreeMap<usize, String> = std::collections::BTreeMap::new();
    for (name, haystack) in haystacks {
        for hit in search.find_overlapping_iter(haystack) {
            let number = whose[hit.pattern().as_usize()];
            let secret = &secrets[number];
            hits.entry(number).or_insert_with(|| {
                let words = String::from_utf8_lossy(&secret.bytes);
                format!("{} ({words:?}) in {name} at {}", secret.what, hit.start())
            });
        }
    }
    hits.into_values().collect()
}

#[test]
fn a_secret_is_found_in_every_spelling_and_wrapping() {
    let secret = Secret { what: "word".to_owned(), bytes: "金丝雀7f".as_bytes().to_vec() };
    let secrets = [secret.clone()];
    let hex = hexadecimal(&secret.bytes);
    let utf16: Vec<u8> = "x金丝雀7f".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut wrapped = vec![
        secret.bytes.clone(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        utf16,
        format!("{:?}", secret.bytes).into_bytes(),
        "\\u{91d1}\\u{4e1d}\\u{96c0}\\u{37}\\u{66}".as_bytes().to_vec(),
    ];
    // Base64 as the standard has it (RFC 4648), with nought, one and two bytes before.
    wrapped
        .extend(["6YeR5Lid6ZuAN2Y=", "eOmHkeS4nembgDdm", "eHjph5HkuJ3pm4A3Zg=="].map(|text| text.as_bytes().to_vec()));
    for (place, bytes) in wrapped.into_iter().enumerate() {
        assert_eq!(found(&secrets, &[("here".to_owned(), bytes)]).len(), 1, "wrapping {place}");
    }
    let packed = zstd::bulk::compress(&[b"before ", secret.bytes.as_slice(), b" after"].concat(), 6).unwrap();
    let hidden = [b"head".as_slice(), &packed].concat();
    assert!(opened(&hidden).iter().any(|plain| !found(&secrets, &[("frame".to_owned(), plain.clone())]).is_empty()));
    assert!(found(&secrets, &[("elsewhere".to_owned(), b"nothing of the kind stands here".to_vec())]).is_empty());
}
