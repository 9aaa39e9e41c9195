//! Where a database is, read once, and shown without its password.

use std::fmt;

use sea_orm::sqlx::postgres::PgConnectOptions;
use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;

/// The address of one database, with the setting that it came from.
#[derive(Clone)]
pub struct Address {
    options: PgConnectOptions,
    variable: &'static str,
}

impl Address {
    /// Reads a URL; `variable` is what a person would correct.
    ///
    /// # Errors
    /// When the text is no PostgreSQL address. The text isn't repeated, since it may hold a password.
    pub fn read(url: &SecretString, variable: &'static str) -> Result<Self, Failure> {
        let fault =
            || Failure::new(format!("{variable} is not an address like postgres://USER:PASSWORD@HOST:5432/DATABASE."));
        let parsed = url::Url::parse(url.expose_secret()).map_err(|_| fault())?;
        if !matches!(parsed.scheme(), "postgres" | "postgresql") {
            return Err(fault());
        }
        let options = url.expose_secret().parse().map_err(|_| fault())?;
        Ok(Self { options, variable })
    }

    /// What sqlx connects with.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The setting that a person would correct.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// The role that signs in.
    #[must_use]
    pub fn user(&self) -> &str {
        self.options.get_username()
    }

    /// The name of the database; PostgreSQL takes the role's name where none is given.
    #[must_use]
    pub fn database(&self) -> &str {
        self.options.get_database().unwrap_or_else(|| self.user())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.options.get_socket() {
            Some(folder) => write!(formatter, "{}", folder.display()),
            None => write!(formatter, "{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use secrecy::SecretString;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let url = SecretString::from("postgres://me:hunter2@db.example:6000/shop");
        let address = Address::read(&url, "DATABASE_URL").expect("an address");
        assert_eq!(address.to_string(), "db.example:6000");
        assert_eq!((address.user(), address.database()), ("me", "shop"));
    }

    #[test]
    fn a_wrong_address_is_refused_without_being_repeated() {
        for wrong in ["", "mysql://me:hunter2@host/x", "me:hunter2@host", "postgres://me:hunter2@host:99999999/x"] {
            let failure = Address::read(&SecretString::from(wrong), "DATABASE_URL").err().expect(wrong);
            assert!(failure.to_string().starts_with("DATABASE_URL is not"), "{failure}");
            assert!(!failure.to_string().contains("hunter2"));
        }
    }
}
