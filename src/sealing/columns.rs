//! What is sealed, in one list: whatever counts, checks or rotates goes through it.

/// A column that holds sealed text, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    /// The column that names the row: the user whose value it is.
    pub row: &'static str,
}

/// The bcrypt hash of a password. Sealed, because whoever could write a hash of their own choice could sign in.
pub const HASHED_PASSWORD: SealedColumn = SealedColumn { table: "users", column: "hashed_password", row: "id" };
/// The secret of the second factor.
pub const TOTP_SECRET: SealedColumn = SealedColumn { table: "users", column: "totp_secret", row: "id" };
pub const PHONE_NUMBER: SealedColumn = of_onboarding("phone_number");
pub const TAX_IDENTIFICATION_NUMBER: SealedColumn = of_onboarding("tax_identification_number");
pub const TAX_FILE_NUMBER: SealedColumn = of_onboarding("tax_file_number");

/// All of them.
pub const ALL: [SealedColumn; 5] =
    [HASHED_PASSWORD, TOTP_SECRET, PHONE_NUMBER, TAX_IDENTIFICATION_NUMBER, TAX_FILE_NUMBER];

const fn of_onboarding(column: &'static str) -> SealedColumn {
    SealedColumn { table: "user_onboarding_progress", column, row: "user_id" }
}
