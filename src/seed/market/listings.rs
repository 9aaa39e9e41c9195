//! What is listed, by exchange. The names are real; the prices are invented to look like them.

/// Symbol, name, asset class, sector, and the price of a unit in ten-thousandths of the exchange's currency.
pub type Row = (&'static str, &'static str, &'static str, &'static str, i64);

const EQUITY: &str = "equity";
const FUND: &str = "fund";
const BOND: &str = "bond";
const CASH: &str = "cash";
const COMMODITY: &str = "commodity";
const ALTERNATIVE: &str = "alternative";
const COIN: &str = "crypto";

const COMMUNICATION: &str = "Communication services";
const CONSUMER: &str = "Consumer discretionary";
const STAPLES: &str = "Consumer staples";
const DIGITAL: &str = "Digital assets";
const ENERGY: &str = "Energy";
const FINANCE: &str = "Financials";
const FIXED: &str = "Fixed income";
const HEALTH: &str = "Health care";
const INDUSTRY: &str = "Industrials";
const MATERIALS: &str = "Materials";
const MIXED: &str = "Diversified";
const PROPERTY: &str = "Real estate";
const TECHNOLOGY: &str = "Technology";
const UTILITIES: &str = "Utilities";

/// In New Zealand dollars.
pub const NZX: &[Row] = &[
    ("AIR", "Air New Zealand", EQUITY, INDUSTRY, 5_850),
    ("FPH", "Fisher & Paykel Healthcare", EQUITY, HEALTH, 369_000),
    ("SPK", "Spark New Zealand", EQUITY, COMMUNICATION, 23_100),
    ("MFT", "Mainfreight", EQUITY, INDUSTRY, 665_000),
    ("IFT", "Infratil", EQUITY, INDUSTRY, 118_200),
    ("AIA", "Auckland International Airport", EQUITY, INDUSTRY, 79_400),
    ("CEN", "Contact Energy", EQUITY, UTILITIES, 90_800),
    ("MEL", "Meridian Energy", EQUITY, UTILITIES, 56_100),
    ("MCY", "Mercury NZ", EQUITY, UTILITIES, 61_200),
    ("GNE", "Genesis Energy", EQUITY, UTILITIES, 23_600),
    ("VCT", "Vector", EQUITY, UTILITIES, 44_200),
    ("EBO", "Ebos Group", EQUITY, HEALTH, 382_000),
    ("RYM", "Ryman Healthcare", EQUITY, HEALTH, 29_400),
    ("SUM", "Summerset Group", EQUITY, HEALTH, 114_500),
    ("FBU", "Fletcher Building", EQUITY, MATERIALS, 32_100),
    ("ATM", "The a2 Milk Company", EQUITY, STAPLES, 98_700),
    ("SCL", "Scales Corporation", EQUITY, STAPLES, 50_200),
    ("SAN", "Sanford", EQUITY, STAPLES, 53_500),
    ("SKC", "SkyCity Entertainment", EQUITY, CONSUMER, 10_200),
    ("THL", "Tourism Holdings", EQUITY, CONSUMER, 22_400),
    ("WHS", "The Warehouse Group", EQUITY, CONSUMER, 7_800),
    ("TRA", "Turners Automotive", EQUITY, CONSUMER, 76_000),
    ("POT", "Port of Tauranga", EQUITY, INDUSTRY, 71_500),
    ("FRW", "Freightways", EQUITY, INDUSTRY, 132_000),
    ("SKL", "Skellerup", EQUITY, INDUSTRY, 48_800),
    ("CNU", "Chorus", EQUITY, COMMUNICATION, 89_600),
    ("HGH", "Heartland Group", EQUITY, FINANCE, 9_300),
    ("GMT", "Goodman Property Trust", EQUITY, PROPERTY, 20_100),
    ("PCT", "Precinct Properties", EQUITY, PROPERTY, 11_900),
    ("KPG", "Kiwi Property Group", EQUITY, PROPERTY, 10_500),
    ("VHP", "Vital Healthcare Property", EQUITY, PROPERTY, 21_000),
    ("FNZ", "Smart NZ Top 50 ETF", FUND, MIXED, 27_800),
    ("USF", "Smart US 500 ETF", FUND, MIXED, 189_000),
    ("EMF", "Smart Emerging Markets ETF", FUND, MIXED, 18_600),
    ("NZB", "Smart NZ Bond ETF", BOND, FIXED, 29_200),
    ("NZG0535", "New Zealand Government Bond May 2035", BOND, FIXED, 984_000),
    ("NZC", "Smart NZ Cash ETF", CASH, FIXED, 31_000),
    ("CO2", "Carbon Fund", ALTERNATIVE, MIXED, 16_400),
];

/// In Australian dollars.
pub const ASX: &[Row] = &[
    ("BHP", "BHP Group", EQUITY, MATERIALS, 431_000),
    ("RIO", "Rio Tinto", EQUITY, MATERIALS, 1_287_000),
    ("FMG", "Fortescue", EQUITY, MATERIALS, 198_000),
    ("S32", "South32", EQUITY, MATERIALS, 32_500),
    ("NST", "Northern Star Resources", EQUITY, MATERIALS, 244_000),
    ("PLS", "PLS Group", EQUITY, MATERIALS, 34_000),
    ("JHX", "James Hardie Industries", EQUITY, MATERIALS, 312_000),
    ("CBA", "Commonwealth Bank of Australia", EQUITY, FINANCE, 1_689_000),
    ("NAB", "National Australia Bank", EQUITY, FINANCE, 432_000),
    ("WBC", "Westpac Banking Corporation", EQUITY, FINANCE, 386_000),
    ("ANZ", "ANZ Group", EQUITY, FINANCE, 367_000),
    ("MQG", "Macquarie Group", EQUITY, FINANCE, 2_055_000),
    ("QBE", "QBE Insurance", EQUITY, FINANCE, 202_000),
    ("SUN", "Suncorp Group", EQUITY, FINANCE, 211_000),
    ("CSL", "CSL", EQUITY, HEALTH, 2_124_000),
    ("RMD", "ResMed", EQUITY, HEALTH, 398_000),
    ("COH", "Cochlear", EQUITY, HEALTH, 2_980_000),
    ("SHL", "Sonic Healthcare", EQUITY, HEALTH, 246_000),
    ("PME", "Pro Medicus", EQUITY, HEALTH, 2_620_000),
    ("WES", "Wesfarmers", EQUITY, CONSUMER, 843_000),
    ("ALL", "Aristocrat Leisure", EQUITY, CONSUMER, 632_000),
    ("WOW", "Woolworths Group", EQUITY, STAPLES, 295_000),
    ("COL", "Coles Group", EQUITY, STAPLES, 224_000),
    ("TLS", "Telstra", EQUITY, COMMUNICATION, 49_200),
    ("REA", "REA Group", EQUITY, COMMUNICATION, 2_140_000),
    ("WDS", "Woodside Energy", EQUITY, ENERGY, 249_000),
    ("STO", "Santos", EQUITY, ENERGY, 65_500),
    ("ORG", "Origin Energy", EQUITY, UTILITIES, 124_000),
    ("GMG", "Goodman Group", EQUITY, PROPERTY, 321_000),
    ("TCL", "Transurban", EQUITY, INDUSTRY, 145_000),
    ("XRO", "Xero", EQUITY, TECHNOLOGY, 1_485_000),
    ("WTC", "WiseTech Global", EQUITY, TECHNOLOGY, 880_000),
    ("VAS", "Vanguard Australian Shares ETF", FUND, MIXED, 1_082_000),
    ("VGS", "Vanguard MSCI International Shares ETF", FUND, MIXED, 1_475_000),
    ("NDQ", "Betashares Nasdaq 100 ETF", FUND, TECHNOLOGY, 541_000),
    ("VAP", "Vanguard Australian Property ETF", FUND, PROPERTY, 1_043_000),
    ("VAF", "Vanguard Australian Fixed Interest ETF", BOND, FIXED, 456_000),
    ("IAF", "iShares Core Composite Bond ETF", BOND, FIXED, 1_012_000),
    ("AAA", "Betashares Australian High Interest Cash ETF", CASH, FIXED, 501_000),
    ("GOLD", "Global X Physical Gold", COMMODITY, MATERIALS, 482_000),
];

/// In US dollars.
pub const NASDAQ_AND_NYSE: &[Row] = &[
    ("AAPL", "Apple", EQUITY, TECHNOLOGY, 2_684_000),
    ("MSFT", "Microsoft", EQUITY, TECHNOLOGY, 5_120_000),
    ("NVDA", "NVIDIA", EQUITY, TECHNOLOGY, 1_923_000),
    ("AVGO", "Broadcom", EQUITY, TECHNOLOGY, 3_620_000),
    ("AMD", "Advanced Micro Devices", EQUITY, TECHNOLOGY, 2_480_000),
    ("INTC", "Intel", EQUITY, TECHNOLOGY, 382_000),
    ("CSCO", "Cisco Systems", EQUITY, TECHNOLOGY, 741_000),
    ("ADBE", "Adobe", EQUITY, TECHNOLOGY, 3_380_000),
    ("QCOM", "Qualcomm", EQUITY, TECHNOLOGY, 1_720_000),
    ("INTU", "Intuit", EQUITY, TECHNOLOGY, 6_680_000),
    ("GOOGL", "Alphabet", EQUITY, COMMUNICATION, 2_810_000),
    ("META", "Meta Platforms", EQUITY, COMMUNICATION, 6_550_000),
    ("NFLX", "Netflix", EQUITY, COMMUNICATION, 11_040_000),
    ("DIS", "Walt Disney", EQUITY, COMMUNICATION, 1_120_000),
    ("AMZN", "Amazon", EQUITY, CONSUMER, 2_460_000),
    ("TSLA", "Tesla", EQUITY, CONSUMER, 4_320_000),
    ("SBUX", "Starbucks", EQUITY, CONSUMER, 840_000),
    ("MCD", "McDonald’s", EQUITY, CONSUMER, 3_010_000),
    ("BKNG", "Booking Holdings", EQUITY, CONSUMER, 49_800_000),
    ("MELI", "MercadoLibre", EQUITY, CONSUMER, 21_500_000),
    ("COST", "Costco", EQUITY, STAPLES, 9_180_000),
    ("PEP", "PepsiCo", EQUITY, STAPLES, 1_460_000),
    ("KO", "Coca-Cola", EQUITY, STAPLES, 695_000),
    ("WMT", "Walmart", EQUITY, STAPLES, 1_030_000),
    ("JPM", "JPMorgan Chase", EQUITY, FINANCE, 3_120_000),
    ("V", "Visa", EQUITY, FINANCE, 3_420_000),
    ("MA", "Mastercard", EQUITY, FINANCE, 5_520_000),
    ("BRK.B", "Berkshire Hathaway", EQUITY, FINANCE, 4_890_000),
    ("JNJ", "Johnson & Johnson", EQUITY, HEALTH, 1_890_000),
    ("UNH", "UnitedHealth", EQUITY, HEALTH, 3_410_000),
    ("AMGN", "Amgen", EQUITY, HEALTH, 3_180_000),
    ("XOM", "Exxon Mobil", EQUITY, ENERGY, 1_160_000),
    ("CVX", "Chevron", EQUITY, ENERGY, 1_550_000),
    ("CAT", "Caterpillar", EQUITY, INDUSTRY, 5_620_000),
    ("BA", "Boeing", EQUITY, INDUSTRY, 2_040_000),
    ("VOO", "Vanguard S&P 500 ETF", FUND, MIXED, 6_260_000),
    ("VT", "Vanguard Total World Stock ETF", FUND, MIXED, 1_410_000),
    ("QQQ", "Invesco QQQ Trust", FUND, TECHNOLOGY, 6_280_000),
    ("SCHD", "Schwab US Dividend Equity ETF", FUND, MIXED, 271_000),
    ("VNQ", "Vanguard Real Estate ETF", FUND, PROPERTY, 900_000),
    ("AGG", "iShares Core US Aggregate Bond ETF", BOND, FIXED, 1_002_000),
    ("TLT", "iShares 20+ Year Treasury Bond ETF", BOND, FIXED, 904_000),
    ("BIL", "SPDR 1-3 Month T-Bill ETF", CASH, FIXED, 916_000),
    ("GLD", "SPDR Gold Shares", COMMODITY, MATERIALS, 3_740_000),
    ("SLV", "iShares Silver Trust", COMMODITY, MATERIALS, 448_000),
    ("BTAL", "AGF US Market Neutral Anti-Beta", ALTERNATIVE, MIXED, 158_000),
];

/// In US dollars.
pub const CRYPTO: &[Row] = &[
    ("BTC", "Bitcoin", COIN, DIGITAL, 1_096_400_000),
    ("ETH", "Ethereum", COIN, DIGITAL, 38_620_000),
    ("SOL", "Solana", COIN, DIGITAL, 1_870_000),
    ("BNB", "BNB", COIN, DIGITAL, 10_880_000),
    ("XRP", "XRP", COIN, DIGITAL, 25_100),
    ("ADA", "Cardano", COIN, DIGITAL, 6_123),
    ("DOGE", "Dogecoin", COIN, DIGITAL, 1_864),
    ("TRX", "TRON", COIN, DIGITAL, 2_970),
    ("AVAX", "Avalanche", COIN, DIGITAL, 184_000),
    ("DOT", "Polkadot", COIN, DIGITAL, 29_600),
    ("LINK", "Chainlink", COIN, DIGITAL, 172_000),
    ("LTC", "Litecoin", COIN, DIGITAL, 970_000),
    ("BCH", "Bitcoin Cash", COIN, DIGITAL, 5_480_000),
    ("XLM", "Stellar", COIN, DIGITAL, 3_020),
    ("ATOM", "Cosmos", COIN, DIGITAL, 30_200),
    ("UNI", "Uniswap", COIN, DIGITAL, 59_000),
    ("AAVE", "Aave", COIN, DIGITAL, 2_240_000),
    ("NEAR", "NEAR Protocol", COIN, DIGITAL, 22_000),
    ("ALGO", "Algorand", COIN, DIGITAL, 1_780),
    ("XMR", "Monero", COIN, DIGITAL, 3_360_000),
    ("ETC", "Ethereum Classic", COIN, DIGITAL, 156_000),
    ("FIL", "Filecoin", COIN, DIGITAL, 16_200),
    ("HBAR", "Hedera", COIN, DIGITAL, 1_960),
    ("ICP", "Internet Computer", COIN, DIGITAL, 31_000),
    ("ARB", "Arbitrum", COIN, DIGITAL, 3_100),
    ("OP", "Optimism", COIN, DIGITAL, 4_100),
    ("INJ", "Injective", COIN, DIGITAL, 84_000),
    ("SUI", "Sui", COIN, DIGITAL, 24_000),
];
