//! The walls around the reader process: it may read files below the lake's folder and nothing else.
//!
//! Two mechanisms of the kernel, each of which is left out where it is not at hand: Landlock bounds the files, and a
//! filter on system calls takes away what reading never needs. The limits of [`super::limits`] hold everywhere.

use std::{collections::BTreeMap, path::Path};

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// Confines this process to reading below `lake_root`. Says on standard error what this system cannot do.
pub(super) fn enter(lake_root: &Path) {
    match confine_files(lake_root) {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => {}
        Ok(RulesetStatus::NotEnforced) => eprintln!("lakescope hdf5-child: this kernel cannot confine it to the lake"),
        Err(error) => eprintln!("lakescope hdf5-child: it is not confined to the lake: {error}"),
    }
    if let Err(error) = filter_calls() {
        eprintln!("lakescope hdf5-child: its system calls are not filtered: {error}");
    }
}

/// Files can be read below the lake only, no network can be reached, and no process outside be signalled.
fn confine_files(lake_root: &Path) -> Result<RulesetStatus, Box<dyn std::error::Error>> {
    // Newer kernels do all of it, older ones the part that they know.
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rule(PathBeneath::new(PathFd::new(lake_root)?, AccessFs::ReadFile | AccessFs::ReadDir))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// Calls that change files, start programs, reach other processes or the network. They fail with "not permitted".
fn refused_calls() -> Vec<libc::c_long> {
    let mut calls = vec![
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_chroot,
        libc::SYS_pivot_root,
        libc::SYS_openat2,
        libc::SYS_unlinkat,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_truncate,
        libc::SYS_ftruncate,
        libc::SYS_fallocate,
        libc::SYS_utimensat,
        libc::SYS_setxattr,
        libc::SYS_fsetxattr,
        libc::SYS_removexattr,
    ];
    #[cfg(target_arch = "x86_64")]
    calls.extend([
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_creat,
        libc::SYS_unlink,
        libc::SYS_rename,
        libc::SYS_mkdir,
        libc::SYS_rmdir,
        libc::SYS_mknod,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_chmod,
        libc::SYS_chown,
        libc::SYS_lchown,
        libc::SYS_utime,
        libc::SYS_utimes,
    ]);
    calls
}

/// Opening for writing, or with a flag that changes the file; `argument` is the place of the flags.
fn opening_to_write(argument: u8) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let access = libc::O_ACCMODE.cast_unsigned();
    [
        (access, libc::O_WRONLY),
        (access, libc::O_RDWR),
        (libc::O_TRUNC.cast_unsigned(), libc::O_TRUNC),
        (libc::O_CREAT.cast_unsigned(), libc::O_CREAT),
    ]
    .into_iter()
    .map(|(mask, value)| {
        let compare = SeccompCmpOp::MaskedEq(u64::from(mask));
        let value = u64::from(value.cast_unsigned());
        SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)?])
    })
    .collect()
}

fn filter_calls() -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        refused_calls().into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_openat, opening_to_write(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, opening_to_write(1)?);
    let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?;
    let program: BpfProgram = filter.try_into()?;
    // This also takes away the right to gain rights by starting programs.
    seccompiler::apply_filter(&program)?;
    Ok(())
}
