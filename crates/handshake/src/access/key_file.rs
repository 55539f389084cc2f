//! The wrapping key: 32 random bytes in a file outside the data directory, so that a copy of the
//! data alone opens nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use handshake_core::vocabulary::{hex, unhex};

use super::secret::{SecretError, fresh};

/// Why there is no wrapping key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error(
        "the key file `{}` lies inside the data directory `{}`; keep it elsewhere, so that a copy \
         of the data alone opens nothing", key.display(), data.display()
    )]
    Inside { key: PathBuf, data: PathBuf },
    #[error(
        "there is data in `{}` but no key file `{}`; bring the key file back, or name it with \
         `--key-file`", data.display(), key.display()
    )]
    Missing { key: PathBuf, data: PathBuf },
    #[error("`{}` is no key file; expected 64 hexadecimal digits", key.display())]
    Malformed { key: PathBuf },
    #[error("could not {what} the key file `{}`", key.display())]
    Io { what: &'static str, key: PathBuf, source: io::Error },
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// Reads the key file of a data directory that exists.
pub fn read_key_file(key: &Path, data: &Path) -> Result<[u8; 32], KeyFileError> {
    refuse_inside(key, data)?;
    let mut text = String::new();
    let read = File::open(key).and_then(|it| it.take(1024).read_to_string(&mut text));
    match read {
        Ok(_) => (),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyFileError::Missing { key: key.to_owned(), data: data.to_owned() });
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(KeyFileError::Malformed { key: key.to_owned() });
        }
        Err(source) => {
            return Err(KeyFileError::Io { what: "read", key: key.to_owned(), source });
        }
    }
    unhex(text.trim()).ok_or_else(|| KeyFileError::Malformed { key: key.to_owned() })
}

/// Writes a new key file that only its owner may read. Never replaces one.
pub fn create_key_file(key: &Path, data: &Path) -> Result<[u8; 32], KeyFileError> {
    refuse_inside(key, data)?;
    let bytes: [u8; 32] = fresh()?;
    let write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(key)?;
        writeln!(file, "{}", hex(&bytes))?;
        file.sync_all()?;
        // The name must survive a power cut too: without this file the data is lost.
        let folder = key.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    };
    write().map_err(|source| KeyFileError::Io { what: "write", key: key.to_owned(), source })?;
    Ok(bytes)
}

fn refuse_inside(key: &Path, data: &Path) -> Result<(), KeyFileError> {
    let whole = |path: &Path| {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name))
    };
    let (whole_key, whole_data) = (whole(key), data.canonicalize().unwrap_or_else(|_| whole(data)));
    match whole_key.starts_with(&whole_data) {
        true => Err(KeyFileError::Inside { key: key.to_owned(), data: data.to_owned() }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_lies_beside_the_data_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (key, data) = (folder.path().join("data.key"), folder.path().join("data"));
        let missing = read_key_file(&key, &data).unwrap_err().to_string();
        assert!(missing.contains("bring the key file back"), "{missing}");
        let written = create_key_file(&key, &data).unwrap();
        assert_eq!(read_key_file(&key, &data).unwrap(), written);
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create_key_file(&key, &data).is_err(), "it replaced a key");
        std::fs::write(&key, "short").unwrap();
        assert!(matches!(read_key_file(&key, &data), Err(KeyFileError::Malformed { .. })));
    }

    #[test]
    fn a_key_inside_the_data_directory_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        for key in [data.join("key"), folder.path().join("data/../data/key")] {
            let said = create_key_file(&key, &data).unwrap_err();
            assert!(matches!(said, KeyFileError::Inside { .. }), "{said}");
        }
    }
}
