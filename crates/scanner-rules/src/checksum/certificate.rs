//! When a certificate (X.509, RFC 5280) ends. Nothing else of it is read and no signature is checked.

use super::key::{Der, INTEGER, SEQUENCE};

const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The second since 1970 after which the certificate is no longer valid; `None` for what is no certificate.
pub(super) fn not_after(certificate: &[u8]) -> Option<u64> {
    let mut fields = Der(Der(Der(certificate).take(SEQUENCE)?).take(SEQUENCE)?);
    let _version = fields.take(VERSION);
    let _serial = fields.take(INTEGER)?;
    let _algorithm = fields.take(SEQUENCE)?;
    let _issuer = fields.take(SEQUENCE)?;
    let mut validity = Der(fields.take(SEQUENCE)?);
    time(&mut validity)?;
    time(&mut validity)
}

fn time(fields: &mut Der<'_>) -> Option<u64> {
    if let Some(text) = fields.take(UTC_TIME) {
        let (year, rest) = text.split_at_checked(2)?;
        let year = number(year)?;
        return seconds(if year < 50 { 2000 + year } else { 1900 + year }, rest);
    }
    let (year, rest) = fields.take(GENERALIZED_TIME)?.split_at_checked(4)?;
    seconds(number(year)?, rest)
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u64::from(digit - b'0'))
    })
}

/// `rest` is month, day, hour, minute and second, two digits each, and `Z`.
fn seconds(year: u64, rest: &[u8]) -> Option<u64> {
    let digits: &[u8; 10] = rest.strip_suffix(b"Z")?.try_into().ok()?;
    let two = |at: usize| number(&digits[at..at + 2]);
    let (month, day) = (two(0)?, two(2)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + two(4)?) * 60 + two(6)?) * 60 + two(8)?)
}

/// For tests: a certificate that holds `public` and ends at `time`, `YYMMDDhhmmssZ`.
#[cfg(test)]
pub(super) fn made(time: &str, public: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let len = (content.len() as u16).to_be_bytes();
        [&[tag, 0x82, len[0], len[1]], content].concat()
    };
    let validity = [element(UTC_TIME, b"010203040506Z"), element(UTC_TIME, time.as_bytes())];
    let fields = [
        element(VERSION, &[INTEGER, 1, 2]),
        element(INTEGER, &[7]),
        element(SEQUENCE, b"algorithm"),
        element(SEQUENCE, b"issuer"),
        element(SEQUENCE, &validity.concat()),
        element(SEQUENCE, b"subject"),
        element(SEQUENCE, public),
    ];
    element(SEQUENCE, &[element(SEQUENCE, &fields.concat()), element(0x03, b"signature")].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        for (time, want) in [
            ("700101000000Z", Some(0)),
            ("000229235959Z", Some(951_868_799)),
            ("240301000000Z", Some(1_709_251_200)),
            ("491231235959Z", Some(2_524_607_999)),
            ("500101000000Z", None),
            ("991332000000Z", None),
            ("9912310000Z", None),
            ("99123100000xZ", None),
        ] {
            assert_eq!(not_after(&made(time, b"key")), want, "{time}");
        }
        let mut long = Der(&[GENERALIZED_TIME, 15, 0, 0]);
        assert_eq!(time(&mut long), None);
        let text = b"20501231235959Z";
        let whole = [&[GENERALIZED_TIME, 15], text.as_slice()].concat();
        assert_eq!(time(&mut Der(&whole)), Some(2_556_143_999));
    }

    #[test]
    fn what_is_cut_has_no_end() {
        let whole = made("240301000000Z", b"key");
        for len in 0..whole.len() {
            let _ = not_after(&whole[..len]);
        }
        assert_eq!(not_after(&whole[..20]), None);
        assert_eq!(not_after(b"words"), None);
    }
}
