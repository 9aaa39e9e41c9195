//! A server on a port of this machine, for what only a real client can try.

use std::net::SocketAddr;

use stackmotive::{config::Settings, http::listen, seed};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::Api;

/// A server that listens as the program does. It stops when it is dropped.
pub struct Server {
    /// What asks without a connection: this server, or another one on the same database.
    pub api: Api,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<usize>,
}

/// The demo account of a server that has one.
pub struct Demo {
    pub email: String,
    pub password: String,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_as(Settings::for_tests()).await
    }

    /// Two servers on one database: on this one people listen, and its `api` asks the other one.
    pub async fn two() -> Self {
        Self::beside_another(Api::start().await).await
    }

    /// The same, of a server that is there already.
    pub async fn beside_another(api: Api) -> Self {
        let other = api.beside().await;
        let mut server = Self::of(api).await;
        server.api = other;
        server
    }

    pub async fn start_as(settings: Settings) -> Self {
        Self::of(Api::start_as(settings, |_| ()).await).await
    }

    pub async fn start_with_demo() -> (Self, Demo) {
        let api = Api::start().await;
        let demo = seed::demo(&api.app.database, &api.app.keys).await.unwrap();
        (Self::of(api).await, Demo { email: demo.email, password: demo.password })
    }

    /// Serves what an `Api` answers.
    pub async fn of(api: Api) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (router, limits) = (api.router.clone(), api.app.settings.limits.clone());
        let (stop, stopped) = oneshot::channel();
        let drain = async {
            let _ = stopped.await;
        };
        let serving =
            tokio::spawn(async move { listen::serve(listener, router, &limits, drain, std::future::pending()).await });
        Self { api, address, stop: Some(stop), serving }
    }

    /// The server's address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Accepts no more, and returns when everything under way is finished.
    pub async fn drain(mut self) -> usize {
        drop(self.stop.take());
        (&mut self.serving).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
