//! The program on one folder and one port, started again and again.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use serde_json::json;

use super::client::{Client, head};
use crate::process::{Server, folder, program_with};

/// A server that is started again and again on the same data and port, with somebody signed in.
pub struct Place {
    _folder: tempfile::TempDir,
    pub data: PathBuf,
    pub address: SocketAddr,
    pub token: String,
}

impl Place {
    pub async fn make() -> (Self, Server) {
        let folder = folder();
        let data = folder.path().join("data");
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut place = Self { _folder: folder, data, address, token: String::new() };
        let server = place.start();
        let said = |label: &str| {
            let line = server.said.iter().find_map(|line| line.trim().strip_prefix(label));
            line.unwrap_or_else(|| panic!("no {label} in {:?}", server.said)).trim().to_owned()
        };
        let query = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }";
        let input = json!({ "email": said("e-mail"), "password": said("password") });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let mut client = Client::connect(address).await;
        client.send(&format!("{}{body}", head(body.len(), "none"))).await;
        let answer = client.answer().await.expect("an answer").json();
        place.token =
            answer["data"]["signIn"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned();
        (place, server)
    }

    pub fn start(&self) -> Server {
        let mut command = program_with(&self.data);
        command.env("STACKMOTIVE_LISTEN", self.address.to_string());
        // What the writers do is counted, but never too much.
        command.env("STACKMOTIVE_BUDGET_PERCENT", "100000").env("STACKMOTIVE_LOG", "error");
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        command.stderr(log);
        Server::start(&mut command)
    }

    /// What the servers said of faults of their own.
    pub fn internal_errors(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains("internal error")).take(5).map(str::to_owned).collect()
    }

    fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }
}
