//! What several columns of a row have to agree on.

use super::Draft;

/// Makes a row's values agree.
pub fn apply(table: &str, draft: &mut Draft) {
    match table {
        "portfolio_sync_log" => sorted(draft, &["sync_started", "sync_completed"]),
        "user_trade_rule" if text(draft, "rule_type") == Some("DCA") => {
            filled(draft, "frequency", "weekly");
            filled(draft, "amount", "7");
        }
        "user_trading_preferences" => {
            // The smallest size is above zero, while the largest may be anything that is not below it.
            if draft["max_position_size"].is_some() && draft["default_position_size"].is_some() {
                draft.insert("max_position_size".to_owned(), Some("100.25".to_owned()));
            }
            targets(draft);
        }
        "vault_categories" => {
            sorted(draft, &["min_allocation_percent", "target_allocation_percent", "max_allocation_percent"]);
        }
        _ => {}
    }
}

/// Puts the values of these columns in order, leaving the empty ones empty.
fn sorted(draft: &mut Draft, columns: &[&str]) {
    let mut values: Vec<String> = columns.iter().filter_map(|column| draft[*column].clone()).collect();
    values.sort_by(|left, right| match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.total_cmp(&right),
        _ => left.cmp(right),
    });
    let mut values = values.into_iter();
    for column in columns {
        if draft[*column].is_some() {
            draft.insert((*column).to_owned(), values.next());
        }
    }
}

/// Targets add up to 100, or there are none.
fn targets(draft: &mut Draft) {
    let some = text(draft, "cash_allocation_target").is_some();
    for (column, value) in [("cash", "10"), ("equity", "70"), ("bond", "15.5"), ("alternative", "4.5")] {
        draft.insert(format!("{column}_allocation_target"), some.then(|| value.to_owned()));
    }
}

fn filled(draft: &mut Draft, column: &str, value: &str) {
    draft.entry(column.to_owned()).and_modify(|found| {
        found.get_or_insert_with(|| value.to_owned());
    });
}

fn text<'a>(draft: &'a Draft, column: &str) -> Option<&'a str> {
    draft[column].as_deref()
}
