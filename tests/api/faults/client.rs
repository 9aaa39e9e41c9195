//! A client that speaks HTTP by hand, and so can be as slow and as rude as no library would be.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

/// Far beyond every limit of these tests: who waits longer waits in vain.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Client {
    pub stream: TcpStream,
    /// What was read and belongs to the next answer.
    rest: Vec<u8>,
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}{}", self.head, self.body))
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        Self { stream, rest: Vec::new() }
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads one answer, whose length it tells; None when the server closed the connection instead.
    pub async fn answer(&mut self) -> Option<Reply> {
        timeout(PATIENCE, self.read_answer()).await.expect("an answer, or the connection's end")
    }

    /// How long the server takes to close the connection without another word.
    pub async fn closed(&mut self) -> Duration {
        let begun = Instant::now();
        assert!(self.answer().await.is_none(), "an answer instead of the end");
        begun.elapsed()
    }

    async fn read_answer(&mut self) -> Option<Reply> {
        let head_length = loop {
            if let Some(at) = self.rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8(self.rest.drain(..head_length).collect()).unwrap();
        let told = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok();
        let length: usize = head.lines().find_map(told).unwrap_or_default();
        while self.rest.len() < length {
            self.more().await?;
        }
        let body = String::from_utf8(self.rest.drain(..length).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(Reply { status, head, body })
    }

    async fn more(&mut self) -> Option<()> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes).await {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                self.rest.extend_from_slice(&bytes[..count]);
                Some(())
            }
        }
    }
}

/// The head of a POST to /graphql with a body of this length.
pub fn head(length: usize, token: &str) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// A whole request for this document.
pub fn request(query: &str, token: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    format!("{}{body}", head(body.len(), token))
}
