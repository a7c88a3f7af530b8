//! Walls around the processes that this program starts to work for it: each may read what it needs and nothing else.
//!
//! Two mechanisms of the kernel, each of which is left out where it is not at hand: Landlock bounds the files, and a
//! filter on system calls takes away what such work never needs. Limits of memory and time are each process's own.

use std::{collections::BTreeMap, path::Path};

use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// What a process needs once its walls stand.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// The command that the process was started with, for what it says on standard error.
    pub who: &'a str,
    /// The folder below which it may read; `None` for no file at all.
    pub readable: Option<&'a Path>,
    /// Whether it starts threads. They are inside the walls; threads that run already are not, so the walls come first.
    pub threads: bool,
}

/// Confines this process. Says on standard error what this system cannot do.
pub fn enter(needs: Needs<'_>) {
    let who = needs.who;
    match confine_files(needs.readable) {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => {}
        Ok(RulesetStatus::NotEnforced) => eprintln!("lakescope {who}: this kernel cannot bound the files it reads"),
        Err(error) => eprintln!("lakescope {who}: the files it reads are not bounded: {error}"),
    }
    if let Err(error) = filter_calls(needs.threads) {
        eprintln!("lakescope {who}: its system calls are not filtered: {error}");
    }
}

/// Files can be read below one folder only, no network can be reached, and no process outside be signalled.
fn confine_files(readable: Option<&Path>) -> Result<RulesetStatus, Box<dyn std::error::Error>> {
    // Newer kernels do all of it, older ones the part that they know.
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    if let Some(folder) = readable {
        rules = rules.add_rule(PathBeneath::new(PathFd::new(folder)?, AccessFs::ReadFile | AccessFs::ReadDir))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// Calls that change files, start programs, reach other processes or the network. They fail with "not permitted".
fn refused_calls(threads: bool) -> Vec<libc::c_long> {
    let mut calls = vec![
        libc::SYS_execve,
        libc::SYS_execveat,
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
    if !threads {
        calls.extend([libc::SYS_clone, libc::SYS_clone3]);
    }
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

fn filter_calls(threads: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        refused_calls(threads).into_iter().map(|call| (call, Vec::new())).collect();
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
