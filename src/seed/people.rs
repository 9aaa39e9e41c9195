//! Who the people are: where they live, what they are called, and their accounts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::users;
use uuid::Uuid;

use super::{World, random::Random};
use crate::sealing::columns::HASHED_PASSWORD;

/// The account of the administrator, whose number is 0.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// Everybody's password. It opens only what is invented.
pub const PASSWORD: &str = "correct horse battery";

/// Where somebody lives and what follows from it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Home {
    /// ISO 3166 code of the country that taxes them.
    pub country: &'static str,
    /// ISO 4217 code of the currency they think in.
    pub preferred_currency: &'static str,
    /// ISO 4217 code of the currency they invest in at home: one that the market lists something in.
    pub money: &'static str,
    pub time_zones: &'static [&'static str],
    /// Language tag.
    pub language: &'static str,
    first_names: &'static [&'static str],
    last_names: &'static [&'static str],
}

const NEW_ZEALAND: Home = Home {
    country: "NZ",
    preferred_currency: "NZD",
    money: "NZD",
    time_zones: &["Pacific/Auckland", "Pacific/Auckland", "Pacific/Auckland", "Pacific/Chatham"],
    language: "en-NZ",
    first_names: &[
        "Aroha", "Wiremu", "Mere", "Tāne", "Kahu", "Ngaio", "Hēmi", "Anahera", "Olivia", "Jack", "Sophie", "Liam",
        "Priya", "Wei", "Zoë", "Rāwiri", "Grace", "Sione", "Moana", "Oliver",
    ],
    last_names: &[
        "Ngata", "Parata", "Williams", "Smith", "Taylor", "Hēnare", "Kōpua", "Patel", "Chen", "Walker", "Māhina",
        "Thompson", "Singh", "Tūhoro", "Campbell", "Fifita", "McKenzie", "Brown",
    ],
};
const AUSTRALIA: Home = Home {
    country: "AU",
    preferred_currency: "AUD",
    money: "AUD",
    time_zones: &["Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane", "Australia/Perth"],
    language: "en-AU",
    first_names: &["Charlotte", "Noah", "Mia", "Lachlan", "Isla", "Angus", "Linh", "Matilda", "Dimitri", "Chloé"],
    last_names: &["Nguyen", "Kelly", "O’Brien", "Wilson", "Papadopoulos", "Ryan", "Murphy", "Lee", "Harris"],
};
const UNITED_STATES: Home = Home {
    country: "US",
    preferred_currency: "USD",
    money: "USD",
    time_zones: &["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"],
    language: "en-US",
    first_names: &["James", "Maria", "Ethan", "José", "Ava", "Latoya", "Michael", "Xochitl", "Daniel", "Renée"],
    last_names: &["Johnson", "García", "Miller", "Nuñez", "Davis", "Robinson", "Kim", "Washington", "Lopez"],
};
const UNITED_KINGDOM: Home = Home {
    country: "GB",
    preferred_currency: "GBP",
    money: "USD",
    time_zones: &["Europe/London"],
    language: "en-GB",
    first_names: &["Amelia", "Harry", "Siân", "Mohammed", "Poppy", "Callum", "Niamh"],
    last_names: &["Evans", "Ahmed", "Clarke", "Hughes", "Begum", "Wood", "MacLeod"],
};
const GERMANY: Home = Home {
    country: "DE",
    preferred_currency: "EUR",
    money: "USD",
    time_zones: &["Europe/Berlin"],
    language: "de-DE",
    first_names: &["Jürgen", "Käthe", "Sören", "Anneliese", "Björn", "Ayşe", "Lukas"],
    last_names: &["Müller", "Groß", "Schäfer", "Krüger", "Yılmaz", "Weiß", "Böhm"],
};
const HOMES: [(Home, i64); 5] =
    [(NEW_ZEALAND, 55), (AUSTRALIA, 24), (UNITED_STATES, 12), (UNITED_KINGDOM, 6), (GERMANY, 3)];

const TIERS: [(&str, i64); 4] = [("observer", 55), ("trader", 28), ("professional", 13), ("enterprise", 4)];
const WEALTH: [(i64, i64); 6] = [(8, 14), (25, 24), (60, 26), (110, 22), (280, 11), (900, 3)];
/// The onboarding has so many steps.
pub const STEPS: i32 = 5;

/// Somebody, as far as everything else about them depends on it.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    /// 0 for the administrator; people share only with those of smaller numbers, who exist at every size.
    pub number: u64,
    pub home: Home,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub created_at: DateTime<Utc>,
    /// Steps of the onboarding that are completed.
    pub steps_done: i32,
    /// How much they invest, in per cent of what is usual.
    pub wealth_percent: i64,
}

impl Person {
    /// The first draws of somebody's stream.
    pub fn draw(random: &mut Random, number: u64, now: DateTime<Utc>) -> Self {
        let home = random.weighted(&HOMES);
        let created_at = random.moment(now - TimeDelta::days(1_400), now - TimeDelta::days(120));
        let done = random.chance(85);
        Self {
            id: random.uuid(created_at),
            number,
            home,
            first_name: random.pick(home.first_names),
            last_name: random.pick(home.last_names),
            created_at,
            steps_done: if done { STEPS } else { random.small(0, STEPS - 1) },
            wealth_percent: random.weighted(&WEALTH),
        }
    }

    /// The id of the person with this number.
    pub fn id_of(number: u64, now: DateTime<Utc>) -> Uuid {
        Self::draw(&mut Random::stream(number), number, now).id
    }

    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// A number of a country that there is not, so that it is nobody's.
    pub fn phone_number(&self) -> String {
        format!("+999{:08}", 55_500_000 + self.number % 10_000_000)
    }

    /// A number from a range that no country gives out.
    pub fn tax_number(&self) -> String {
        format!("{:09}", 900_000_000 + self.number % 1_000_000)
    }

    pub fn has_completed_onboarding(&self) -> bool {
        self.steps_done == STEPS
    }

    /// When the last completed step was.
    pub fn onboarded_at(&self) -> DateTime<Utc> {
        self.created_at + TimeDelta::minutes(12)
    }

    /// The row of the account.
    pub fn row(&self, random: &mut Random, world: &World, email: String) -> users::Model {
        let now = world.now;
        let is_admin = self.number == 0;
        // The first people can always sign in, because examples do it with their addresses.
        let is_active = self.number % 50 != 49;
        let last_login_at = random.moment(now - TimeDelta::days(if is_active { 9 } else { 90 }), now);
        let invited = !is_admin && world.has_admin && random.chance(10);
        let inviter = invited.then(|| Self::id_of(0, now));
        let onboarded_at = self.has_completed_onboarding().then(|| self.onboarded_at().into());
        users::Model {
            id: self.id,
            email,
            // Without randomness no nonce is drawn; the table refuses the empty text.
            hashed_password: world.keys.seal(HASHED_PASSWORD, self.id, &world.password_hash).unwrap_or_default(),
            tier: if is_admin { "enterprise" } else { random.weighted(&TIERS) }.to_owned(),
            is_active,
            is_admin,
            has_completed_onboarding: self.has_completed_onboarding(),
            onboarding_step: Some(self.steps_done),
            onboarding_completed_at: onboarded_at,
            preferred_currency: Some(self.home.preferred_currency.to_owned()),
            display_name: random.maybe(88, self.full_name()),
            email_verified_at: random.maybe(82, (self.created_at + TimeDelta::minutes(4)).into()),
            last_login_at: Some(last_login_at.into()),
            failed_login_attempts: 0,
            locked_until: None,
            password_changed_at: self.created_at.into(),
            totp_secret: None,
            totp_enabled_at: None,
            created_by: inviter,
            updated_by: inviter,
            created_at: self.created_at.into(),
            updated_at: last_login_at.into(),
        }
    }
}
