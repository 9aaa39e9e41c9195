//! Setting the rebalancing schedule.

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use serde_json::{Value, json};

use crate::support::{Api, Somebody};

const SET: &str =
    "mutation ($input: SetRebalanceScheduleInput!) { setRebalanceSchedule(input: $input) { rebalanceSchedule {
    id enabled frequency threshold onlyIfThresholdsExceeded dayOfWeek dayOfMonth timeOfDay excludeWeekends
    allowPartialRebalancing maxTradesPerSession lastRebalanceTime nextScheduledTime updatedAt
} } }";
const DELETE: &str = "mutation ($input: DeleteRebalanceScheduleInput!) { deleteRebalanceSchedule(input: $input) { rebalanceScheduleId } }";

async fn set(api: &Api, who: &Somebody, input: Value) -> Value {
    let answer = api.ask_with(Some(who), SET, json!({ "input": input })).await;
    answer.data()["setRebalanceSchedule"]["rebalanceSchedule"].clone()
}

fn next(schedule: &Value) -> DateTime<Utc> {
    schedule["nextScheduledTime"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_schedule_begins_with_its_defaults_and_keeps_what_is_left_out() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let mut schedule = set(&api, &ada, json!({})).await;
    let mut take = |field: &str| schedule.as_object_mut().unwrap().remove(field).unwrap();
    let id = take("id");
    take("updatedAt");
    let defaults = json!({
        "enabled": true, "frequency": "MANUAL", "threshold": "5.0000", "onlyIfThresholdsExceeded": true,
        "dayOfWeek": null, "dayOfMonth": null, "timeOfDay": "09:30:00", "excludeWeekends": true,
        "allowPartialRebalancing": false, "maxTradesPerSession": 10, "lastRebalanceTime": null, "nextScheduledTime": null
    });
    assert_eq!(schedule, defaults);

    api.sql(&format!("INSERT INTO user_preferences (user_id, timezone) VALUES ('{}', 'Asia/Tokyo')", ada.id)).await;
    let weekly = json!({ "frequency": "WEEKLY", "dayOfWeek": 2, "timeOfDay": "18:00:00", "threshold": "2.5" });
    let schedule = set(&api, &ada, weekly).await;
    assert_eq!(
        (&schedule["id"], &schedule["threshold"], &schedule["maxTradesPerSession"]),
        (&id, &json!("2.5000"), &json!(10))
    );
    let run = next(&schedule);
    // Tokyo is nine hours ahead all year.
    assert_eq!((run.weekday(), run.hour(), run.minute()), (Weekday::Wed, 9, 0));
    assert!(run > Utc::now() && run <= Utc::now() + chrono::TimeDelta::days(7));

    // Whatever is set moves the next run, also while the schedule rests.
    assert_eq!(next(&set(&api, &ada, json!({ "timeOfDay": "19:30:00" })).await).hour(), 10);
    let schedule = set(&api, &ada, json!({ "enabled": false, "timeOfDay": "20:00:00" })).await;
    assert_eq!((next(&schedule).hour(), &schedule["dayOfWeek"]), (11, &json!(2)));
    let schedule = set(&api, &ada, json!({ "enabled": true, "frequency": "DAILY", "dayOfWeek": null })).await;
    assert_eq!(schedule["dayOfWeek"], Value::Null);
    assert!(next(&schedule) > Utc::now() && next(&schedule) < Utc::now() + chrono::TimeDelta::days(4));

    let gone = api.ask_with(Some(&ada), DELETE, json!({ "input": { "id": id } })).await;
    assert_eq!(gone.data()["deleteRebalanceSchedule"], json!({ "rebalanceScheduleId": id }));
    let answer = api.ask(Some(&ada), "{ viewer { rebalanceSchedule { id } activities { nodes { action } } } }").await;
    assert_eq!(answer.data()["viewer"]["rebalanceSchedule"], Value::Null);
    let actions: Vec<&str> = answer.data()["viewer"]["activities"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|activity| activity["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions[0], "rebalance_schedule_deleted");
    assert_eq!(actions[1..], ["rebalance_schedule_set"; 5]);
}

#[tokio::test]
async fn the_next_run_follows_the_time_zone() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    assert_eq!(next(&set(&api, &ada, json!({ "frequency": "DAILY", "timeOfDay": "18:00:00" })).await).hour(), 18);
    for (document, hour) in [
        (r#"mutation { updatePreferences(input: { timezone: "Asia/Tokyo" }) { preferences { id } } }"#, 9),
        ("mutation { updatePreferences(input: { timezone: null }) { preferences { id } } }", 18),
        (r#"mutation { updatePreferences(input: { timezone: "Asia/Kolkata" }) { preferences { id } } }"#, 12),
        ("mutation { resetPreferences(input: {}) { preferences { id } } }", 18),
    ] {
        api.ask(Some(&ada), document).await.data();
        let answer = api.ask(Some(&ada), "{ viewer { rebalanceSchedule { nextScheduledTime } } }").await;
        assert_eq!(next(&answer.data()["viewer"]["rebalanceSchedule"]).hour(), hour, "{document}");
    }
}

#[tokio::test]
async fn a_fortnight_counts_from_the_last_run() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    set(&api, &ada, json!({ "excludeWeekends": false })).await;
    api.sql("UPDATE rebalance_schedule SET last_run_time = date_trunc('day', now()) - interval '3 days'").await;
    let schedule = set(&api, &ada, json!({ "frequency": "BIWEEKLY", "dayOfWeek": 0 })).await;
    let due = (Utc::now().date_naive() + chrono::Days::new(11)).and_hms_opt(9, 30, 0).unwrap().and_utc();
    assert_eq!(next(&schedule), due);
}

#[tokio::test]
async fn a_wrong_schedule_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let needs = [
        (json!({ "frequency": "WEEKLY" }), "INVALID, input.dayOfWeek REQUIRED"),
        (json!({ "frequency": "BIWEEKLY", "dayOfWeek": null }), "INVALID, input.dayOfWeek REQUIRED"),
        (json!({ "frequency": "ANNUALLY", "dayOfWeek": 1 }), "INVALID, input.dayOfMonth REQUIRED"),
        (json!({ "expectedUpdatedAt": "2026-03-02T10:00:00Z" }), "CONFLICT"),
        (
            json!({ "threshold": "100.0001", "dayOfWeek": 7, "dayOfMonth": 0, "maxTradesPerSession": 0 }),
            "INVALID, input.threshold OUT_OF_RANGE, input.dayOfWeek OUT_OF_RANGE, input.dayOfMonth OUT_OF_RANGE, \
             input.maxTradesPerSession OUT_OF_RANGE",
        ),
        (json!({ "threshold": "-0.1" }), "INVALID, input.threshold OUT_OF_RANGE"),
        (json!({ "threshold": "0.00001" }), "INVALID, input.threshold TOO_PRECISE"),
        (
            json!({ "enabled": null, "frequency": null, "threshold": null, "timeOfDay": null }),
            "INVALID, input.enabled REQUIRED, input.frequency REQUIRED, input.threshold REQUIRED, \
             input.timeOfDay REQUIRED",
        ),
    ];
    // The same without a schedule and with one.
    for round in 0..2 {
        for (input, refusal) in &needs {
            assert_eq!(api.refused(&ada, SET, input.clone()).await.refusal(), *refusal, "round {round}");
        }
        set(&api, &ada, json!({ "frequency": "MONTHLY", "dayOfMonth": 31 })).await;
        // What is set is only missed by what needs it.
        set(&api, &ada, json!({ "dayOfMonth": 1, "frequency": "DAILY" })).await;
        set(&api, &ada, json!({ "dayOfMonth": null })).await;
    }
    let schedule = set(&api, &ada, json!({})).await;
    for who in [&eve, &ada] {
        let mut input = json!({ "id": schedule["id"] });
        let refusal = if who.id == eve.id { "NOT_FOUND" } else { "CONFLICT" };
        if who.id == ada.id {
            input["expectedUpdatedAt"] = json!("2026-03-02T10:00:00Z");
        }
        assert_eq!(api.refused(who, DELETE, input).await.refusal(), refusal);
    }
    let seen = json!({ "expectedUpdatedAt": schedule["updatedAt"], "threshold": "7" });
    assert_eq!(set(&api, &ada, seen.clone()).await["threshold"], "7.0000");
    assert_eq!(api.refused(&ada, SET, seen).await.refusal(), "CONFLICT");
}

#[tokio::test]
async fn two_first_schedules_at_once_become_one() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let (daily, threshold) =
        tokio::join!(set(&api, &ada, json!({ "frequency": "DAILY" })), set(&api, &ada, json!({ "threshold": "9" })));
    assert_eq!(daily["id"], threshold["id"]);
    let schedule = set(&api, &ada, json!({})).await;
    assert_eq!((&schedule["frequency"], &schedule["threshold"]), (&json!("DAILY"), &json!("9.0000")));
}
