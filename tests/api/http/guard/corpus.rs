//! The inputs that fuzzing began with and found, tried again.

#[path = "../../../../fuzz/checks.rs"]
mod checks;

use std::{fs, path::Path};

#[test]
fn of_the_fuzzer_still_holds() {
    for (target, check) in
        [("lexer", checks::lexer as fn(&[u8])), ("guard", checks::guard), ("request", checks::request)]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(inputs.len() >= 20, "{} inputs in {}", inputs.len(), folder.display());
        for input in inputs {
            check(&fs::read(&input).unwrap());
        }
    }
}
