//! How large a document may be, and the sentence for one that is larger.

use crate::{
    graphql::error::{Error, ErrorCode},
    portfolio::formats,
};

/// How large the body of a request or a message may be, in bytes, apart from a file that comes with it.
pub const BODY_MAX: usize = 128 * 1024;
/// How large a file may be, in bytes.
pub const FILE_MAX: usize = formats::SIZE_MAX;

/// From here on a figure is not told exactly: it may have stopped being one.
const TOLD_MAX: usize = 10_000_000;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The bytes of a document.
    Bytes,
    /// Brackets of all kinds within each other, in the text of a document.
    Nesting,
    Tokens,
    /// The characters of a name, since the library's errors repeat names.
    Name,
    /// Lists and objects within each other, in the values of variables.
    VariableNesting,
    /// Fields within each other, as they are executed.
    Depth,
    /// Selections and fragments within each other, as they are executed.
    SelectionNesting,
    /// Fields, those of a fragment each time that it is spread. The same holds for all that follow.
    Fields,
    Aliases,
    /// Directives on one field, or on one other thing that may have some.
    Directives,
    /// Single values in arguments, those of a variable each time that it is used; a long text counts as several.
    Values,
    /// What an introspection would answer, in fields.
    Introspection,
}

impl Limit {
    pub const fn max(self) -> usize {
        match self {
            Self::Bytes => BODY_MAX,
            Self::Nesting | Self::VariableNesting | Self::SelectionNesting => 40,
            Self::Tokens => 2_000,
            Self::Name => 255,
            Self::Depth => 15,
            Self::Fields => 1_000,
            Self::Aliases => 30,
            Self::Directives => 4,
            Self::Values => 20_000,
            Self::Introspection => 1_500_000,
        }
    }

    /// # Errors
    /// When there is more of it than may be.
    pub fn hold(self, found: usize) -> Result<(), Error> {
        if found <= self.max() { Ok(()) } else { Err(Error::new(ErrorCode::TooComplex, self.sentence(found))) }
    }

    fn sentence(self, found: usize) -> String {
        let (what, unit) = match self {
            Self::Bytes => ("A document has", "bytes"),
            Self::Nesting => ("The brackets of a document are nested", "levels deep"),
            Self::Tokens => ("A document has", "tokens"),
            Self::Name => ("A name has", "characters"),
            Self::VariableNesting => ("The values of variables are nested", "levels deep"),
            Self::Depth => ("Fields are nested", "levels deep"),
            Self::SelectionNesting => ("Selections are nested, with their fragments,", "levels deep"),
            Self::Fields => ("A document selects, with its fragments,", "fields"),
            Self::Aliases => ("A document has, with its fragments,", "aliases"),
            Self::Directives => ("One place of a document has", "directives"),
            Self::Values => ("The arguments of a document hold, with its variables,", "values"),
            Self::Introspection => ("An introspection answers about", "fields"),
        };
        let found = if found > TOLD_MAX { format!("more than {TOLD_MAX}") } else { found.to_string() };
        format!("{what} at most {} {unit}; here it is {found}.", self.max())
    }
}
