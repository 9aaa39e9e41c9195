//! The root fields that write portfolios, holdings and positions.

use super::ForNobody;

/// Each with a document that selects it, and what nobody is answered.
pub(super) const FIELDS: &[(&str, &str, ForNobody)] = &[
    (
        "createPortfolio",
        r#"mutation { createPortfolio(input: { vaultId: "X" }) { portfolio { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updatePortfolio",
        r#"mutation { updatePortfolio(input: { id: "portfolio_018f3c1e-0000-7000-8000-000000000000" }) { portfolio { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deletePortfolio",
        r#"mutation { deletePortfolio(input: { id: "portfolio_018f3c1e-0000-7000-8000-000000000000" }) { portfolioId } }"#,
        ForNobody::Refused,
    ),
    (
        "createHolding",
        r#"mutation { createHolding(input: { symbol: "X", quantity: 1 }) { holding { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createHoldings",
        r#"mutation { createHoldings(input: { items: [{ symbol: "X", quantity: 1 }] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
    (
        "updateHolding",
        r#"mutation { updateHolding(input: { id: "holding_018f3c1e-0000-7000-8000-000000000000" }) { holding { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteHolding",
        r#"mutation { deleteHolding(input: { id: "holding_018f3c1e-0000-7000-8000-000000000000" }) { holdingId } }"#,
        ForNobody::Refused,
    ),
    (
        "deleteHoldings",
        r#"mutation { deleteHoldings(input: { ids: ["holding_018f3c1e-0000-7000-8000-000000000000"] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
    (
        "createPosition",
        r#"mutation { createPosition(input: { symbol: "X", account: "Y", quantity: 1 }) { position { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createPositions",
        r#"mutation { createPositions(input: { items: [{ symbol: "X", account: "Y", quantity: 1 }] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
    (
        "updatePosition",
        r#"mutation { updatePosition(input: { id: "position_018f3c1e-0000-7000-8000-000000000000" }) { position { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "deletePosition",
        r#"mutation { deletePosition(input: { id: "position_018f3c1e-0000-7000-8000-000000000000" }) { positionId } }"#,
        ForNobody::Refused,
    ),
    (
        "deletePositions",
        r#"mutation { deletePositions(input: { ids: ["position_018f3c1e-0000-7000-8000-000000000000"] }) { results { index } } }"#,
        ForNobody::Refused,
    ),
    (
        "importPositions",
        r#"mutation { importPositions(input: { content: "Symbol,Quantity" }) { run { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "updatePrices",
        r#"mutation { updatePrices(input: { source: "X", prices: [{ symbol: "X", price: 1, currency: "USD", time: "2026-01-01T00:00:00Z" }] }) { taken } }"#,
        ForNobody::Refused,
    ),
    (
        "setAccountPortfolio",
        r#"mutation { setAccountPortfolio(input: { account: "Y" }) { accountPortfolio { id } } }"#,
        ForNobody::Refused,
    ),
];
