//! The types of this part, one file each.

pub mod account_portfolio;
pub mod figures;
pub mod health;
pub mod holding;
pub mod import_progress;
pub mod net_worth;
pub mod portfolio;
pub mod portfolio_snapshot;
pub mod position;
pub mod share;
pub mod sync_run;
pub mod value_history;

pub use account_portfolio::AccountPortfolio;
pub use figures::HoldingFigures;
pub use health::PortfolioHealth;
pub use holding::{AssetClass, Holding};
pub use import_progress::{ImportProgress, ImportStage};
pub use net_worth::UserWorth;
pub use portfolio::Portfolio;
pub use portfolio_snapshot::PortfolioSnapshot;
pub use position::{Position, SyncSource};
pub use share::HoldingShare;
pub use sync_run::{SyncRun, SyncStatus};
pub use value_history::ValueHistory;
