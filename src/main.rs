//! The command line; what it does is in [`command`].

mod command;

/// Many small objects of many threads are what a GraphQL server makes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    command::run()
}
