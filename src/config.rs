//! Everything that can be set, in one struct: the only reader of the environment.

#![allow(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]

mod limits;

use std::env;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ipnetwork::IpNetwork;
use nix::unistd::Uid;
use secrecy::SecretString;

pub use limits::Limits;

/// Where the server listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8000";
/// What is logged unless told otherwise: our own news, and the warnings of the libraries,
/// but not each attempt to fetch something.
const LOG: &str = "warn,reqwest_retry=error,stackmotive=info";
/// Connections to the database, at most.
const POOL_SIZE: u32 = 16;
/// A statement that takes longer is logged, in milliseconds.
const SLOW_STATEMENT_MS: u64 = 100;
/// A statement that takes longer is ended, in milliseconds.
const STATEMENT_TIMEOUT_MS: u64 = 15_000;
/// The budgets of the table as they are.
const BUDGET_PERCENT: u32 = 100;
/// Tests ask more in a second than a person in an hour; those that are about budgets set their own.
const TEST_BUDGET_PERCENT: u32 = 10_000;

/// The keys of tests: two, so that a value can be sealed with either.
const TEST_KEYS: &str =
    "test-1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=,test-2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

/// The settings of one process, from its command line and, where that is silent, from its environment.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// PostgreSQL to work with, as postgres://USER:PASSWORD@HOST:5432/DATABASE.
    /// Without it the server keeps an embedded PostgreSQL in its data folder
    #[arg(
        long, global = true, env = "DATABASE_URL", hide_env_values = true,
        value_name = "URL", value_parser = secret, help_heading = "Database"
    )]
    pub database_url: Option<SecretString>,

    /// The same database as the role that owns its tables, for migrations [default: the database URL]
    #[arg(
        long, global = true, env = "ADMIN_DATABASE_URL", hide_env_values = true,
        value_name = "URL", value_parser = secret, help_heading = "Database"
    )]
    pub admin_database_url: Option<SecretString>,

    /// Folder of the embedded PostgreSQL
    /// [default: /var/lib/stackmotive for root, ~/.local/share/stackmotive for others]
    #[arg(long, global = true, env = "STACKMOTIVE_DATA_DIR", value_name = "FOLDER", help_heading = "Database")]
    pub data_dir: Option<PathBuf>,

    /// File with the keys that seal passwords and personal data, readable by its owner alone
    /// [default: for the embedded PostgreSQL one that is made in its data folder]
    #[arg(long, global = true, env = "STACKMOTIVE_KEYS_FILE", value_name = "FILE", help_heading = "Database")]
    pub keys_file: Option<PathBuf>,

    /// The keys themselves instead of a file, as ID:BASE64 separated by commas; the first one seals.
    /// Set the variable: other users of the machine can see options
    #[arg(
        long, global = true, env = "STACKMOTIVE_KEYS", hide_env_values = true, hide_short_help = true,
        value_name = "KEYS", value_parser = secret, help_heading = "Database"
    )]
    pub keys: Option<SecretString>,

    /// Folder that holds PostgreSQL's `initdb` and `postgres` [default: found, or else fetched once]
    #[arg(long, global = true, env = "STACKMOTIVE_POSTGRES_BIN", value_name = "FOLDER", help_heading = "Database")]
    pub postgres_bin: Option<PathBuf>,

    /// Whether PostgreSQL may be fetched from the internet where the machine has none
    #[arg(
        long, global = true, env = "STACKMOTIVE_POSTGRES_FETCH", hide_short_help = true, value_name = "BOOL", default_value_t = true,
        action = clap::ArgAction::Set, help_heading = "Database"
    )]
    pub postgres_fetch: bool,

    /// Connections to the database, at most
    #[arg(
        long, global = true, env = "STACKMOTIVE_POOL_SIZE", hide_short_help = true, value_name = "COUNT", default_value_t = POOL_SIZE,
        value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Database"
    )]
    pub pool_size: u32,

    /// Statements that take longer than this many milliseconds are logged
    #[arg(
        long, global = true, env = "STACKMOTIVE_SLOW_STATEMENT_MS", hide_short_help = true, value_name = "MS",
        default_value_t = SLOW_STATEMENT_MS, help_heading = "Database"
    )]
    pub slow_statement_ms: u64,

    /// Statements that take longer than this many milliseconds are ended; 0 lets them run
    #[arg(
        long, global = true, env = "STACKMOTIVE_STATEMENT_TIMEOUT_MS", hide_short_help = true, value_name = "MS",
        default_value_t = STATEMENT_TIMEOUT_MS, help_heading = "Database",
        value_parser = clap::value_parser!(u64).range(0..=i32::MAX as u64)
    )]
    pub statement_timeout_ms: u64,

    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long, global = true, env = "STACKMOTIVE_LISTEN", value_name = "ADDRESS", default_value = LISTEN,
        help_heading = "Server"
    )]
    pub listen: String,

    /// Web pages that may call the API from a browser, as https://app.example.com, separated by commas
    #[allow(rustdoc::bare_urls, reason = "the comment is the help of the command line, where no brackets belong")]
    #[arg(
        long, global = true, env = "STACKMOTIVE_CORS_ORIGINS", value_name = "ORIGINS", value_delimiter = ',',
        value_parser = origin, help_heading = "Server"
    )]
    pub cors_origins: Vec<String>,

    /// For a server that is reached by HTTPS alone: for how many seconds browsers shall insist on that; 0 says nothing
    #[arg(
        long,
        global = true,
        env = "STACKMOTIVE_HSTS_MAX_AGE",
        hide_short_help = true,
        value_name = "SECONDS",
        default_value_t = 0,
        help_heading = "Server"
    )]
    pub hsts_max_age: u64,

    /// Budgets of cost in percent of the table in docs/cost.md: 200 doubles them
    #[arg(
        long, global = true, env = "STACKMOTIVE_BUDGET_PERCENT", hide_short_help = true, value_name = "PERCENT",
        default_value_t = BUDGET_PERCENT, help_heading = "Server",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub budget_percent: u32,

    /// Networks of the proxies in front of the server, as 10.0.0.0/8, separated by commas.
    /// Only they are believed when they say for whom they ask
    #[arg(
        long, global = true, env = "STACKMOTIVE_TRUSTED_PROXIES", hide_short_help = true, value_name = "NETWORKS",
        value_delimiter = ',', value_parser = network, help_heading = "Server"
    )]
    pub trusted_proxies: Vec<IpNetwork>,

    /// The header in which those proxies write it; the other one is whatever the client sent
    #[arg(
        long, global = true, env = "STACKMOTIVE_PROXY_HEADER", hide_short_help = true, value_name = "HEADER",
        value_enum, default_value_t = ProxyHeader::XForwardedFor, help_heading = "Server"
    )]
    pub proxy_header: ProxyHeader,
    /// Address of the app's pages, as https://app.example.com, to which links in messages lead
    #[allow(rustdoc::bare_urls, reason = "the comment is the help of the command line, where no brackets belong")]
    #[arg(
        long, global = true, env = "STACKMOTIVE_PUBLIC_URL", hide_short_help = true, value_name = "URL",
        value_parser = page, help_heading = "Mail"
    )]
    pub public_url: Option<String>,

    /// Mail server, as smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587?tls=required
    #[arg(
        long, global = true, env = "STACKMOTIVE_SMTP_URL", hide_env_values = true, hide_short_help = true,
        value_name = "URL", value_parser = secret, help_heading = "Mail"
    )]
    pub smtp_url: Option<SecretString>,

    /// Address that messages come from, as no-reply@example.com or "StackMotive <no-reply@example.com>"
    #[arg(
        long,
        global = true,
        env = "STACKMOTIVE_MAIL_FROM",
        hide_short_help = true,
        value_name = "ADDRESS",
        help_heading = "Mail"
    )]
    pub mail_from: Option<String>,

    /// Where messages go [default: smtp with a mail server, else log with the embedded PostgreSQL, else off]
    #[arg(
        long,
        global = true,
        env = "STACKMOTIVE_MAIL",
        hide_short_help = true,
        value_name = "WAY",
        value_enum,
        help_heading = "Mail"
    )]
    pub mail: Option<MailDelivery>,

    /// What is logged, as a level or a list such as warn,stackmotive=debug
    #[arg(
        long, global = true, env = "STACKMOTIVE_LOG", value_name = "FILTER", default_value = LOG,
        help_heading = "Server"
    )]
    pub log: String,

    /// How it is logged, on standard error
    #[arg(
        long, global = true, env = "STACKMOTIVE_LOG_FORMAT", hide_short_help = true, value_name = "FORMAT", value_enum,
        default_value_t = LogFormat::Text, help_heading = "Server"
    )]
    pub log_format: LogFormat,

    /// What clients may take, and how long.
    #[command(flatten)]
    pub limits: Limits,
}

/// Where a proxy writes the address of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`, as most do.
    XForwardedFor,
    /// `Forwarded`, as RFC 7239 has it.
    Forwarded,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// One JSON object a line, for a machine.
    Json,
}

/// Where messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MailDelivery {
    /// To the mail server.
    Smtp,
    /// To the log, with their tokens: for development.
    Log,
    /// Nowhere.
    Off,
}

impl Settings {
    /// The defaults, whatever the environment says, with a free port and a pool that leaves room for other tests.
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            database_url: None,
            admin_database_url: None,
            data_dir: None,
            keys_file: None,
            keys: Some(SecretString::from(TEST_KEYS)),
            postgres_bin: None,
            postgres_fetch: true,
            pool_size: 4,
            slow_statement_ms: SLOW_STATEMENT_MS,
            statement_timeout_ms: STATEMENT_TIMEOUT_MS,
            listen: String::from("127.0.0.1:0"),
            cors_origins: Vec::new(),
            hsts_max_age: 0,
            budget_percent: TEST_BUDGET_PERCENT,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::XForwardedFor,
            public_url: None,
            smtp_url: None,
            mail_from: None,
            mail: Some(MailDelivery::Off),
            log: String::from("warn"),
            log_format: LogFormat::Text,
            limits: Limits::for_tests(),
        }
    }

    /// The folder of the embedded PostgreSQL: as set, or the account's usual one.
    /// None when nothing is set and the account has no home.
    #[must_use]
    pub fn data_folder(&self) -> Option<PathBuf> {
        if self.data_dir.is_some() {
            return self.data_dir.clone();
        }
        if Uid::effective().is_root() {
            return Some(PathBuf::from("/var/lib/stackmotive"));
        }
        let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))?;
        Some(data.join("stackmotive"))
    }
}

/// The folders in which the shell would look for a program, in its order.
#[must_use]
pub fn search_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// The folder for files that may be gone tomorrow.
#[must_use]
pub fn temporary_folder() -> PathBuf {
    env::temp_dir()
}

/// Takes the text as it is. What is wrong with an address is said when it is used,
/// because clap would repeat it with its password.
fn secret(text: &str) -> Result<SecretString, String> {
    Ok(SecretString::from(text))
}

/// A network, or a single address.
fn network(text: &str) -> Result<IpNetwork, String> {
    text.trim().parse().map_err(|_| String::from("write it as a network or an address, such as 10.0.0.0/8"))
}

/// A page's origin: scheme, host and perhaps port, exactly as a browser sends it.
fn origin(text: &str) -> Result<String, String> {
    let fault = || String::from("write it as scheme and host, such as https://app.example.com");
    let address = url::Url::parse(text.trim()).map_err(|_| fault())?;
    let plain = address.origin().ascii_serialization();
    let is_web = matches!(address.scheme(), "http" | "https");
    let is_bare = text.trim().trim_end_matches('/').eq_ignore_ascii_case(&plain);
    if is_web && is_bare { Ok(plain) } else { Err(fault()) }
}

/// The address of a page, without a slash at the end, so that a path can follow.
fn page(text: &str) -> Result<String, String> {
    let fault = || String::from("write it as an address of the web, such as https://app.example.com");
    let address = url::Url::parse(text.trim()).map_err(|_| fault())?;
    let is_plain = address.username().is_empty() && address.query().is_none() && address.fragment().is_none();
    let is_web = matches!(address.scheme(), "http" | "https") && address.has_host();
    if is_web && is_plain { Ok(address.as_str().trim_end_matches('/').to_owned()) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::{Settings, origin, page};
    use clap::{Args, Command, FromArgMatches};
    use std::path::PathBuf;

    fn read(words: &[&str]) -> Result<Settings, clap::Error> {
        let command = Settings::augment_args(Command::new("test"));
        let matches = command.try_get_matches_from([&["test"], words].concat())?;
        Settings::from_arg_matches(&matches)
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert_eq!(origin("https://App.example.com/").as_deref(), Ok("https://app.example.com"));
        assert_eq!(origin("http://localhost:5173").as_deref(), Ok("http://localhost:5173"));
        for wrong in ["", "*", "app.example.com", "https://a.example/path", "file:///tmp", "https://u:p@a.example"] {
            assert!(origin(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn links_begin_with_a_page_of_the_web() {
        assert_eq!(page("https://app.example.com/").as_deref(), Ok("https://app.example.com"));
        assert_eq!(page("http://localhost:5173/app/").as_deref(), Ok("http://localhost:5173/app"));
        for wrong in [
            "",
            "app.example.com",
            "mailto:a@example.com",
            "https://a.example/?q",
            "https://u:p@a.example",
            "https://a.example/#x",
        ] {
            assert!(page(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_password_is_shown_by_nothing() {
        let urls =
            ["--database-url", "postgres://me:hunter2@localhost/x", "--smtp-url", "smtps://me:hunter2@localhost"];
        let settings = read(&urls).expect("read");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn lists_are_separated_by_commas_and_the_pool_is_never_empty() {
        let settings = read(&["--cors-origins", "https://a.example,https://b.example"]).expect("read");
        assert_eq!(settings.cors_origins, ["https://a.example", "https://b.example"]);
        assert!(read(&["--pool-size", "0"]).is_err());
    }

    #[test]
    fn the_folder_that_is_set_is_the_folder_that_is_used() {
        let settings = read(&["--data-dir", "/somewhere"]).expect("read");
        assert_eq!(settings.data_folder(), Some(PathBuf::from("/somewhere")));
    }
}
