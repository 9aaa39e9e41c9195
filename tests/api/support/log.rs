//! Listening to the log, as a machine reads it.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Hears what this thread logs from its making to its drop; tests run on one thread each.
pub struct Log {
    written: Written,
    _guard: DefaultGuard,
}

impl Log {
    /// Listens to what passes a filter, such as `warn,stackmotive=info`.
    pub fn listen(filter: &str) -> Self {
        super::keep_listening();
        let written = Written::default();
        let log = tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(filter));
        let guard = tracing::subscriber::set_default(log.with_writer(written.clone()).finish());
        Self { written, _guard: guard }
    }

    /// Everything heard so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines heard since the last time.
    pub fn take(&self) -> Vec<Value> {
        let bytes = std::mem::take(&mut *self.written.0.lock().unwrap());
        let lines = serde_json::Deserializer::from_slice(&bytes).into_iter();
        lines.collect::<Result<_, _>>().unwrap()
    }
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
