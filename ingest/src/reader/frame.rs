//! Frames: four bytes of length, then that many bytes. The length is checked before memory is taken for it.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Writes a frame and waits until it is on its way.
pub async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length(bytes)?).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

/// Reads a frame of at most `most` bytes.
pub async fn receive(from: &mut (impl AsyncRead + Unpin), most: u32) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head).await?;
    let length = checked(head, most)?;
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes).await?;
    complete(bytes, length)
}

/// Writes a frame, blocking.
pub fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&length(bytes)?)?;
    to.write_all(bytes)?;
    to.flush()
}

/// Reads a frame of at most `most` bytes, blocking; `None` where the other side has closed.
pub fn read(from: &mut impl Read, most: u32) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; 4];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = checked(head, most)?;
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    complete(bytes, length).map(Some)
}

/// A value as the content of a frame.
pub fn encode(value: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

/// The content of a frame as a value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    postcard::from_bytes(bytes).map_err(io::Error::other)
}

fn length(bytes: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(bytes.len()).map(u32::to_le_bytes).map_err(io::Error::other)
}

fn checked(head: [u8; 4], most: u32) -> io::Result<u32> {
    let length = u32::from_le_bytes(head);
    if length > most {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the frame is longer than it may be",
        ));
    }
    Ok(length)
}

fn complete(bytes: Vec<u8>, length: u32) -> io::Result<Vec<u8>> {
    if bytes.len() == length as usize {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"hello").unwrap();
        assert_eq!(read(&mut pipe.as_slice(), 5).unwrap().unwrap(), b"hello");
        assert_eq!(read(&mut [].as_slice(), 5).unwrap(), None);
    }

    #[test]
    fn too_long_and_cut_frames_are_errors() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"hello").unwrap();
        assert!(read(&mut pipe.as_slice(), 4).is_err());
        assert!(read(&mut &pipe[..7], 5).is_err());
        assert!(read(&mut u32::MAX.to_le_bytes().as_slice(), 1 << 20).is_err());
    }
}
