//! The command line; what it does is in [`command`].

mod command;

/// Many small objects of many threads are what a GraphQL server makes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    use_small_pages();
    command::run()
}

/// Keeps the memory that is held to what is used: in pages of 2 MB the allocator would hold twice as much.
fn use_small_pages() {
    // Where the kernel knows no such wish everything works the same.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
}
