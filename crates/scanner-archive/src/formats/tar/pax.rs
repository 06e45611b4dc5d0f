//! Extended headers: records `length key=value\n`, of which the few that decide how an entry is read are kept.

use super::sparse::Stretches;

/// What extended headers say of the entry behind them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Extended {
    pub(crate) path: Option<Vec<u8>>,
    /// What a link leads to.
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) modified: Option<i64>,
    /// Where the data of a sparse file belong, versions 0.0 and 0.1.
    pub(crate) sparse: Stretches,
    /// Version 1.0: the list stands in front of the data.
    pub(crate) sparse_in_data: bool,
}

impl Extended {
    /// Takes over what the records say; `false` where they are malformed, and what stood in front is kept.
    pub(crate) fn read(&mut self, mut records: &[u8]) -> bool {
        let (mut offset, mut major) = (None, false);
        while !records.is_empty() && records[0] != 0 {
            let Some((record, rest)) = split(records) else { return false };
            records = rest;
            let Some(equals) = record.iter().position(|&byte| byte == b'=') else { return false };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" if self.path.is_none() => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"size" => match decimal(value) {
                    Some(size) if i64::try_from(size).is_ok() => self.size = Some(size),
                    _ => return false,
                },
                b"mtime" => self.modified = seconds(value),
                b"GNU.sparse.major" => major = value == b"1",
                b"GNU.sparse.offset" => offset = decimal(value),
                b"GNU.sparse.numbytes" => {
                    let (Some(offset), Some(len)) = (offset.take(), decimal(value)) else {
                        return false;
                    };
                    self.sparse.push(offset, len);
                }
                b"GNU.sparse.map" => {
                    let mut numbers = value.split(|&byte| byte == b',').map(decimal);
                    while let (Some(Some(offset)), Some(Some(len))) =
                        (numbers.next(), numbers.next())
                    {
                        self.sparse.push(offset, len);
                    }
                }
                _ => {}
            }
        }
        self.sparse_in_data |= major;
        true
    }
}

/// The first record without its length and line end, and what follows it.
fn split(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = records.iter().take(20).position(|&byte| byte == b' ')?;
    let len = usize::try_from(decimal(&records[..space])?).ok()?;
    let record = records.get(space + 1..len)?.strip_suffix(b"\n")?;
    Some((record, &records[len..]))
}

/// A number without sign.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn seconds(value: &[u8]) -> Option<i64> {
    let whole = value.split(|&byte| byte == b'.').next()?;
    i64::try_from(decimal(whole)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records() {
        let mut extended = Extended::default();
        assert!(extended.read(b"18 path=some/name\n11 size=77\n20 mtime=123456.789\n\0\0"));
        assert_eq!(extended.path.as_deref(), Some(&b"some/name"[..]));
        assert_eq!((extended.size, extended.modified), (Some(77), Some(123_456)));
    }

    #[test]
    fn malformed_records_keep_what_stood_in_front() {
        let cases: [&[u8]; 6] = [
            b"18 path=some/name\n99 size=77\n",
            b"18 path=some/name\n11 size=-7\n",
            b"18 path=some/name\n0 a=b\n",
            b"18 path=some/name\n99999999999999999999 a=b\n",
            b"18 path=some/name\n5 ab\n",
            b"18 path=some/name\n31 size=9999999999999999999999\n",
        ];
        for records in cases {
            let mut extended = Extended::default();
            assert!(!extended.read(records), "{}", records.escape_ascii());
            assert_eq!(extended.path.as_deref(), Some(&b"some/name"[..]));
            assert_eq!(extended.size, None);
        }
    }

    #[test]
    fn maps_of_sparse_files() {
        let mut extended = Extended::default();
        assert!(extended.read(b"30 GNU.sparse.map=0,10,4096,5\n"));
        assert_eq!(extended.sparse.as_slice(), [(0, 10), (4096, 5)]);
        let mut extended = Extended::default();
        assert!(extended.read(b"23 GNU.sparse.offset=8\n25 GNU.sparse.numbytes=2\n"));
        assert_eq!(extended.sparse.as_slice(), [(8, 2)]);
    }
}
