//! An answer of HTTP/1.1, as far as it came.

use crate::Failure;

/// The longest answer, headers included.
const MAX_ANSWER: usize = 1 << 20;

/// The body of a successful answer, once all of it is there.
pub(crate) fn whole(answer: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let Some(head) = find(answer, b"\r\n\r\n") else {
        return if answer.len() < MAX_ANSWER { Ok(None) } else { Err("an answer is too long".into()) };
    };
    let (head, body) = answer.split_at(head + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let field =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let whole = match (field("content-length"), field("transfer-encoding")) {
        (Some(length), _) => {
            let length: usize = length.parse()?;
            body.get(..length).map(<[u8]>::to_vec)
        }
        (None, Some("chunked")) => joined(body)?,
        // Nothing follows (RFC 9110, section 15.3.5).
        (None, None) if head.starts_with("http/1.1 204") => Some(Vec::new()),
        (None, _) => return Err("an answer does not say how long it is".into()),
    };
    match whole {
        None if answer.len() >= MAX_ANSWER => Err("an answer is too long".into()),
        Some(body) if !head.starts_with("http/1.1 2") => {
            Err(format!("an answer is no success: {head}{}", String::from_utf8_lossy(&body)).into())
        }
        whole => Ok(whole),
    }
}

/// Chunks, joined once the last is there (RFC 9112, section 7.1).
fn joined(mut body: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let mut joined = Vec::new();
    loop {
        let Some(line) = find(body, b"\r\n") else { return Ok(None) };
        let (size, rest) = body.split_at(line);
        let size = usize::from_str_radix(std::str::from_utf8(size)?.trim(), 16)?;
        let Some((chunk, rest)) = rest.get(2..).and_then(|rest| rest.split_at_checked(size + 2)) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(joined));
        }
        joined.extend_from_slice(chunk.get(..size).unwrap_or_default());
        body = rest;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_body_is_there_with_its_last_byte() {
        let by_length: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        let by_chunks: &[u8] =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
        for answer in [by_length, by_chunks] {
            assert_eq!(whole(answer).unwrap().as_deref(), Some(&b"hello"[..]));
            for length in 0..answer.len() {
                assert_eq!(whole(&answer[..length]).unwrap(), None, "{length}");
            }
        }
        assert!(whole(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n").is_err());
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
