//! Going through the onboarding: drafts, steps, completing, beginning anew.

use serde_json::{Value, json};

use crate::{
    authentication::{issues, line, lines},
    support::{Answer, Api, Somebody},
    watchlists::{mutate, rows},
};

const TABLES: [&str; 4] = ["users", "user_onboarding_progress", "user_trading_preferences", "agent_memory"];
const PROGRESS: &str = "onboarding { currentStep completedSteps completionPercentage isComplete welcomeViewed updatedAt
    steps { number name isCompleted missingFields } }";

async fn update(api: &Api, who: &Somebody, input: Value) -> Answer {
    mutate(api, who, ("updateOnboarding", PROGRESS), input).await
}

async fn complete(api: &Api, who: &Somebody, input: Value) -> Answer {
    let selection =
        "onboarding { isComplete completedAt } user { hasCompletedOnboarding onboardingCompletedAt onboardingStep }
        tradingPreferences { tradingStyle baseCurrency maxPositionSize }";
    mutate(api, who, ("completeOnboarding", selection), input).await
}

/// What the account and the onboarding say of how far somebody is.
async fn progress(api: &Api, who: &Somebody) -> Value {
    let query = "{ viewer { onboardingStep hasCompletedOnboarding
        onboarding { currentStep completedSteps completionPercentage isComplete } } }";
    let answer = api.ask(Some(who), query).await;
    let (viewer, row) = (&answer.data()["viewer"], &answer.data()["viewer"]["onboarding"]);
    json!([
        viewer["onboardingStep"],
        viewer["hasCompletedOnboarding"],
        row["currentStep"],
        row["completedSteps"],
        row["completionPercentage"],
        row["isComplete"]
    ])
}

fn pages(tolerance: &str) -> [Value; 5] {
    [
        json!({ "completeStep": 1 }),
        json!({ "completeStep": 2, "portfolio": {
            "tradingExperience": "BEGINNER", "riskTolerance": tolerance, "investmentHorizon": "LONG_TERM"
        } }),
        json!({ "completeStep": 3, "personal": { "fullName": "Ada Lovelace", "preferredCurrency": "GBP" } }),
        json!({ "completeStep": 4, "tax": { "taxResidency": "GB", "employmentStatus": "employed" } }),
        json!({ "completeStep": 5, "summary": { "termsAccepted": true, "privacyPolicyAccepted": true } }),
    ]
}

#[tokio::test]
async fn five_pages_are_gone_through_in_any_order_and_resumed() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    assert_eq!(progress(&api, &ada).await, json!([0, false, null, null, null, null]));
    let [welcome, portfolio, personal, tax, summary] = pages("HIGH");
    for (page, expected) in [
        (personal, json!([1, false, 1, [3], "20.00", false])),
        (welcome, json!([2, false, 2, [1, 3], "40.00", false])),
        (json!({ "tax": { "taxResidency": "GB" } }), json!([2, false, 2, [1, 3], "40.00", false])),
        (summary, json!([3, false, 2, [1, 3, 5], "60.00", false])),
        (
            json!({ "completeStep": 4, "tax": { "employmentStatus": "retired" } }),
            json!([4, false, 2, [1, 3, 4, 5], "80.00", false]),
        ),
        (tax, json!([4, false, 2, [1, 3, 4, 5], "80.00", false])),
        (portfolio, json!([5, false, 5, [1, 2, 3, 4, 5], "100.00", false])),
    ] {
        update(&api, &ada, page.clone()).await.data();
        assert_eq!(progress(&api, &ada).await, expected, "{page}");
    }
    let done = complete(&api, &ada, json!({})).await;
    let done = &done.data()["completeOnboarding"];
    assert_eq!(
        done["tradingPreferences"],
        json!({ "tradingStyle": "AGGRESSIVE", "baseCurrency": "GBP", "maxPositionSize": "20.0000" })
    );
    assert_eq!(done["onboarding"]["isComplete"], true);
    assert_eq!(done["user"]["onboardingCompletedAt"], done["onboarding"]["completedAt"]);
    assert_eq!(progress(&api, &ada).await, json!([5, true, 5, [1, 2, 3, 4, 5], "100.00", true]));
}

#[tokio::test]
async fn a_step_completes_only_with_everything_that_it_needs() {
    let api = Api::start().await;
    let (ada, eve) = (api.somebody("ada").await, api.somebody("eve").await);
    let began = update(&api, &ada, json!({ "portfolio": { "riskTolerance": "LOW" } })).await;
    let steps = &began.data()["updateOnboarding"]["onboarding"]["steps"];
    let expected = json!([
        { "number": 1, "name": "welcome", "isCompleted": false, "missingFields": [] },
        { "number": 2, "name": "portfolio", "isCompleted": false, "missingFields": ["tradingExperience", "investmentHorizon"] },
        { "number": 3, "name": "personal", "isCompleted": false, "missingFields": ["fullName"] },
        { "number": 4, "name": "tax", "isCompleted": false, "missingFields": ["taxResidency", "employmentStatus"] },
        { "number": 5, "name": "summary", "isCompleted": false, "missingFields": ["termsAccepted", "privacyPolicyAccepted"] }
    ]);
    assert_eq!(*steps, expected);

    let before = rows(&api, &TABLES).await;
    let at = |page: &str, field: &str| json!([["input", page, field], "REQUIRED"]);
    for (input, told) in [
        (
            json!({ "completeStep": 2 }),
            json!([at("portfolio", "tradingExperience"), at("portfolio", "investmentHorizon")]),
        ),
        (
            json!({ "completeStep": 2, "portfolio": { "riskTolerance": null, "tradingExperience": "NONE" } }),
            json!([at("portfolio", "riskTolerance"), at("portfolio", "investmentHorizon")]),
        ),
        (
            json!({ "completeStep": 3, "personal": { "fullName": "Ada", "preferredCurrency": null } }),
            json!([at("personal", "preferredCurrency")]),
        ),
        (
            json!({ "completeStep": 5, "summary": { "termsAccepted": false, "privacyPolicyAccepted": true } }),
            json!([at("summary", "termsAccepted")]),
        ),
        (json!({ "completeStep": 6 }), json!([[["input", "completeStep"], "OUT_OF_RANGE"]])),
        (json!({ "completeStep": 0 }), json!([[["input", "completeStep"], "OUT_OF_RANGE"]])),
    ] {
        assert_eq!(issues(&update(&api, &ada, input.clone()).await), told, "{input}");
    }
    let told = json!([
        [["input", "welcome"], "NOT_COMPLETED"],
        at("portfolio", "tradingExperience"),
        at("portfolio", "investmentHorizon"),
        at("personal", "fullName"),
        at("tax", "taxResidency"),
        at("tax", "employmentStatus"),
        at("summary", "termsAccepted"),
        at("summary", "privacyPolicyAccepted")
    ]);
    assert_eq!(issues(&complete(&api, &ada, json!({})).await), told);
    assert_eq!(complete(&api, &eve, json!({})).await.code(), "INVALID", "who never began has nothing to complete");
    let late = json!({ "completeStep": 1, "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(update(&api, &ada, late).await.code(), "CONFLICT");
    assert_eq!(rows(&api, &TABLES).await, before);

    // Everything is answered, but no page was finished.
    for mut page in pages("LOW") {
        page.as_object_mut().unwrap().remove("completeStep");
        update(&api, &ada, page).await.data();
    }
    let open =
        ["welcome", "portfolio", "personal", "tax", "summary"].map(|page| json!([["input", page], "NOT_COMPLETED"]));
    assert_eq!(issues(&complete(&api, &ada, json!({})).await), json!(open));
}

#[tokio::test]
async fn a_needed_answer_that_is_taken_back_opens_its_step_until_all_is_complete() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    for page in pages("MODERATE") {
        update(&api, &ada, page).await.data();
    }
    update(&api, &ada, json!({ "tax": { "employmentStatus": null } })).await.data();
    assert_eq!(progress(&api, &ada).await, json!([4, false, 4, [1, 2, 3, 5], "80.00", false]));
    assert_eq!(
        issues(&complete(&api, &ada, json!({})).await),
        json!([[["input", "tax", "employmentStatus"], "REQUIRED"]])
    );
    update(&api, &ada, pages("MODERATE")[3].clone()).await.data();

    let accepted = "SELECT terms_accepted_at::text FROM user_onboarding_progress";
    let first = line(&api, accepted).await;
    update(&api, &ada, json!({ "summary": { "termsAccepted": true } })).await.data();
    assert_eq!(line(&api, accepted).await, first, "accepting again is no later");
    update(&api, &ada, json!({ "summary": { "termsAccepted": false } })).await.data();
    assert_eq!(
        line(&api, "SELECT coalesce(terms_accepted_at::text, 'never') FROM user_onboarding_progress").await,
        "never"
    );
    assert_eq!(progress(&api, &ada).await, json!([4, false, 5, [1, 2, 3, 4], "80.00", false]));
    update(&api, &ada, pages("MODERATE")[4].clone()).await.data();
    assert_ne!(line(&api, accepted).await, first);

    complete(&api, &ada, json!({})).await.data();
    let before = rows(&api, &TABLES).await;
    let taken_back = update(&api, &ada, json!({ "personal": { "fullName": null } })).await;
    assert_eq!(issues(&taken_back), json!([[["input", "personal", "fullName"], "REQUIRED"]]));
    assert_eq!(complete(&api, &ada, json!({})).await.code(), "CONFLICT");
    assert_eq!(rows(&api, &TABLES).await, before);
    update(&api, &ada, json!({ "personal": { "fullName": "Ada King" } })).await.data();
    assert_eq!(progress(&api, &ada).await, json!([5, true, 5, [1, 2, 3, 4, 5], "100.00", true]));
}

#[tokio::test]
async fn every_answer_is_stored_cleared_and_kept_out_of_the_activity() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let given = json!({
        "portfolio": {
            "tradingExperience": "PROFESSIONAL", "riskTolerance": "VERY_LOW", "investmentHorizon": "SHORT_TERM",
            "initialInvestment": "1234567.89", "tradingFrequency": "daily", "preferredMarkets": ["NZX", "ASX"],
            "hasExistingPortfolio": true, "existingPortfolioValue": "98765.43", "connectBrokers": true,
            "selectedBrokers": ["ibkr"]
        },
        "personal": {
            "fullName": "Augusta", "firstName": "Adatheperson", "lastName": "Lovelace", "preferredCurrency": "AUD",
            "dateOfBirth": "1985-12-10"
        },
        "tax": {
            "taxResidency": "AU", "secondaryTaxResidency": "NZ", "employmentStatus": "freelancer",
            "taxYearPreference": "FINANCIAL", "taxRegisteredBusiness": true
        },
        "summary": {
            "helpLevel": "MINIMAL", "notificationPreferences": { "email": true, "post": false },
            "privacySettings": {}, "termsAccepted": true, "privacyPolicyAccepted": true
        }
    });
    let flat = |pages: &Value, value: &dyn Fn(&Value) -> Value| -> Value {
        let fields = pages.as_object().unwrap().values().flat_map(|page| page.as_object().unwrap());
        fields.map(|(name, given)| (name.clone(), value(given))).collect::<serde_json::Map<_, _>>().into()
    };
    let all = flat(&given, &Value::clone);
    let selection =
        format!("onboarding {{ {} }}", all.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "));
    let update = ("updateOnboarding", selection.as_str());
    let stored = mutate(&api, &ada, update, given.clone()).await;
    assert_eq!(stored.data()["updateOnboarding"]["onboarding"], all);
    let same = mutate(&api, &ada, update, json!({ "portfolio": {}, "personal": null })).await;
    assert_eq!(same.data()["updateOnboarding"]["onboarding"], all, "left out stays");
    let told = lines(&api, "SELECT coalesce(user_input, '') FROM agent_memory").await.join("\n");
    for secret in ["Augusta", "Adatheperson", "Lovelace", "1985", "freelancer", "1234567", "98765"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("\"riskTolerance\":\"VERY_LOW\""), "{told}");

    let nulls: Value = given
        .as_object()
        .unwrap()
        .iter()
        .map(|(page, fields)| (page.clone(), flat(&json!({ "x": fields }), &|_| Value::Null)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let cleared = mutate(&api, &ada, update, nulls).await;
    assert_eq!(cleared.data()["updateOnboarding"]["onboarding"], flat(&given, &|_| Value::Null));
}

#[tokio::test]
async fn wrong_answers_are_told_all_at_once_and_save_nothing() {
    let api = Api::start().await;
    let ada = api.somebody("ada").await;
    let today = chrono::Utc::now().date_naive().to_string();
    let input = json!({
        "portfolio": {
            "initialInvestment": "-1", "tradingFrequency": "x".repeat(51), "preferredMarkets": ["NZX", " "],
            "existingPortfolioValue": "0.001", "selectedBrokers": vec!["x"; 51]
        },
        "personal": { "fullName": "", "firstName": "é".repeat(101), "dateOfBirth": today },
        "tax": { "taxResidency": "New Zealand", "secondaryTaxResidency": "nz", "employmentStatus": " " },
        "summary": { "notificationPreferences": ["email"], "privacySettings": { "profilePublic": "yes" } },
        "completeStep": 9
    });
    let at = |path: &[&str], code: &str| {
        let path: Vec<&str> = std::iter::once("input").chain(path.iter().copied()).collect();
        json!([path, code])
    };
    let told = json!([
        at(&["portfolio", "initialInvestment"], "OUT_OF_RANGE"),
        at(&["portfolio", "tradingFrequency"], "TOO_LONG"),
        at(&["portfolio", "preferredMarkets", "1"], "BLANK"),
        at(&["portfolio", "existingPortfolioValue"], "TOO_PRECISE"),
        at(&["portfolio", "selectedBrokers"], "TOO_MANY"),
        at(&["personal", "fullName"], "BLANK"),
        at(&["personal", "firstName"], "TOO_LONG"),
        at(&["personal", "dateOfBirth"], "OUT_OF_RANGE"),
        at(&["tax", "taxResidency"], "FORMAT"),
        at(&["tax", "secondaryTaxResidency"], "FORMAT"),
        at(&["tax", "employmentStatus"], "BLANK"),
        at(&["summary", "notificationPreferences"], "FORMAT"),
        at(&["summary", "privacySettings"], "FORMAT"),
        at(&["completeStep"], "OUT_OF_RANGE")
    ]);
    let before = rows(&api, &TABLES).await;
    assert_eq!(issues(&update(&api, &ada, input).await), told);
    for personal in
        [json!({ "dateOfBirth": "1899-12-31" }), json!({ "preferredCurrency": "XYZ" }), json!({ "dateOfBirth": 5 })]
    {
        assert_eq!(update(&api, &ada, json!({ "personal": personal })).await.code(), "INVALID", "{personal}");
    }
    assert_eq!(rows(&api, &TABLES).await, before);
}

#[tokio::test]
async fn an_onboarding_begins_anew_and_keeps_what_came_of_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.somebody("ada").await, api.somebody("bob").await);
    for who in [&ada, &bob] {
        for page in pages("VERY_LOW") {
            update(&api, who, page).await.data();
        }
        complete(&api, who, json!({})).await.data();
    }
    let phone = json!({ "phoneNumber": "+64215550143" });
    mutate(&api, &ada, ("updatePersonalData", "onboarding { id }"), phone).await.data();
    let reset = (
        "resetOnboarding",
        "onboarding { id currentStep completedSteps completionPercentage isComplete fullName
        phoneNumberEnding preferredCurrency termsAccepted termsAcceptedAt completedAt welcomeViewed }
        user { hasCompletedOnboarding onboardingStep onboardingCompletedAt }",
    );
    let before = rows(&api, &TABLES).await;
    let shown = mutate(&api, &ada, reset, json!({ "dryRun": true })).await;
    let late = json!({ "expectedUpdatedAt": "2020-01-01T00:00:00Z" });
    assert_eq!(mutate(&api, &ada, reset, late).await.code(), "CONFLICT");
    assert_eq!(rows(&api, &TABLES).await, before, "a look changes nothing");
    let done = mutate(&api, &ada, reset, json!({})).await;
    assert_eq!(done.data(), shown.data());
    let mut row = done.data()["resetOnboarding"]["onboarding"].clone();
    row.as_object_mut().unwrap().remove("id");
    let expected = json!({
        "currentStep": 1, "completedSteps": [], "completionPercentage": "0.00", "isComplete": false, "fullName": null,
        "phoneNumberEnding": null, "preferredCurrency": "USD", "termsAccepted": false, "termsAcceptedAt": null,
        "completedAt": null, "welcomeViewed": false
    });
    assert_eq!(row, expected);
    let user = json!({ "hasCompletedOnboarding": false, "onboardingStep": 0, "onboardingCompletedAt": null });
    assert_eq!(done.data()["resetOnboarding"]["user"], user);
    assert_eq!(progress(&api, &bob).await[1], true, "another's stays");

    for page in pages("VERY_HIGH") {
        update(&api, &ada, page).await.data();
    }
    let again = complete(&api, &ada, json!({})).await;
    let style = &again.data()["completeOnboarding"]["tradingPreferences"]["tradingStyle"];
    assert_eq!(*style, "CONSERVATIVE", "preferences that there are stay as somebody has them");
}
