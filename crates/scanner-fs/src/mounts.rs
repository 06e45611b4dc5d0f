//! What kind of file system a folder lies on.
//!
//! Some are no files: their entries are doors into the kernel, endless or with side effects. A walk that comes from
//! outside does not enter them; a root inside of one is walked as it was named.
//!
//! Of some it is known that a folder's times change with its names. Of others it is not: a server may answer late, a
//! program behind FUSE may answer anything, FAT does not count finer than two seconds.

use std::os::fd::BorrowedFd;

#[cfg(target_os = "linux")]
use crate::linked::widen;

/// Whether `folder` lies on a file system that the kernel makes up.
#[cfg(target_os = "linux")]
pub(crate) fn is_made_up(folder: BorrowedFd<'_>) -> bool {
    rustix::fs::fstatfs(folder).is_ok_and(|found| MADE_UP.contains(&widen(found.f_type)))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_made_up(_folder: BorrowedFd<'_>) -> bool {
    false
}

/// Whether every name that comes, goes or changes in `folder` changes the times of the folder at once.
#[cfg(target_os = "linux")]
pub(crate) fn keeps_folder_times(folder: BorrowedFd<'_>) -> bool {
    rustix::fs::fstatfs(folder).is_ok_and(|found| KEEPS_TIMES.contains(&widen(found.f_type)))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn keeps_folder_times(_folder: BorrowedFd<'_>) -> bool {
    false
}

#[cfg(target_os = "linux")]
const KEEPS_TIMES: [u64; 5] = [
    0xef53,      // ext2, ext3, ext4
    0x5846_5342, // xfs
    0x9123_683e, // btrfs
    0xf2f5_2010, // f2fs
    0x0102_1994, // tmpfs
];

/// Magic numbers of `statfs(2)`.
#[cfg(target_os = "linux")]
const MADE_UP: [u64; 16] = [
    0x9fa0,      // proc
    0x6265_6572, // sysfs
    0x0027_e0eb, // cgroup
    0x6367_7270, // cgroup2
    0x6462_6720, // debugfs
    0x7472_6163, // tracefs
    0x7363_6673, // securityfs
    0xcafe_4a11, // bpf
    0x6165_676c, // pstore
    0xde5e_81e4, // efivarfs
    0x6265_6570, // configfs
    0xf97c_ff8c, // selinux
    0x1cd1,      // devpts
    0x4249_4e4d, // binfmt_misc
    0x6573_5543, // fusectl
    0x6e73_6673, // nsfs
];

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::fd::AsFd;
    use std::path::Path;

    use super::*;
    use crate::read::open_folder_by_path;

    #[test]
    fn proc_is_made_up_and_a_temporary_folder_is_not() {
        let made = tempfile::tempdir().unwrap();
        let folder = open_folder_by_path(made.path()).unwrap();
        assert!(!is_made_up(folder.as_fd()));
        if let Ok(folder) = open_folder_by_path(Path::new("/proc")) {
            assert!(is_made_up(folder.as_fd()) && !keeps_folder_times(folder.as_fd()));
        }
    }
}
