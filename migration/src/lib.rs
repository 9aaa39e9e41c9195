//! The ordered steps that make the database, each in one transaction.
//!
//! A step is a folder of SQL: `up.sql` makes it, `down.sql` takes it back, and a further file holds what would make
//! `up.sql` too long. SQL is used as it stands, because checks, policies, partitions and comments are PostgreSQL's own.
//! A released step is never edited: a change is a new step, and a new line in the list below.
//!
//! | step | what it makes |
//! |---|---|
//! | `m0001_roles` | the two roles, the scope that policies read, the functions that triggers share |
//! | `m0002_authentication` | `users`, `user_sessions`, `used_refresh_tokens`, the sign-in functions |
//! | `m0003_portfolio` | `portfolio_summary`, `portfolio_holdings`, `portfolio_position`, `portfolio_sync_log` |
//! | `m0004_trading` | `user_trade_rule` |
//! | `m0005_rebalancing` | `rebalance_schedule`, `rebalance_execution` |
//! | `m0006_watchlists` | `watchlists`, `watchlist_items`, `watchlist_shares` |
//! | `m0007_preferences` | `user_preferences`, `user_theme_preferences` |
//! | `m0008_onboarding` | `user_onboarding_progress`, `user_trading_preferences` |
//! | `m0009_journaling` | `journal_entries`, `manual_trade_logs`, `trade_analysis`, the journal's full text |
//! | `m0010_vault_categories` | `vault_categories`, `asset_category_assignment` |
//! | `m0011_logging` | `agent_memory` with its monthly partitions |
//! | `m0012_people` | the view `people`: what anybody may see of somebody else |
//! | `m0013_sealed` | password hashes and personal data as sealed text and nothing else |
//! | `m0014_audit` | `audit_log` with its monthly partitions, its triggers and the function that adds to it |
//! | `m0015_mail_tokens` | `one_time_tokens` for messages by mail, and their functions |
//! | `m0016_rate_limits` | `rate_limits`: what servers tell each other of budgets |
//! | `m0017_rows` | what the attempts with raw SQL showed to be open: accounts keep their id, and nobody raises their own tier |
//! | `m0018_sign_in_guard` | `sign_in_attempts`, `user_two_factor`, `user_recovery_codes`, the functions that count attempts |
//! | `m0019_idempotency` | `idempotency_keys`: requests that may come twice |
//! | `m0020_account_portfolios` | `account_portfolios`: which portfolio an account feeds |
//! | `m0021_sharing` | the function that finds whom to share with, and the counters that keep its use rare |
//! | `m0022_personal_tokens` | `personal_tokens`, `personal_token_calls`, the function that finds who holds one |
//! | `m0023_accounts` | another address for an account, what administrators end and reset, sign-ins of 90 days at most |
//! | `m0024_jobs` | `jobs`: work that the server does by itself at its times |
//! | `m0025_others` | what a change has to know of others: who else sees a list, whether there is another administrator |
//! | `m0026_journal_search` | `journal_search`: the words of journal entries, kept ready for a search |
//! | `m0027_rebalance_records` | what was done when a rebalancing plan was carried out |
//! | `m0028_due_rules` | of which trade rules subscribers were told |
//! | `m0029_prices` | `prices` with its monthly partitions, `latest_prices`, `portfolio_snapshots`; triggers of the audit that cost new prices less |
//! | `m0030_touch` | which changes of an account move its `updated_at` |
//! | `m0031_lookups` | what new rows are looked up by: an index on what an account holds, and the last prices for everybody who has signed in |
//! | `m0032_last_run` | when a rebalancing schedule last ran |

use sea_orm_migration::prelude::*;

/// Applies and takes back the steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.iter().map(|step| Box::new(*step) as Box<dyn MigrationTrait>).collect()
    }
}

const STEPS: &[Step] = &[
    Step {
        name: "m0001_roles",
        up: &[include_str!("m0001_roles/up.sql"), include_str!("m0001_roles/functions.sql")],
        down: include_str!("m0001_roles/down.sql"),
    },
    Step {
        name: "m0002_authentication",
        up: &[include_str!("m0002_authentication/up.sql"), include_str!("m0002_authentication/sign_in.sql")],
        down: include_str!("m0002_authentication/down.sql"),
    },
    Step {
        name: "m0003_portfolio",
        up: &[include_str!("m0003_portfolio/up.sql")],
        down: include_str!("m0003_portfolio/down.sql"),
    },
    Step {
        name: "m0004_trading",
        up: &[include_str!("m0004_trading/up.sql")],
        down: include_str!("m0004_trading/down.sql"),
    },
    Step {
        name: "m0005_rebalancing",
        up: &[include_str!("m0005_rebalancing/up.sql")],
        down: include_str!("m0005_rebalancing/down.sql"),
    },
    Step {
        name: "m0006_watchlists",
        up: &[include_str!("m0006_watchlists/up.sql"), include_str!("m0006_watchlists/policies.sql")],
        down: include_str!("m0006_watchlists/down.sql"),
    },
    Step {
        name: "m0007_preferences",
        up: &[include_str!("m0007_preferences/up.sql")],
        down: include_str!("m0007_preferences/down.sql"),
    },
    Step {
        name: "m0008_onboarding",
        up: &[include_str!("m0008_onboarding/up.sql")],
        down: include_str!("m0008_onboarding/down.sql"),
    },
    Step {
        name: "m0009_journaling",
        up: &[include_str!("m0009_journaling/up.sql"), include_str!("m0009_journaling/rules.sql")],
        down: include_str!("m0009_journaling/down.sql"),
    },
    Step {
        name: "m0010_vault_categories",
        up: &[include_str!("m0010_vault_categories/up.sql")],
        down: include_str!("m0010_vault_categories/down.sql"),
    },
    Step {
        name: "m0011_logging",
        up: &[include_str!("m0011_logging/up.sql")],
        down: include_str!("m0011_logging/down.sql"),
    },
    Step {
        name: "m0012_people",
        up: &[include_str!("m0012_people/up.sql")],
        down: include_str!("m0012_people/down.sql"),
    },
    Step {
        name: "m0013_sealed",
        up: &[include_str!("m0013_sealed/up.sql")],
        down: include_str!("m0013_sealed/down.sql"),
    },
    Step {
        name: "m0014_audit",
        up: &[
            include_str!("m0014_audit/up.sql"),
            include_str!("m0014_audit/events.sql"),
            include_str!("m0014_audit/partitions.sql"),
            include_str!("m0014_audit/changes.sql"),
        ],
        down: include_str!("m0014_audit/down.sql"),
    },
    Step {
        name: "m0015_mail_tokens",
        up: &[include_str!("m0015_mail_tokens/up.sql"), include_str!("m0015_mail_tokens/functions.sql")],
        down: include_str!("m0015_mail_tokens/down.sql"),
    },
    Step {
        name: "m0016_rate_limits",
        up: &[include_str!("m0016_rate_limits/up.sql")],
        down: include_str!("m0016_rate_limits/down.sql"),
    },
    Step { name: "m0017_rows", up: &[include_str!("m0017_rows/up.sql")], down: include_str!("m0017_rows/down.sql") },
    Step {
        name: "m0018_sign_in_guard",
        up: &[include_str!("m0018_sign_in_guard/up.sql"), include_str!("m0018_sign_in_guard/functions.sql")],
        down: include_str!("m0018_sign_in_guard/down.sql"),
    },
    Step {
        name: "m0019_idempotency",
        up: &[include_str!("m0019_idempotency/up.sql")],
        down: include_str!("m0019_idempotency/down.sql"),
    },
    Step {
        name: "m0020_account_portfolios",
        up: &[include_str!("m0020_account_portfolios/up.sql")],
        down: include_str!("m0020_account_portfolios/down.sql"),
    },
    Step {
        name: "m0021_sharing",
        up: &[include_str!("m0021_sharing/up.sql")],
        down: include_str!("m0021_sharing/down.sql"),
    },
    Step {
        name: "m0022_personal_tokens",
        up: &[include_str!("m0022_personal_tokens/up.sql"), include_str!("m0022_personal_tokens/functions.sql")],
        down: include_str!("m0022_personal_tokens/down.sql"),
    },
    Step {
        name: "m0023_accounts",
        up: &[include_str!("m0023_accounts/up.sql"), include_str!("m0023_accounts/rotate.sql")],
        down: include_str!("m0023_accounts/down.sql"),
    },
    Step { name: "m0024_jobs", up: &[include_str!("m0024_jobs/up.sql")], down: include_str!("m0024_jobs/down.sql") },
    Step {
        name: "m0025_others",
        up: &[include_str!("m0025_others/up.sql")],
        down: include_str!("m0025_others/down.sql"),
    },
    Step {
        name: "m0026_journal_search",
        up: &[include_str!("m0026_journal_search/up.sql")],
        down: include_str!("m0026_journal_search/down.sql"),
    },
    Step {
        name: "m0027_rebalance_records",
        up: &[include_str!("m0027_rebalance_records/up.sql")],
        down: include_str!("m0027_rebalance_records/down.sql"),
    },
    Step {
        name: "m0028_due_rules",
        up: &[include_str!("m0028_due_rules/up.sql")],
        down: include_str!("m0028_due_rules/down.sql"),
    },
    Step {
        name: "m0029_prices",
        up: &[
            include_str!("m0029_prices/up.sql"),
            include_str!("m0029_prices/partitions.sql"),
            include_str!("m0029_prices/audit.sql"),
        ],
        down: concat!(include_str!("m0029_prices/down.sql"), include_str!("m0014_audit/changes.sql")),
    },
    Step { name: "m0030_touch", up: &[include_str!("m0030_touch/up.sql")], down: include_str!("m0030_touch/down.sql") },
    Step {
        name: "m0031_lookups",
        up: &[include_str!("m0031_lookups/up.sql")],
        down: include_str!("m0031_lookups/down.sql"),
    },
    Step {
        name: "m0032_last_run",
        up: &[include_str!("m0032_last_run/up.sql")],
        down: include_str!("m0032_last_run/down.sql"),
    },
];

/// One step: its name in `seaql_migrations`, and the SQL that makes it and takes it back.
#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    up: &'static [&'static str],
    down: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

// The trait itself leaves this lifetime out, and async_trait takes only the same words.
#[allow(elided_lifetimes_in_paths)]
#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in self.up {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.down).await?;
        Ok(())
    }
}
