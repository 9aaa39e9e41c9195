//! Every price, in points.
//!
//! Reads have prices by what kind of thing a field is, never by its name; [`fields`](super::fields) tells the kinds.

/// A row: an object with an id.
pub const ROW: u64 = 1;
/// Reading a list, apart from its rows: it is looked up even when it is empty.
pub const LIST: u64 = 1;
/// A figure about a whole list, such as its `totalCount`.
pub const FIGURE: u64 = 1;
/// Adding up all rows of a list, as `aggregate` and `groups` do; each relation that the list's filter asks about costs
/// as much again, and each group a row.
pub const AGGREGATE: u64 = 10;
/// How many rows are added up for a point, until they cost as much as that.
pub const SUMMED_FOR_A_POINT: u64 = 100;
/// A relation that a list's filter asks about: each is looked up for every row that is tried.
pub const RELATION: u64 = 1;
/// How many rows `offset` skips for a point: they are read and thrown away.
pub const SKIPPED_FOR_A_POINT: u64 = 100;
/// `__schema` or `__type`, whatever is selected in it.
pub const INTROSPECTION: u64 = 10;
/// A document, at least: reading and checking it is work too.
pub const MINIMUM: u64 = 1;

/// A mutation, unless one of the two below says otherwise.
pub const WRITE: u64 = 10;
/// A mutation whose input has a password: computing a hash takes as long as reading thousands of rows.
pub const HASH: u64 = 100;
/// Everything of an account as one document, by `POST /export`.
pub const EXPORT: u64 = 1_000;
/// Trades, realised gains or statistics of trades as one document, by `POST /export/…`.
pub const TRADE_EXPORT: u64 = 200;
/// Mutations that cost something else than these two. A name that is no mutation fails a test.
pub const MUTATIONS: &[(&str, u64)] = &[
    // Checks one password and hashes another.
    ("changePassword", 2 * HASH),
    // Writes rows of everybody.
    ("updatePrices", 50),
];

/// A subscription, when it begins. Each of its answers costs what is selected, as a query.
pub const SUBSCRIPTION: u64 = 10;

/// How many items a plain list of objects without ids is taken to have.
pub const PLAIN_LIST: u64 = 25;

/// Figures that are computed from all rows of a kind: reading an object of one of these types, whatever is selected in it.
/// A name that is no type fails a test.
pub const COMPUTED: &[(&str, u64)] = &[
    ("Allocation", 25),
    ("Concentration", 25),
    ("DriftReport", 50),
    ("DueTradeRules", 50),
    ("EquityCurve", 100),
    ("Gains", 25),
    ("HealthReport", 50),
    ("NetWorth", 25),
    ("Performers", 25),
    ("RealisedGains", 100),
    ("RebalancePlan", 50),
    ("RiskReward", 100),
    ("TradeRuleEvaluation", 5),
    ("TradeStatistics", 100),
    ("TradingDay", 100),
    ("Weight", 1),
];

/// What one document may cost at most, however large a budget is.
pub const DOCUMENT_MAX: u64 = 20_000;

/// The price of reading a list once, apart from its rows.
pub fn list(offset: u64, relations: u64) -> u64 {
    LIST.saturating_add(offset.div_ceil(SKIPPED_FOR_A_POINT)).saturating_add(relations.saturating_mul(RELATION))
}
