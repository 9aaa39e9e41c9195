//! The types of this part, one file each.

pub mod item;
pub mod share;
pub mod watchlist;

pub use item::WatchlistItem;
pub use share::WatchlistShare;
pub use watchlist::Watchlist;
