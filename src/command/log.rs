//! Starting the log, on standard error.

use stackmotive::config::{LogFormat, Settings};
use stackmotive::database::Failure;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts the log as the settings say.
///
/// # Errors
/// When the filter isn't one.
pub fn start(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        Failure::new(format!("STACKMOTIVE_LOG is no filter such as info or warn,stackmotive=debug: {error}."))
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
