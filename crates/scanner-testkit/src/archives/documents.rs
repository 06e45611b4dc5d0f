//! Office documents and PDF, as little of them as makes them such.

use super::{Zip, zlib};

/// A text document whose runs are these pieces, all in one paragraph.
pub fn docx(runs: &[&str]) -> Vec<u8> {
    let (before, after) =
        ("<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">", "</w:t></w:r>");
    let runs = [before, &runs.join(&[after, before].concat()), after].concat();
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document><w:body><w:p><w:r><w:t>Notes</w:t></w:r></w:p>\
         <w:p>{runs}</w:p></w:body></w:document>"
    );
    Zip::new()
        .file("[Content_Types].xml", b"<Types/>")
        .file("word/document.xml", xml.as_bytes())
        .finish()
}

/// A workbook with these shared strings.
pub fn xlsx(strings: &[&str]) -> Vec<u8> {
    let items = ["<si><t>", &strings.join("</t></si><si><t>"), "</t></si>"].concat();
    Zip::new()
        .file("[Content_Types].xml", b"<Types/>")
        .file("xl/sharedStrings.xml", format!("<sst>{items}</sst>").as_bytes())
        .finish()
}

/// A document of one page whose operators are deflated.
pub fn pdf(operators: &str) -> Vec<u8> {
    let packed = zlib(operators.as_bytes());
    let mut out = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n".to_vec();
    let head = format!("7 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\r\n", packed.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&packed);
    out.extend_from_slice(b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n");
    out
}
