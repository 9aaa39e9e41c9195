//! Lists of symbols to watch, alone, shared or in public.
//!
//! Tables: watchlists, watchlist_items, watchlist_shares.

pub mod mutations;
pub mod queries;
mod store;
pub mod types;
