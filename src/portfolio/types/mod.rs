//! The types of this part, one file each.

pub mod account_portfolio;
pub mod figures;
pub mod holding;
pub mod import_progress;
pub mod portfolio;
pub mod portfolio_snapshot;
pub mod position;
pub mod sync_run;

pub use account_portfolio::AccountPortfolio;
pub use figures::PortfolioFigures;
pub use holding::{AssetClass, Holding};
pub use import_progress::{ImportProgress, ImportStage};
pub use portfolio::Portfolio;
pub use portfolio_snapshot::PortfolioSnapshot;
pub use position::{Position, SyncSource};
pub use sync_run::{SyncRun, SyncStatus};
