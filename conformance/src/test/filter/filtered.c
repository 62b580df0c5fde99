/*
 * filtered docker|none COMMAND...: runs a command behind a seccomp filter that hides what docker's default profile hides from containers without
 * privileges (what is not in its list of allowed calls: EPERM; clone3 and all that is newer than the list: ENOSYS), or on a host without seccomp.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)
#define UNLESS(test, value, skip) (struct sock_filter) BPF_JUMP(BPF_JMP | test | BPF_K, value, 0, skip)
#define FAIL(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define NEWEST_IN_LIST 449 /* futex_waitv */
#define NAMESPACES \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static const int hidden[] = {
    __NR_unshare, __NR_setns, __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_swapon, __NR_swapoff,
    __NR_reboot, __NR_sethostname, __NR_setdomainname, __NR_iopl, __NR_ioperm, __NR_init_module, __NR_finit_module,
    __NR_delete_module, __NR_kexec_load, __NR_kexec_file_load, __NR_acct, __NR_quotactl, __NR_settimeofday,
    __NR_clock_settime, __NR_vhangup, __NR_syslog, __NR_uselib, __NR_ustat, __NR_sysfs, __NR__sysctl,
    __NR_lookup_dcookie, __NR_add_key, __NR_request_key, __NR_keyctl, __NR_mbind, __NR_set_mempolicy,
    __NR_get_mempolicy, __NR_migrate_pages, __NR_move_pages, __NR_perf_event_open, __NR_fanotify_init,
    __NR_open_by_handle_at, __NR_kcmp, __NR_bpf, __NR_userfaultfd, __NR_io_uring_setup, __NR_io_uring_enter,
    __NR_io_uring_register, __NR_open_tree, __NR_move_mount, __NR_fsopen, __NR_fsconfig, __NR_fsmount, __NR_fspick,
    __NR_pidfd_getfd, __NR_process_madvise, __NR_mount_setattr, 443 /* quotactl_fd */,
};

static struct sock_filter filter[300];
static int length;

static void add(struct sock_filter instruction) {
    filter[length++] = instruction;
}

static void like_docker(void) {
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        add(UNLESS(BPF_JEQ, hidden[i], 1));
        add(FAIL(EPERM));
    }
    add(UNLESS(BPF_JEQ, __NR_clone3, 1));
    add(FAIL(ENOSYS));
    add(UNLESS(BPF_JGT, NEWEST_IN_LIST, 1));
    add(FAIL(ENOSYS));
    add(UNLESS(BPF_JEQ, __NR_clone, 3));
    add(LOAD(args[0]));
    add(UNLESS(BPF_JSET, NAMESPACES, 1));
    add(FAIL(EPERM));
}

static void without_seccomp(void) {
    add(UNLESS(BPF_JEQ, __NR_seccomp, 1));
    add(FAIL(ENOSYS));
    add(UNLESS(BPF_JEQ, __NR_prctl, 3));
    add(LOAD(args[0]));
    add(UNLESS(BPF_JEQ, PR_SET_SECCOMP, 1));
    add(FAIL(EINVAL));
}

int main(int argc, char **argv) {
    add(LOAD(arch));
    add(UNLESS(BPF_JEQ, AUDIT_ARCH_X86_64, 1));
    add((struct sock_filter) BPF_STMT(BPF_JMP | BPF_JA, 1));
    add(RETURN(SECCOMP_RET_KILL_PROCESS));
    add(LOAD(nr));
    if (strcmp(argv[1], "docker") == 0) {
        like_docker();
    } else {
        without_seccomp();
    }
    add(RETURN(SECCOMP_RET_ALLOW));
    struct sock_fprog program = {length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("seccomp");
        return 77;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 77;
}
