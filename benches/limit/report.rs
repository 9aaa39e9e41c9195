//! What was measured, as Markdown.

use std::fmt::Write;

use crate::{
    measure::Sample,
    workloads::{Side, Workload},
};

/// One side of one workload.
pub struct Row {
    pub workload: Workload,
    pub side: Side,
    pub sample: Sample,
    /// Messages to PostgreSQL for one request.
    pub messages: f64,
}

/// The figures of both sides, and below them how they stand to each other.
pub fn workloads(rows: &[Row]) -> String {
    let mut text = String::from(
        "| workload | | requests/s | p50 ms | p99 ms | p99 ms at half load | CPU ms program | CPU ms PostgreSQL | CPU ms together \
         | memory MB | messages to PostgreSQL |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for Row { workload, side, sample, messages } in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {:.3} | {:.3} | {:.3} | {:.1} | {:.1} |",
            workload.title(),
            side.name(),
            sample.rate,
            sample.p50,
            sample.p99,
            sample.p99_half,
            sample.program,
            sample.postgres,
            sample.cpu(),
            megabytes(sample.memory),
            messages,
        );
    }
    text.push_str("\n| workload | CPU, server : limit | goal | requests/s, server : limit |\n|---|--:|--:|--:|\n");
    for workload in Workload::ALL {
        let of = |side| rows.iter().find(|row| row.workload == workload && row.side == side).map(|row| &row.sample);
        if let (Some(limit), Some(server)) = (of(Side::Limit), of(Side::Server)) {
            let _ = writeln!(
                text,
                "| {} | {:.2} | ≤ {:.1} | {:.2} |",
                workload.title(),
                server.cpu() / limit.cpu(),
                workload.goal(),
                server.rate / limit.rate
            );
        }
    }
    text
}

/// A point of a curve, for both sides.
pub struct Point {
    /// Where on the curve, such as how many rows.
    pub place: u32,
    pub limit: Sample,
    pub server: Sample,
}

/// A curve of cost; `what` is what its places count. With `is_each` the cost of each of them is told too.
pub fn curve(what: &str, points: &[Point], is_each: bool) -> String {
    let each = if is_each { " CPU µs each, limit | … server |" } else { "" };
    let line = if is_each { "--:|--:|" } else { "" };
    let mut text = format!(
        "| {what} | requests/s, limit | … server | p50 ms, limit | … server | p99 ms, limit | … server | CPU ms, limit | … server |{each} \
         server : limit | memory MB, server |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|{line}--:|--:|\n"
    );
    for Point { place, limit, server } in points {
        let each = |sample: &Sample| sample.cpu() * 1000.0 / f64::from(*place);
        let each = if is_each { format!(" {:.2} | {:.2} |", each(limit), each(server)) } else { String::new() };
        let _ = writeln!(
            text,
            "| {place} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} | {:.3} |{each} {:.2} | {:.1} |",
            limit.rate,
            server.rate,
            limit.p50,
            server.p50,
            limit.p99,
            server.p99,
            limit.cpu(),
            server.cpu(),
            server.cpu() / limit.cpu(),
            megabytes(server.memory),
        );
    }
    text
}

pub fn megabytes(bytes: f64) -> f64 {
    bytes / 1_048_576.0
}
