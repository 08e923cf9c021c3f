//! Writes every committed file that is derived from the code: completions, manual pages, and the
//! derived parts of README.md. Run it after a change to a check or a flag: `cargo run --example generate`.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join("man"))? {
        // The page of a command that is no more.
        fs::remove_file(entry?.path())?;
    }
    let readme = fs::read_to_string(root.join("README.md"))?;
    for (path, text) in aws_ecs_preflight::commands::generated(&readme)? {
        fs::write(root.join(path), text)?;
    }
    Ok(())
}
