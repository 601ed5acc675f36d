//! Asking clamd whether a document has a virus in it (clamd(8), INSTREAM).

use std::{path::PathBuf, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

const CONNECT: Duration = Duration::from_secs(3);
/// For everything else: clamd may be busy with others.
const ANSWER: Duration = Duration::from_secs(20);
const CHUNK: usize = 64 * 1024;
/// More than any answer.
const LONGEST_ANSWER: u64 = 4096;

/// Where clamd listens: `tcp:HOST:PORT` or `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum Scanner {
    Tcp(String),
    Unix(PathBuf),
}

impl TryFrom<String> for Scanner {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("tcp", address)) if address.contains(':') => Ok(Self::Tcp(address.to_owned())),
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            _ => Err(format!("{text:?} is not as in \"tcp:127.0.0.1:3310\" or \"unix:/run/clamav/clamd.ctl\"")),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Virus,
}

impl Scanner {
    /// # Errors
    /// When clamd does not answer, or says anything but a verdict: then nothing is known about the document.
    pub async fn scan(&self, bytes: &[u8]) -> std::io::Result<Verdict> {
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        match self {
            Self::Tcp(address) => {
                let stream = timeout(CONNECT, TcpStream::connect(address)).await.map_err(late)??;
                timeout(ANSWER, converse(stream, bytes)).await.map_err(late)?
            }
            Self::Unix(path) => {
                let stream = timeout(CONNECT, UnixStream::connect(path)).await.map_err(late)??;
                timeout(ANSWER, converse(stream, bytes)).await.map_err(late)?
            }
        }
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> std::io::Result<Verdict> {
    stream.write_all(b"zINSTREAM\0").await?;
    for chunk in bytes.chunks(CHUNK) {
        stream.write_u32(chunk.len() as u32).await?;
        stream.write_all(chunk).await?;
    }
    stream.write_u32(0).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    match answer.trim_end_matches(['\0', '\n']) {
        "stream: OK" => Ok(Verdict::Clean),
        found if found.starts_with("stream: ") && found.ends_with(" FOUND") => Ok(Verdict::Virus),
        other => Err(std::io::Error::other(format!("clamd says {other:?}"))),
    }
}
