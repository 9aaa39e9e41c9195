//! The root fields about accounts themselves and about personal tokens.

use super::ForNobody;

pub const FIELDS: &[(&str, &str, ForNobody)] = &[
    ("updateProfile", r#"mutation { updateProfile(input: { displayName: "x" }) { user { id } } }"#, ForNobody::Refused),
    (
        "changeEmail",
        r#"mutation { changeEmail(input: { email: "x@example.com", password: "x" }) { email } }"#,
        ForNobody::Refused,
    ),
    (
        "confirmEmailChange",
        r#"mutation { confirmEmailChange(input: { token: "wrong" }) { email } }"#,
        ForNobody::Invalid,
    ),
    ("closeAccount", r#"mutation { closeAccount(input: { password: "x" }) { closed } }"#, ForNobody::Refused),
    (
        "setUserTier",
        r#"mutation { setUserTier(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000", tier: TRADER }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "setUserActive",
        r#"mutation { setUserActive(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000", isActive: false }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "setUserAdmin",
        r#"mutation { setUserAdmin(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000", isAdmin: true }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "resetUserOnboarding",
        r#"mutation { resetUserOnboarding(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000",  }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "unlockUser",
        r#"mutation { unlockUser(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000",  }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "endUserSessions",
        r#"mutation { endUserSessions(input: { userId: "user_018f3c1e-0000-7000-8000-000000000000",  }) { user { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "createPersonalToken",
        r#"mutation { createPersonalToken(input: { name: "x", scopes: [PORTFOLIO_READ] }) { token } }"#,
        ForNobody::Refused,
    ),
    (
        "renamePersonalToken",
        r#"mutation { renamePersonalToken(input: { id: "personal_token_018f3c1e-0000-7000-8000-000000000000", name: "x" }) { personalToken { id } } }"#,
        ForNobody::Refused,
    ),
    (
        "revokePersonalToken",
        r#"mutation { revokePersonalToken(input: { id: "personal_token_018f3c1e-0000-7000-8000-000000000000" }) { personalToken { id } } }"#,
        ForNobody::Refused,
    ),
];
