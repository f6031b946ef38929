//! Degrees as an office writes them, to ten-millionths of a degree: about a centimetre.
//!
//! Digits are read as digits, so that no rounding of floating numbers moves a site. What is no plain decimal
//! number is refused.

/// Degrees times ten million; digits after the seventh are cut off. `None` for anything but a plain decimal number.
pub(super) fn degrees_e7(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) || whole.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let sevenths: i64 =
        part.bytes().chain(std::iter::repeat(b'0')).take(7).try_fold(0_i64, |so_far, digit| {
            so_far.checked_mul(10)?.checked_add(i64::from(digit.wrapping_sub(b'0')))
        })?;
    whole.checked_mul(10_000_000)?.checked_add(sevenths)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_digit_by_digit() {
        let read = ["39.5", "-0.0000001", "+104", "104.123456789", "39"].map(degrees_e7);
        assert_eq!(read, [Some(395_000_000), Some(-1), Some(1_040_000_000), Some(1_041_234_567), Some(390_000_000)]);
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["", ".", "1e3", "nan", "inf", "-", "1.", ".5", "12345678", "北纬39"] {
            assert_eq!(degrees_e7(text), None, "{text}");
        }
    }
}
