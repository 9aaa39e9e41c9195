//! The inputs that fuzzing began with and found, tried again, and others made of them by chance.

#[path = "../../../../fuzz/checks.rs"]
mod checks;

use std::{fs, panic, path::Path, time::Instant};

use crate::inputs::{chance::Chance, number};

type Check = fn(&[u8]);

const TARGETS: [(&str, Check); 3] = [("lexer", checks::lexer), ("guard", checks::guard), ("request", checks::request)];
/// How many inputs are made by chance unless `STACKMOTIVE_MUTATIONS` says otherwise.
const MUTATIONS: u64 = 600;
/// How many of them are tried at the same time.
const STREAMS: u64 = 2;
/// How large they are at most; the guard refuses what is larger in any case.
const BYTES_MAX: usize = 8192;
/// What means something in a document, for a change to put in.
const WORDS: [&str; 24] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "...",
    "@skip(if: true)",
    "fragment F on Query ",
    "query ",
    "mutation ",
    "$v",
    "\"",
    "\"\"\"",
    "#",
    "\\u",
    "\0",
    ",",
    ":",
    "!",
    "=",
    "__schema",
    "viewer",
    "\u{feff}",
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(paths.len() >= 20, "{} inputs in {}", paths.len(), folder.display());
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn of_the_fuzzer_still_holds() {
    for (target, check) in TARGETS {
        corpus(target).iter().for_each(|input| check(input));
    }
}

#[test]
fn changed_by_chance_holds_too() {
    let count = number("STACKMOTIVE_MUTATIONS").unwrap_or(MUTATIONS);
    let seed = number("STACKMOTIVE_INPUTS_SEED").unwrap_or(1);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for stream in 0..STREAMS {
            scope.spawn(move || try_some(Chance::new(seed, stream), count / STREAMS));
        }
    });
    println!("{count} inputs in {:?}", begun.elapsed());
}

fn try_some(mut chance: Chance, count: u64) {
    let corpora = TARGETS.map(|(target, check)| (corpus(target), check));
    for _ in 0..count {
        let (corpus, check) = chance.pick(&corpora);
        let (corpus, check) = (corpus.clone(), *check);
        let input = changed(&mut chance, &corpus);
        if panic::catch_unwind(|| check(&input)).is_err() {
            panic!("this breaks it: {:?}", String::from_utf8_lossy(&input));
        }
    }
}

/// One of the inputs after a few changes: bytes flipped, parts cut out, repeated, joined with another's, words put in.
fn changed(chance: &mut Chance, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = chance.pick(corpus).clone();
    input.truncate(BYTES_MAX);
    for _ in 0..=chance.below(6) {
        let from = chance.below(input.len() + 1);
        let to = (from + chance.below(64)).min(input.len());
        match chance.below(6) {
            0 if from < input.len() => input[from] ^= 1 << chance.below(8),
            1 => drop(input.drain(from..to)),
            2 => {
                let part = input[from..to].repeat(1 + chance.below(40));
                input.splice(from..from, part);
            }
            3 => {
                let other = chance.pick(corpus);
                let at = chance.below(other.len() + 1);
                input.truncate(from);
                input.extend_from_slice(&other[at..]);
            }
            _ => {
                let word = chance.pick(&WORDS).repeat(1 + chance.below(3));
                input.splice(from..from, word.into_bytes());
            }
        }
        input.truncate(BYTES_MAX);
    }
    input
}
