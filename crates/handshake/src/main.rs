//! The one binary: `handshake serve` and every other command.

use std::process::ExitCode;

// A request is many small allocations, which it serves faster than the system does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    handshake::cli::run()
}
