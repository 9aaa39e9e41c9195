//! What people write in their journals. `{}` stands for the asset.

pub const TRADE_TITLES: [&str; 14] = [
    "{}: bought the dip",
    "{} breakout 🚀",
    "Starting a position in {}",
    "{} after earnings",
    "Short-term swing in {}",
    "Adding to {}",
    "{} – zurück über dem Durchschnitt",
    "Te hoko i a {}",
    "{} at support",
    "Trying {} again",
    "{} momentum trade",
    "Small bet on {} 🎲",
    "{}: mean reversion",
    "Rotation into {}",
];
pub const LOOK_BACK_TITLES: [&str; 8] = [
    "What {} taught me",
    "{} in hindsight",
    "Lesson: size {} properly",
    "Looking back at {} 🔍",
    "{}: plan against what I did",
    "Ngā akoranga: {}",
    "Nachgedacht über {}",
    "Why I would do {} again",
];
pub const GENERAL_TITLES: [&str; 10] = [
    "Weekly review",
    "Whakaaro o te wiki",
    "Überblick zum Monatsende",
    "Market notes: rates and the dollar",
    "Rules I keep breaking",
    "Quiet week ☕",
    "Plan for next quarter",
    "On patience",
    "RBNZ day",
    "Cash is a position",
];
pub const OPENINGS: [&str; 10] = [
    "{} pulled back to its rising 50-day average on light volume.",
    "The report of {} beat on both lines and the outlook was raised.",
    "{} has been basing for eleven weeks and closed above the range.",
    "I have followed {} for a year; this is the first price that I like.",
    "Everybody is selling {} because of one headline.",
    "{} is stretched: three gaps up without a rest.",
    "Sector money flows into {} and its peers.",
    "{} pays a dividend that I would hold through a recession.",
    "Insiders of {} bought in the open market last week.",
    "{} trades below book for no reason that I can find.",
];
pub const MIDDLES: [&str; 10] = [
    "Entered in one go, stop below the last low.",
    "Half size now, the rest if it holds.",
    "Risk is one per cent of the account and no more.",
    "The index is choppy, so the target is modest.",
    "Volume confirms it, breadth does not.",
    "I wrote the plan before I placed the order.",
    "Kia tūpato: the dollar decides more here than the company.",
    "Correlation with what I hold already is high; that is the weak point.",
    "The spread was wide at the open, waited twenty minutes.",
    "If I am wrong I will know within a week.",
];
pub const CLOSINGS: [&str; 8] = [
    "No averaging down.",
    "Review on Friday.",
    "An alert is set on both sides.",
    "Let it work.",
    "If the stop is hit, that is the end of it.",
    "Ka pai.",
    "Note to self: don’t look at it before lunch.",
    "Geduld.",
];
pub const GENERAL_CONTENTS: [&str; 6] = [
    "Three trades, two according to plan. The third was boredom. Boredom is not a setup.",
    "Rates up, growth down, and my utilities did what they are there for. Nothing to do.",
    "Went through all open positions: every one has a stop and a reason. Two reasons are getting old.",
    "Ich habe diese Woche nichts gekauft. Das war die beste Entscheidung.",
    "He pai te wiki. The portfolio is up a little, mostly because I left it alone.",
    "Moved some cash to term deposits while waiting. Next review when the inflation figure is out.",
];
pub const LESSONS: [&str; 10] = [
    "Position size decides how calm I am.",
    "The first loss is the smallest.",
    "A good entry doesn’t excuse a missing exit plan.",
    "Don’t trade the half hour before a central bank speaks.",
    "Winners need room; losers need none.",
    "News was in the price before I read it.",
    "Wait for the close.",
    "I follow rules better when they are written down.",
    "Fees matter on small trades.",
    "Liquidity vanishes when it is needed.",
];
pub const REASONS: [&str; 8] = [
    "Trend and volume agree.",
    "Valuation below its ten-year median.",
    "Earnings revisions are turning up.",
    "Oversold in an uptrend.",
    "Failed breakdown, shorts are trapped.",
    "Dividend yield above its own history.",
    "Relative strength while the index fell.",
    "Rebalancing towards my target.",
];
pub const CONDITIONS: [&str; 7] = [
    "Choppy index, falling yields.",
    "Risk-on, narrow leadership.",
    "Sideways with high volatility.",
    "Broad advance on rising volume.",
    "Weak New Zealand dollar.",
    "Thin holiday trading.",
    "Sell-off in rates, defensives firm.",
];
pub const EXPECTATIONS: [&str; 6] = [
    "Back to the old high within two months.",
    "A quick bounce, then out.",
    "Slow grind, dividends in the meantime.",
    "Ten per cent or the stop.",
    "Half at the first target, the rest later.",
    "Outperform the index over a year.",
];
pub const RESULTS: [&str; 6] = [
    "Went as planned, out at the target.",
    "Stopped out, and rightly so.",
    "Sold too early out of nerves.",
    "Held through the dip and was rewarded.",
    "Went nowhere; time stop.",
    "The gap took it past my stop.",
];
pub const STRATEGIES: [&str; 8] =
    ["Breakout", "Pullback", "Mean reversion", "Earnings drift", "Dividend capture", "Momentum", "Value", "Pairs"];
pub const MOODS: [&str; 8] = ["calm", "confident", "anxious", "impatient", "excited", "tired", "bored", "content"];
pub const PHASES: [&str; 6] = ["accumulation", "markup", "distribution", "markdown", "sideways", "recovery"];
pub const TAGS: [&str; 16] = [
    "swing",
    "long-term",
    "earnings",
    "breakout",
    "mistake",
    "patience",
    "fomo",
    "dividend",
    "crypto",
    "nzx",
    "asx",
    "us",
    "review",
    "āta haere",
    "größe",
    "🔥",
];
pub const BROKERS: [&str; 7] =
    ["Sharesies", "Interactive Brokers", "Tiger Brokers", "Hatch", "Kraken", "CommSec", "Jarden Direct"];
pub const EXIT_REASONS: [&str; 6] =
    ["Target reached", "Stop hit", "Thesis broken", "Time stop", "Needed the cash", "Better idea elsewhere"];
pub const EVENTS: [&str; 6] =
    ["RBNZ decision", "US inflation", "Quarterly report", "Fed minutes", "Jobs report", "Chinese trade data"];
pub const CRITERIA: [&str; 6] = [
    "Close above the range with twice the usual volume.",
    "Touch of the 50-day average and a reversal bar.",
    "Price below my fair value by at least a quarter.",
    "Two green days after three red ones.",
    "RSI below 30 in an uptrend.",
    "First pullback after the report.",
];
pub const RISKS: [&str; 5] = [
    "One per cent of the account to the stop.",
    "Gap risk over the weekend, accepted.",
    "Highly correlated with two other positions.",
    "Thin volume: getting out may cost a per cent.",
    "Currency moves can eat the gain.",
];
pub const MID_NOTES: [&str; 6] = [
    "Stop moved to break-even.",
    "Took a third off at the first target.",
    "Volume dries up, still holding.",
    "Tempted to sell, did not.",
    "Added a little on strength.",
    "News against it, price doesn’t care.",
];
pub const RIGHT: [&str; 6] = [
    "Waited for the level.",
    "Size was right, slept well.",
    "Kept to the stop.",
    "Read the report before trading it.",
    "Let the winner run.",
    "Took the loss without a fight.",
];
pub const WRONG: [&str; 6] = [
    "Entered before the close.",
    "Stop too tight for this asset.",
    "Ignored the index.",
    "Sold half too early.",
    "Chased it by two per cent.",
    "Moved the stop once.",
];
pub const BETTER: [&str; 5] = [
    "Place the stop by volatility, not by hope.",
    "Scale in over three days.",
    "Write down the exit first.",
    "Trade smaller ahead of events.",
    "Nothing, really.",
];
pub const EMOTIONS: [&str; 8] = ["calm", "hopeful", "fearful", "greedy", "focused", "doubtful", "relieved", "proud"];
