//! A server on a port of this machine, for what only a real client can try.

use std::net::SocketAddr;

use stackmotive::seed;
use tokio::{net::TcpListener, task::JoinHandle};

use super::Api;

/// A server with the demo account. It stops when it is dropped.
pub struct Server {
    /// Its address, without a slash at the end.
    pub url: String,
    pub email: String,
    pub password: String,
    serving: JoinHandle<()>,
    _api: Api,
}

impl Server {
    pub async fn start_with_demo() -> Self {
        let api = Api::start().await;
        let demo = seed::demo(&api.app.database).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = api.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { url, email: demo.email, password: demo.password, serving, _api: api }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
