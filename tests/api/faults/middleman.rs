//! Somebody between the server and its database, who stops passing anything on, or goes away altogether.
//!
//! To the server that is a machine that vanished without a word, or one that died.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    sync::watch,
};

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Passing,
    /// Nothing is passed on and nothing is refused, as when a machine vanishes.
    Frozen,
    /// Every connection is cut and no new one is taken, as when PostgreSQL dies.
    Gone,
}

pub struct Middleman {
    mode: watch::Sender<Mode>,
    /// The server's way to the database, through here.
    pub url: SecretString,
    _folder: tempfile::TempDir,
}

impl Middleman {
    /// Stands before the database at this address, which is a socket in a folder.
    pub fn before(database: &SecretString) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut url = url::Url::parse(database.expose_secret()).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let real = pairs.iter().find(|(name, _)| name == "host").unwrap().1.clone();
        let here = folder.path().to_str().unwrap().to_owned();
        let others = pairs.into_iter().filter(|(name, _)| name != "host");
        url.query_pairs_mut().clear().append_pair("host", &here).extend_pairs(others);
        let (mode, seen) = watch::channel(Mode::Passing);
        let socket = |folder: &Path| folder.join(".s.PGSQL.5432");
        let path = socket(folder.path());
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(stand(listener, path, socket(&PathBuf::from(real)), seen));
        Self { mode, url: SecretString::from(url.to_string()), _folder: folder }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn stand(mut listener: UnixListener, path: PathBuf, real: PathBuf, mut mode: watch::Receiver<Mode>) {
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                tokio::spawn(serve(accepted.unwrap().0, real.clone(), mode.clone()));
            }
            gone = is(&mut mode, |mode| mode == Mode::Gone) => {
                if !gone {
                    return;
                }
                drop(listener);
                std::fs::remove_file(&path).unwrap();
                if !is(&mut mode, |mode| mode != Mode::Gone).await {
                    return;
                }
                listener = UnixListener::bind(&path).unwrap();
            }
        }
    }
}

async fn serve(client: UnixStream, real: PathBuf, mut mode: watch::Receiver<Mode>) {
    if !is(&mut mode, |mode| mode != Mode::Frozen).await {
        return;
    }
    let Ok(server) = UnixStream::connect(real).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = pass(from_client, to_server, mode.clone()) => {}
        () = pass(from_server, to_client, mode.clone()) => {}
        _ = is(&mut mode, |mode| mode == Mode::Gone) => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut mode: watch::Receiver<Mode>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if !is(&mut mode, |mode| mode != Mode::Frozen).await || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Waits for a mode; false when nobody will ever set one again.
async fn is(mode: &mut watch::Receiver<Mode>, wanted: impl Fn(Mode) -> bool) -> bool {
    mode.wait_for(|mode| wanted(*mode)).await.is_ok()
}
