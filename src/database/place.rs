//! Where the database is: a server of the person's own, or the embedded PostgreSQL.

use std::time::Duration;

use secrecy::SecretString;

use super::embedded::{Cluster, Options};
use super::failure::Failure;
use super::migrate;
use crate::config::Settings;

/// The database's name inside the embedded cluster.
const EMBEDDED_DATABASE: &str = "stackmotive";

/// A database that is up, with its two addresses.
pub struct Place {
    admin_url: SecretString,
    app_url: SecretString,
    cluster: Option<Cluster>,
}

impl Place {
    /// Whether the settings name a database of the person's own.
    #[must_use]
    pub fn is_own(settings: &Settings) -> bool {
        Self::own(settings).is_some()
    }

    /// For the server: the database of the settings, or an embedded PostgreSQL that belongs to this process alone.
    ///
    /// # Errors
    /// When the embedded PostgreSQL can't be started, or another process has it.
    pub async fn open_alone(settings: &Settings) -> Result<Self, Failure> {
        if let Some(own) = Self::own(settings) {
            return Ok(own);
        }
        Self::embedded(Cluster::start(Options::from_settings(settings)?).await?).await
    }

    /// For the other commands: the same, but the embedded PostgreSQL of a running server is used with it.
    ///
    /// # Errors
    /// When the embedded PostgreSQL can be neither started nor joined.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        if let Some(own) = Self::own(settings) {
            return Ok(own);
        }
        Self::embedded(Cluster::start_or_join(Options::from_settings(settings)?).await?).await
    }

    /// Address as the role that owns the tables.
    #[must_use]
    pub fn admin_url(&self) -> &SecretString {
        &self.admin_url
    }

    /// Address for the server's work.
    #[must_use]
    pub fn app_url(&self) -> &SecretString {
        &self.app_url
    }

    /// The embedded cluster; None for a database of the person's own.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Brings the database up to date, and returns the names of the migrations that it got.
    ///
    /// # Errors
    /// When the database can't be reached or migrated.
    pub async fn migrate(&self) -> Result<Vec<String>, Failure> {
        let applied = migrate::up(&self.admin_url, None).await?;
        if let Some(cluster) = &self.cluster {
            cluster.admit_application().await?;
        }
        Ok(applied)
    }

    /// The same for an embedded database, which nobody else brings up to date.
    /// A database of the person's own is left as it is.
    ///
    /// # Errors
    /// When the embedded database can't be migrated.
    pub async fn prepare(&self) -> Result<Vec<String>, Failure> {
        if self.cluster.is_some() { self.migrate().await } else { Ok(Vec::new()) }
    }

    /// Whether this is an embedded database that holds no user yet. One of the person's own never is.
    ///
    /// # Errors
    /// When the embedded database takes no connection, or isn't migrated.
    pub async fn is_fresh(&self) -> Result<bool, Failure> {
        match &self.cluster {
            Some(cluster) => cluster.has_no_users(EMBEDDED_DATABASE).await,
            None => Ok(false),
        }
    }

    /// Stops the embedded PostgreSQL where this process started it.
    pub async fn stop(self) {
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }

    /// The same, where PostgreSQL gets only this long to write everything.
    pub async fn stop_within(self, patience: Duration) {
        if let Some(cluster) = self.cluster {
            cluster.stop_within(patience).await;
        }
    }

    fn own(settings: &Settings) -> Option<Self> {
        use secrecy::ExposeSecret;
        // An empty variable is one that somebody meant to leave unset.
        let is_set = |url: &&SecretString| !url.expose_secret().trim().is_empty();
        let app_url = settings.database_url.as_ref().filter(is_set)?.clone();
        let admin_url = settings.admin_database_url.as_ref().filter(is_set).unwrap_or(&app_url).clone();
        Some(Self { admin_url, app_url, cluster: None })
    }

    async fn embedded(cluster: Cluster) -> Result<Self, Failure> {
        let made = cluster.create_database(EMBEDDED_DATABASE).await;
        if let Err(failure) = made {
            cluster.stop().await;
            return Err(failure);
        }
        Ok(Self {
            admin_url: cluster.admin_url(EMBEDDED_DATABASE),
            app_url: cluster.app_url(EMBEDDED_DATABASE),
            cluster: Some(cluster),
        })
    }
}
