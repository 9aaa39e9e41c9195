//! Key files: one that others can read is refused, and a new one is there whole or not at all.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::key_ring::new_key_line;
use crate::database::Failure;

/// What a key file tells whoever opens it.
const REMARK: &str = "\
# The keys of StackMotive, as ID:BASE64. The first one seals, all of them open.
# Whoever loses this file loses the passwords and personal data in the database: keep a copy apart from its backups.
";
/// Bytes of a key file at most; one that is larger is something else.
const SIZE_MAX: u64 = 64 * 1024;

/// The text of a key file.
///
/// # Errors
/// When it can't be read, or others than its owner can read or change it.
pub fn read(path: &Path) -> Result<SecretString, Failure> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format!(
            "There is no key file {}: make one with `(umask 077; stackmotive keys new > {0})`, or, if there was one, \
             put it back.",
            path.display()
        )),
        _ => Failure::new(format!("The key file {} can't be read ({error}).", path.display())),
    };
    let file = File::open(path).map_err(fault)?;
    let found = file.metadata().map_err(fault)?;
    if !found.is_file() {
        return Err(Failure::new(format!("{} is not a file with keys.", path.display())));
    }
    if found.mode() & 0o077 != 0 {
        return Err(Failure::new(format!(
            "Others than its owner can open the key file {0}: run `chmod 600 {0}`.",
            path.display()
        )));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(SIZE_MAX).read_to_string(&mut text).map_err(fault)?;
    Ok(SecretString::from(text.as_str()))
}

/// Makes a key file with one new key, in a folder that its owner alone can enter. One that is there already stays.
///
/// # Errors
/// When it can't be written.
pub fn make(path: &Path) -> Result<(), Failure> {
    let key = new_key_line()?;
    write_new(path, &key)
        .map_err(|error| Failure::new(format!("The key file {} can't be made ({error}).", path.display())))
}

/// Writes it under another name and links it when it is whole and on the disk: a link never replaces a file.
fn write_new(path: &Path, key: &SecretString) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let unfinished = folder.join(format!(".{}.unfinished", uuid::Uuid::new_v4().simple()));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).and_then(|mut file| {
        file.write_all(REMARK.as_bytes())?;
        file.write_all(key.expose_secret().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&unfinished, path));
    let _ = std::fs::remove_file(&unfinished);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The names have to be on the disk before anything is sealed with the key.
    File::open(folder)?.sync_all()?;
    folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::KeyRing;
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    #[test]
    fn a_new_file_is_its_owners_alone_and_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/stackmotive.keys");
        make(&path).unwrap();
        let first = read(&path).unwrap();
        assert_eq!(KeyRing::read(&first, "the file").unwrap().ids().len(), 1);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(folder.path().join("keys")).unwrap().mode() & 0o777, 0o700);

        make(&path).unwrap();
        assert_eq!(read(&path).unwrap().expose_secret(), first.expose_secret());
        assert_eq!(std::fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "nothing unfinished is left");
    }

    #[test]
    fn a_file_that_others_can_open_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stackmotive.keys");
        make(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644, 0o601] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let sentence = read(&path).unwrap_err().to_string();
            assert_eq!(
                sentence,
                format!("Others than its owner can open the key file {0}: run `chmod 600 {0}`.", path.display())
            );
        }
        for mode in [0o600, 0o400] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            read(&path).unwrap();
        }
    }

    #[test]
    fn what_is_no_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().ends_with("is not a file with keys."));
        let missing = read(&folder.path().join("nothing")).unwrap_err().to_string();
        assert!(missing.starts_with("There is no key file") && missing.contains("stackmotive keys new >"), "{missing}");
    }
}
