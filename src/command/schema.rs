//! Printing the schema.

use super::terminal::say;

/// Prints the schema in GraphQL's schema language. It needs no database.
pub fn run() {
    say(stackmotive::graphql::schema::sdl().trim_end());
}
