//! One block of 512 bytes: what it says, and whether it is a header at all.

/// Bytes of a block.
pub(crate) const BLOCK: usize = 512;

/// A block whose checksum is right.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a>(&'a [u8]);

/// Whether `head` begins with a header: a checksum that is right, and a size that is a number.
pub(crate) fn is_header(head: &[u8]) -> bool {
    head.len() >= BLOCK && Header::parse(&head[..BLOCK]).is_some_and(|h| h.size().is_some())
}

impl<'a> Header<'a> {
    /// The header in a block, if it is one.
    pub(crate) fn parse(block: &'a [u8]) -> Option<Self> {
        let field = block.get(148..156).filter(|_| block.len() == BLOCK)?;
        // Text rarely has digits just there, so that nearly all of it is told apart without adding up.
        if field[0] != b' ' && !(b'0'..=b'7').contains(&field[0]) {
            return None;
        }
        let stated = octal(field)?;
        let blank = 8 * u64::from(b' ');
        let unsigned: u64 = sum(block, u64::from) - sum(field, u64::from) + blank;
        // Some old programs added up signed characters.
        let signed = |bytes| sum(bytes, |byte| i64::from(byte.cast_signed()).cast_unsigned());
        let old = signed(block).wrapping_sub(signed(field)).wrapping_add(blank);
        (stated == unsigned || stated == old).then_some(Self(block))
    }

    /// What kind of entry it is.
    pub(crate) fn kind(&self) -> u8 {
        self.0[156]
    }

    /// Bytes that follow; `None` for what is no number or negative.
    pub(crate) fn size(&self) -> Option<u64> {
        number(&self.0[124..136])
    }

    /// Seconds since 1970 of the last change.
    pub(crate) fn modified(&self) -> Option<i64> {
        i64::try_from(number(&self.0[136..148])?).ok()
    }

    /// The name, joined from the two fields that hold it.
    pub(crate) fn name(&self, into: &mut Vec<u8>) {
        into.clear();
        let prefix = text(&self.0[345..500]);
        if self.0[257..263] == *b"ustar\0" && !prefix.is_empty() {
            into.extend_from_slice(prefix);
            into.push(b'/');
        }
        into.extend_from_slice(text(&self.0[..100]));
    }

    /// What a link leads to.
    pub(crate) fn link(&self) -> &[u8] {
        text(&self.0[157..257])
    }

    /// The stretches of data of an old GNU sparse file, and whether more follow in the next block.
    pub(crate) fn sparse(&self) -> (Vec<(u64, u64)>, bool) {
        (stretches(&self.0[386..482]), self.0[482] != 0)
    }
}

/// The stretches in a block that continues those of a header, and whether yet more follow.
pub(crate) fn sparse_extension(block: &[u8]) -> (Vec<(u64, u64)>, bool) {
    (stretches(&block[..504]), block[504] != 0)
}

fn stretches(fields: &[u8]) -> Vec<(u64, u64)> {
    fields
        .chunks_exact(24)
        .map_while(|pair| {
            let (offset, len) = (number(&pair[..12])?, number(&pair[12..])?);
            (pair[12] != 0).then_some((offset, len))
        })
        .collect()
}

fn sum(bytes: &[u8], value: impl Fn(u8) -> u64) -> u64 {
    bytes.iter().fold(0_u64, |sum, &byte| sum.wrapping_add(value(byte)))
}

/// The bytes in front of the first NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|&byte| byte == 0).unwrap_or(field.len())]
}

/// Digits, or the binary form that GNU tar uses for what does not fit.
fn number(field: &[u8]) -> Option<u64> {
    match field[0] {
        first if first & 0x80 == 0 => octal(field),
        // Two's complement: negative ones begin with a set bit behind the mark.
        first if first & 0x40 != 0 => None,
        first => {
            let (high, low) = field.split_at(field.len() - 8);
            let fits = first == 0x80 && high[1..].iter().all(|&byte| byte == 0);
            let low = u64::from_be_bytes(low.try_into().ok()?);
            fits.then_some(low).filter(|&value| i64::try_from(value).is_ok())
        }
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_u64, |value, &digit| match digit {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   7 \0\0\0"), Some(7));
        assert_eq!(number(b"\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(number(b"-1234567"), None);
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"\x80\0\0\x01\0\0\0\0\0\0\0\0"), None);
        assert_eq!(number(b"\x80\0\0\0\xff\0\0\0\0\0\0\0"), None);
    }

    #[test]
    fn text_is_no_header() {
        assert!(!is_header(&[b'1'; BLOCK]));
        assert!(!is_header(&[0; BLOCK]));
        assert!(!is_header(b"short"));
    }
}
