//! `updatePreferences`: how the application behaves.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use entity::user_preferences;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MODULE;
use crate::{
    access::Module,
    clock,
    graphql::{
        call::Call,
        enumeration::Enumeration,
        error::{Error, Result},
        id::Id,
        input::{Check, change},
        mutation::{Deed, Mutation, Write, deed::Change},
        scalars::{DateTime, Decimal, HttpsUrl, TimeZone},
    },
    preferences::{
        store,
        types::{ChartType, OrderType, Preferences, ThemeMode, TimeFormat},
    },
    rebalancing::{self, types::RebalanceSchedule},
};

/// The shortest time between two refreshes, in seconds.
const REFRESH_MIN: i32 = 5;

/// What is to change of the viewer's settings. A field that is left out stays as it is, null leaves it to the
/// application.
#[derive(InputObject)]
pub struct UpdatePreferencesInput {
    /// Light, dark, or as the system has it.
    pub theme: MaybeUndefined<ThemeMode>,
    /// Language tag of the texts shown, such as `en`, at most 10 characters.
    pub language: MaybeUndefined<String>,
    /// IANA time zone in which days begin and schedules run; null stands for UTC.
    pub timezone: MaybeUndefined<TimeZone>,
    /// How dates are written, such as `YYYY-MM-DD`, at most 20 characters.
    pub date_format: MaybeUndefined<String>,
    /// Clock of 12 or 24 hours.
    pub time_format: MaybeUndefined<TimeFormat>,
    /// Language tag that numbers are written by, such as `en-NZ`, at most 10 characters.
    pub number_format: MaybeUndefined<String>,
    /// Kind of chart shown first.
    pub chart_type: MaybeUndefined<ChartType>,
    /// Length of time that a chart shows first, such as `1D`, at most 10 characters.
    pub chart_timeframe: MaybeUndefined<String>,
    /// The page shown after signing in, at most 50 characters.
    pub default_view: MaybeUndefined<String>,
    /// The `vaultId` of the portfolio shown first, one of the viewer's own; null for none.
    pub default_vault_id: MaybeUndefined<String>,
    /// Seconds between two refreshes, at least 5.
    pub data_refresh_interval: MaybeUndefined<i32>,
    /// True to follow prices live.
    pub real_time_data: MaybeUndefined<bool>,
    /// Length of history that is loaded first, such as `1Y`, at most 10 characters.
    pub historical_data_range: MaybeUndefined<String>,
    /// Which price is shown, such as `live`, at most 20 characters.
    pub price_display_mode: MaybeUndefined<String>,
    /// True to be told by e-mail.
    pub email_notifications: MaybeUndefined<bool>,
    /// True to be told on the device.
    pub push_notifications: MaybeUndefined<bool>,
    /// True to be told by text message.
    pub sms_notifications: MaybeUndefined<bool>,
    /// Change in per cent from which an alert is raised, 0 to 100 with at most 4 decimal places.
    pub alert_threshold: MaybeUndefined<Decimal>,
    /// The kind of order offered first.
    pub default_order_type: MaybeUndefined<OrderType>,
    /// True to ask before an order is sent.
    pub confirm_orders: MaybeUndefined<bool>,
    /// True to show warnings about risk.
    pub show_risk_warnings: MaybeUndefined<bool>,
    /// True lets the viewer make and use personal API tokens; false and null stop those that there are.
    pub api_access_enabled: MaybeUndefined<bool>,
    /// The https address that events are sent to; null for none.
    pub webhook_url: MaybeUndefined<HttpsUrl>,
    /// True to apply the viewer's own style sheet; null stands for false.
    pub custom_css_enabled: MaybeUndefined<bool>,
    /// True to show unfinished features; null stands for false.
    pub beta_features: MaybeUndefined<bool>,
    /// True to show what developers need; null stands for false.
    pub developer_mode: MaybeUndefined<bool>,
    /// The preferences' `updatedAt` as it was last seen. Changed since, the answer is CONFLICT and nothing changes.
    pub expected_updated_at: Option<DateTime>,
}

/// Settings that were changed.
#[derive(SimpleObject)]
pub struct UpdatePreferencesPayload {
    /// The settings as they are now; made with their defaults when there were none.
    preferences: Preferences,
}

#[derive(Serialize, Deserialize)]
pub struct Changed {
    preferences: Uuid,
}

impl Mutation for UpdatePreferencesInput {
    const MODULE: Module = MODULE;
    // An address may carry a key of whoever listens there.
    const WITHHELD: &'static [&'static str] = &["webhookUrl"];
    type Done = Changed;
    type Payload = UpdatePreferencesPayload;

    fn check(&self, check: &mut Check) {
        check.language_tag("language", &self.language, 10);
        check.new_text("dateFormat", &self.date_format, 20);
        check.language_tag("numberFormat", &self.number_format, 10);
        check.new_text("chartTimeframe", &self.chart_timeframe, 10);
        check.new_text("defaultView", &self.default_view, 50);
        check.new_text("defaultVaultId", &self.default_vault_id, 100);
        check.at_least("dataRefreshInterval", &self.data_refresh_interval, REFRESH_MIN);
        check.new_text("historicalDataRange", &self.historical_data_range, 10);
        check.new_text("priceDisplayMode", &self.price_display_mode, 20);
        check.up_to("alertThreshold", &self.alert_threshold, (true, 100), 4);
    }

    async fn write(self, write: &mut Write<'_>) -> Result<(Changed, Deed)> {
        let (row, what) = write.own_row::<Preferences>(self.expected_updated_at).await?;
        if let Some(vault) = self.default_vault_id.value()
            && !store::has_portfolio(write.transaction(), write.user_id(), vault).await?
        {
            let sentence = "There is no such portfolio.";
            return Err(Error::invalid(&["input", "defaultVaultId"], "NOT_FOUND", sentence));
        }
        write.update(Id::<Preferences>::new(row.id), self.columns()).await?;
        // Schedules run on the clock of the time zone.
        let moved = rebalancing::reschedule(write.transaction(), write.user_id(), clock::now()).await?;
        let deed = Deed::new(MODULE, "preferences_updated", "Preferences were changed.")
            .each::<Preferences>(what, [row.id])
            .each::<RebalanceSchedule>(Change::Updated, moved);
        Ok((Changed { preferences: row.id }, deed))
    }

    async fn payload(call: &Call, changed: Changed) -> Result<UpdatePreferencesPayload> {
        Ok(UpdatePreferencesPayload { preferences: call.fetch(changed.preferences).await? })
    }
}

impl UpdatePreferencesInput {
    fn columns(self) -> user_preferences::ActiveModel {
        let same = |text: String| text;
        let flag = |flag: bool| flag;
        user_preferences::ActiveModel {
            theme: change(self.theme, |theme| theme.stored().to_owned()),
            language: change(self.language, same),
            timezone: change(self.timezone, |zone| zone.0),
            date_format: change(self.date_format, same),
            time_format: change(self.time_format, |format| format.stored().to_owned()),
            number_format: change(self.number_format, same),
            chart_type: change(self.chart_type, |chart| chart.stored().to_owned()),
            chart_timeframe: change(self.chart_timeframe, same),
            default_view: change(self.default_view, same),
            default_vault_id: change(self.default_vault_id, same),
            data_refresh_interval: change(self.data_refresh_interval, |seconds| seconds),
            real_time_data: change(self.real_time_data, flag),
            historical_data_range: change(self.historical_data_range, same),
            price_display_mode: change(self.price_display_mode, same),
            email_notifications: change(self.email_notifications, flag),
            push_notifications: change(self.push_notifications, flag),
            sms_notifications: change(self.sms_notifications, flag),
            alert_threshold: change(self.alert_threshold, |percent| percent.0),
            default_order_type: change(self.default_order_type, |order| order.stored().to_owned()),
            confirm_orders: change(self.confirm_orders, flag),
            show_risk_warnings: change(self.show_risk_warnings, flag),
            api_access_enabled: change(self.api_access_enabled, flag),
            webhook_url: change(self.webhook_url, |url| url.0),
            custom_css_enabled: change(self.custom_css_enabled, flag),
            beta_features: change(self.beta_features, flag),
            developer_mode: change(self.developer_mode, flag),
            ..Default::default()
        }
    }
}
