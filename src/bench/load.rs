//! A load on this machine only: keep-alive connections, each sending one request after another for a bounded time.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What a load measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    pub per_second: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    /// Of one answer's body, in bytes.
    pub bytes: usize,
}

/// Asks for `path` over `connections` connections for `time`; each connection carries its own cookie.
///
/// # Errors
/// When a connection breaks or an answer is not 200: a measurement of errors is none.
pub async fn load(
    address: SocketAddr,
    path: &str,
    cookies: Arc<Vec<String>>,
    connections: usize,
    time: Duration,
) -> io::Result<Measured> {
    assert!(address.ip().is_loopback(), "a load is for this machine only");
    let started = Instant::now();
    let until = started + time;
    let workers: Vec<_> = (0..connections)
        .map(|worker| {
            let requests: Vec<Vec<u8>> = if cookies.is_empty() {
                vec![request(path, address, None)]
            } else {
                // Each connection goes through its own share of the people.
                cookies
                    .iter()
                    .skip(worker)
                    .step_by(connections)
                    .map(|cookie| request(path, address, Some(cookie)))
                    .collect()
            };
            tokio::spawn(one_connection(address, requests, until))
        })
        .collect();
    let mut times = Vec::new();
    let mut bytes = 0;
    for worker in workers {
        let (of_one, body) = worker.await.map_err(io::Error::other)??;
        times.extend(of_one);
        bytes = body;
    }
    let seconds = started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    Ok(Measured { per_second: times.len() as f64 / seconds, p50: at(0.50), p95: at(0.95), p99: at(0.99), bytes })
}

fn request(path: &str, address: SocketAddr, cookie: Option<&str>) -> Vec<u8> {
    let cookie = cookie.map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\n{cookie}\r\n").into_bytes()
}

async fn one_connection(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    until: Instant,
) -> io::Result<(Vec<Duration>, usize)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    let (mut times, mut bytes) = (Vec::new(), 0);
    for request in requests.iter().cycle() {
        let asked = Instant::now();
        if asked >= until {
            break;
        }
        stream.write_all(request).await?;
        bytes = read_answer(&mut stream, &mut buffer).await?;
        times.push(asked.elapsed());
    }
    Ok((times, bytes))
}

/// Reads one answer whole; the length of its body.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
        let Some(end) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end]).map_err(io::Error::other)?;
        if !head.starts_with("HTTP/1.1 200") {
            return Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned()));
        }
        let length: usize = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .ok_or_else(|| io::Error::other("an answer without a length"))?;
        let mut left = (end + 4 + length).saturating_sub(filled);
        while left > 0 {
            let most = left.min(buffer.len());
            let read = stream.read(&mut buffer[..most]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= read;
        }
        return Ok(length);
    }
}
