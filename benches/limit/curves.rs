//! Curves: cost against rows, against parents, and against connections. The first two must be straight, the last one flat.

use crate::{
    Arguments, Outcome, Progress,
    ground::Ground,
    measure::{Sample, measure},
    report::{self, Point},
    workloads::{Cast, Mark, Side, Workload, wide},
};

/// Users, portfolios of each, holdings of each of those, and on how many pages of so many users: the server reads at most
/// 100 rows a page, so that ten thousand are read in several.
type Size = ((u32, u32, u32), usize);

/// 10 to 10,125 holdings.
const ROWS: [Size; 5] = [((1, 1, 10), 1), ((4, 1, 25), 1), ((20, 2, 25), 1), ((45, 3, 25), 1), ((45, 3, 25), 3)];
/// 1 to 504 portfolios with 10 holdings each.
const PARENTS: [Size; 6] =
    [((1, 1, 10), 1), ((5, 2, 10), 1), ((17, 3, 10), 1), ((34, 3, 10), 1), ((42, 3, 10), 2), ((42, 3, 10), 4)];
const CONNECTIONS: [u32; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// How many connections ask while rows and parents are counted.
const CONNECTIONS_OF_ROWS: usize = 4;

/// All three, as Markdown.
pub async fn run(cast: &Cast, progress: &Progress, ground: (&Ground, &Arguments)) -> Outcome<String> {
    let mut text = String::new();
    for (title, what, sizes) in [("rows", "holdings", ROWS.as_slice()), ("parents", "portfolios", PARENTS.as_slice())] {
        let mut points = Vec::new();
        for size @ ((users, portfolios, holdings), pages) in sizes {
            let parents = users * portfolios * u32::try_from(*pages)?;
            let place = if title == "rows" { parents * holdings } else { parents };
            progress.say(format!("cost against {title}: {place} {what}"));
            points.push(point(place, |side| requests(side, cast, *size), CONNECTIONS_OF_ROWS, ground).await?);
        }
        text.push_str(&format!("\nCost against {title}:\n\n{}", report::curve(what, &points, true)));
    }
    let mut points = Vec::new();
    for connections in CONNECTIONS {
        progress.say(format!("cost against connections: {connections}"));
        let requests = |side| Workload::W1.requests(side, cast);
        points.push(point(connections, requests, usize::try_from(connections)?, ground).await?);
    }
    text.push_str(&format!("\nCost against connections, of W1:\n\n{}", report::curve("connections", &points, false)));
    Ok(text)
}

/// One after another, so that whatever else the machine does meets both sides much alike.
async fn point(
    place: u32,
    requests: impl Fn(Side) -> Vec<Vec<u8>>,
    connections: usize,
    ground: (&Ground, &Arguments),
) -> Outcome<Point> {
    let mut samples: [Vec<Sample>; 2] = Default::default();
    for _ in 0..ground.1.rounds {
        for (side, samples) in Side::BOTH.into_iter().zip(&mut samples) {
            samples.push(measure(side, requests(side), connections, false, ground).await?);
        }
    }
    let [limit, server] = samples.map(|samples| Sample::mean(&samples));
    Ok(Point { place, limit, server })
}

/// Requests behind each mark that has as many marks after it as the size has pages.
fn requests(side: Side, cast: &Cast, (size, pages): Size) -> Vec<Vec<u8>> {
    let marks: Vec<&Mark> = cast.marks.iter().collect();
    marks.windows(pages).map(|marks| wide(side, &cast.admin, size, marks)).collect()
}
