//! Telling people that their trade rules want something done.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    store::{self, World},
    types::{
        Judgement, TradeRule, TradeRuleType,
        evaluation::{Known, zone},
    },
};
use crate::{
    access::Module,
    database::transaction::Transaction,
    graphql::{
        error::Result,
        mutation::{self, Deed, deed::Change},
        table::Record,
    },
    jobs::{Regular, every},
};

/// How often it is looked, in minutes.
const MINUTES: i64 = 1;

/// Tells subscribers of `viewerChanges` of rules that have come due, each once: again only after it has been at rest, or
/// when a DCA rule's next period begins without anybody having acted on it.
pub struct TellOfDueRules;

#[async_trait]
impl Regular for TellOfDueRules {
    fn name(&self) -> &'static str {
        "due_trade_rules"
    }

    fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        every(MINUTES, now)
    }

    async fn run(&self, transaction: &Transaction, now: DateTime<Utc>) -> Result<u64> {
        let rules = store::candidates(transaction, now).await?;
        if rules.is_empty() {
            return Ok(0);
        }
        let known = ByUser::of(store::world(transaction, &rules).await?);
        let (mut due, mut resting) = (BTreeMap::<Uuid, Vec<Uuid>>::new(), Vec::new());
        for row in rules {
            let (id, user, told_at) = (row.id, row.user_id, row.notified_at.map(|time| time.to_utc()));
            match news(&TradeRule::from_row(row)?.judgement, told_at, &known, now) {
                News::Due => due.entry(user).or_default().push(id),
                News::Resting => resting.push(id),
                News::None => {}
            }
        }
        let told: Vec<Uuid> = due.values().flatten().copied().collect();
        let count = u64::try_from(told.len()).unwrap_or(u64::MAX);
        store::set_notified(transaction, told, Some(now)).await?;
        store::set_notified(transaction, resting, None).await?;
        for (user, rules) in due {
            let session = format!("system:{}", self.name());
            mutation::note(transaction, user, session, deed(rules)).await?;
        }
        Ok(count)
    }
}

/// What there is to tell of a rule.
enum News {
    Due,
    /// It wants nothing any more.
    Resting,
    None,
}

fn news(rule: &Judgement, told_at: Option<DateTime<Utc>>, known: &ByUser, now: DateTime<Utc>) -> News {
    let is_due = |rule: &Judgement| known.judge(rule, now);
    match told_at {
        None if is_due(rule) => News::Due,
        None => News::None,
        Some(_) if !is_due(rule) => News::Resting,
        // As if it had been acted on when it was told of.
        Some(told) if rule.kind == TradeRuleType::Dca => {
            let again = Judgement { last_triggered: rule.last_triggered.max(Some(told)), ..rule.clone() };
            if is_due(&again) { News::Due } else { News::None }
        }
        Some(_) => News::None,
    }
}

fn deed(rules: Vec<Uuid>) -> Deed {
    let context = match rules.len() {
        1 => "A trade rule wants something done.".to_owned(),
        count => format!("{count} trade rules want something done."),
    };
    Deed::new(Module::Trading, "trade_rules_due", context).each::<TradeRule>(Change::Due, rules)
}

/// What rules are judged by, of each user apart.
struct ByUser(HashMap<Uuid, World>);

impl ByUser {
    fn of(world: World) -> Self {
        let mut users: HashMap<Uuid, World> = HashMap::new();
        for row in world.holdings {
            users.entry(row.user_id).or_default().holdings.push(row);
        }
        for row in world.positions {
            users.entry(row.user_id).or_default().positions.push(row);
        }
        for row in world.portfolios {
            users.entry(row.user_id).or_default().portfolios.push(row);
        }
        for row in world.preferences {
            users.entry(row.user_id).or_default().preferences.push(row);
        }
        Self(users)
    }

    /// Whether a rule is due now.
    fn judge(&self, rule: &Judgement, now: DateTime<Utc>) -> bool {
        let nothing = World::default();
        let world = self.0.get(&rule.user_id).unwrap_or(&nothing);
        let of_symbol = |symbol: &str| symbol == rule.symbol;
        let holdings: Vec<_> = world.holdings.iter().filter(|row| of_symbol(&row.symbol)).cloned().collect();
        let positions: Vec<_> = world.positions.iter().filter(|row| of_symbol(&row.symbol)).cloned().collect();
        let zone = zone(world.preferences.first().and_then(|row| row.timezone.as_deref()));
        rule.judge(&Known::of(&holdings, &positions, &world.portfolios), None, (now, zone)).is_due
    }
}
