package postern.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Takes system calls away from this process for good: those a mail program never needs and those
 * that its profile does not grant. See seccomp(2). Installed by the process itself, as its first
 * act, on all of its threads: the JVM's start needs calls that its work does not.
 */
public final class Seccomp {

    /**
     * What a process keeps.
     *
     * @param programs may start programs (and signal them)
     * @param identities may take on other identities, if it has the privilege
     * @param internet may open sockets other than Unix-domain ones
     */
    public record Profile(boolean programs, boolean identities, boolean internet) {}

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SET_MODE_FILTER = 1;
    private static final int FLAG_TSYNC = 1;

    private static final int AUDIT_ARCH = Syscall.number(0xc000003e, 0xc00000b7);

    /** Calls of the x32 ABI carry this bit; they would slip past a list of numbers. */
    private static final int X32_BIT = 0x40000000;

    private static final int CLONE_THREAD = 0x10000;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16; // interfaces and name services ask by it

    // struct seccomp_data
    private static final int DATA_NUMBER = 0;
    private static final int DATA_ARCH = 4;
    private static final int DATA_FIRST_ARGUMENT = 16;

    // classic BPF
    private static final int LOAD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int KILL_PROCESS = 0x80000000;
    private static final int ALLOW = 0x7fff0000;
    private static final int REFUSE = 0x00050000; // with an errno

    private static final int INSTRUCTIONS_MAX = 512;

    /** x86_64 number, then aarch64 number; -1 where there is no such call. */
    private static final int[][] NOBODY_NEEDS = {
        {101, 117}, // ptrace
        {310, 270}, // process_vm_readv
        {311, 271}, // process_vm_writev
        {312, 272}, // kcmp
        {440, 440}, // process_madvise
        {165, 40}, // mount
        {166, 39}, // umount2
        {155, 41}, // pivot_root
        {161, 51}, // chroot
        {428, 428}, // open_tree
        {429, 429}, // move_mount
        {430, 430}, // fsopen
        {431, 431}, // fsconfig
        {432, 432}, // fsmount
        {433, 433}, // fspick
        {442, 442}, // mount_setattr
        {272, 97}, // unshare
        {308, 268}, // setns
        {321, 280}, // bpf
        {298, 241}, // perf_event_open
        {323, 282}, // userfaultfd
        {425, 425}, // io_uring_setup
        {426, 426}, // io_uring_enter
        {427, 427}, // io_uring_register
        {246, 104}, // kexec_load
        {320, 294}, // kexec_file_load
        {175, 105}, // init_module
        {313, 273}, // finit_module
        {176, 106}, // delete_module
        {250, 219}, // keyctl
        {248, 217}, // add_key
        {249, 218}, // request_key
        {303, 264}, // name_to_handle_at
        {304, 265}, // open_by_handle_at
        {434, 434}, // pidfd_open
        {438, 438}, // pidfd_getfd
        {424, 424}, // pidfd_send_signal
        {126, 91}, // capset
        {135, 92}, // personality
        {103, 116}, // syslog
        {163, 89}, // acct
        {167, 224}, // swapon
        {168, 225}, // swapoff
        {169, 142}, // reboot
        {164, 170}, // settimeofday
        {227, 112}, // clock_settime
        {159, 171}, // adjtimex
        {305, 266}, // clock_adjtime
        {170, 161}, // sethostname
        {171, 162}, // setdomainname
        {179, 60}, // quotactl
        {153, 58}, // vhangup
        {172, -1}, // iopl
        {173, -1}, // ioperm
        {154, -1}, // modify_ldt
    };

    private static final int[][] PROGRAMS = {
        {59, 221}, // execve
        {322, 281}, // execveat
        {57, -1}, // fork
        {58, -1}, // vfork
        {62, 129}, // kill
        {200, 130}, // tkill
        {129, 138}, // rt_sigqueueinfo
        {297, 240}, // rt_tgsigqueueinfo
    };

    private static final int[][] IDENTITIES = {
        {105, 146}, // setuid
        {106, 144}, // setgid
        {113, 145}, // setreuid
        {114, 143}, // setregid
        {117, 147}, // setresuid
        {119, 149}, // setresgid
        {116, 159}, // setgroups
        {122, 151}, // setfsuid
        {123, 152}, // setfsgid
    };

    private final MemorySegment program;
    private int length;
    private int refused;

    private Seccomp(Arena arena) {
        this.program = arena.allocate(INSTRUCTIONS_MAX * 8L, 8);
    }

    /**
     * Installs the filter on every thread. Without way back.
     *
     * @return what is in force, for display: {@code seccomp=78} (calls refused), or {@code
     *     seccomp=none:EINVAL} where the kernel cannot
     */
    public static String install(Profile profile) {
        try (Arena arena = Arena.ofConfined()) {
            Seccomp filter = new Seccomp(arena);
            filter.write(profile);
            MemorySegment described = arena.allocate(16, 8);
            described.set(ValueLayout.JAVA_SHORT, 0, (short) filter.length);
            described.set(ValueLayout.JAVA_LONG, 8, filter.program.address());
            // without it only root may install a filter; the spawner has set it already
            Syscall.call(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            long done =
                    Syscall.call(Syscall.SECCOMP, SET_MODE_FILTER, FLAG_TSYNC, described.address());
            if (done != 0) {
                return "seccomp=none:" + (done < 0 ? Errno.name((int) -done) : "thread " + done);
            }
            return "seccomp=" + filter.refused;
        }
    }

    private void write(Profile profile) {
        add(LOAD, 0, 0, DATA_ARCH);
        add(JUMP_EQUAL, 1, 0, AUDIT_ARCH);
        add(RETURN, 0, 0, KILL_PROCESS);
        add(LOAD, 0, 0, DATA_NUMBER);
        add(JUMP_AT_LEAST, 0, 1, X32_BIT);
        add(RETURN, 0, 0, REFUSE | Errno.ENOSYS);
        refuseAll(NOBODY_NEEDS);
        if (!profile.identities()) {
            refuseAll(IDENTITIES);
        }
        if (!profile.programs()) {
            refuseAll(PROGRAMS);
            refuse(Syscall.CLONE3, Errno.ENOSYS); // glibc then uses clone, whose flags we can see
            threadsOnly();
            signalsToItselfOnly();
        }
        sockets(profile.internet());
        add(RETURN, 0, 0, ALLOW);
    }

    private void refuseAll(int[][] calls) {
        for (int[] call : calls) {
            int number = Syscall.number(call[0], call[1]);
            if (number >= 0) {
                refuse(number, Errno.EPERM);
            }
        }
    }

    private void refuse(int number, int errno) {
        add(JUMP_EQUAL, 0, 1, number);
        add(RETURN, 0, 0, REFUSE | errno);
        refused++;
    }

    private void threadsOnly() {
        add(JUMP_EQUAL, 0, 4, Syscall.CLONE);
        add(LOAD, 0, 0, DATA_FIRST_ARGUMENT);
        add(JUMP_ANY_BIT, 0, 1, CLONE_THREAD);
        add(RETURN, 0, 0, ALLOW);
        add(RETURN, 0, 0, REFUSE | Errno.EPERM);
        refused++;
    }

    private void signalsToItselfOnly() {
        add(JUMP_EQUAL, 0, 4, Syscall.TGKILL);
        add(LOAD, 0, 0, DATA_FIRST_ARGUMENT);
        add(JUMP_EQUAL, 0, 1, (int) ProcessHandle.current().pid());
        add(RETURN, 0, 0, ALLOW);
        add(RETURN, 0, 0, REFUSE | Errno.EPERM);
        refused++;
    }

    private void sockets(boolean internet) {
        int[] families =
                internet ? new int[] {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK} : new int[] {AF_UNIX};
        add(JUMP_EQUAL, 0, 2 + 2 * families.length, Syscall.SOCKET);
        add(LOAD, 0, 0, DATA_FIRST_ARGUMENT);
        for (int family : families) {
            add(JUMP_EQUAL, 0, 1, family);
            add(RETURN, 0, 0, ALLOW);
        }
        add(RETURN, 0, 0, REFUSE | Errno.EACCES);
        refused++;
    }

    private void add(int code, int ifTrue, int ifFalse, int constant) {
        long at = length++ * 8L;
        program.set(ValueLayout.JAVA_SHORT, at, (short) code);
        program.set(ValueLayout.JAVA_BYTE, at + 2, (byte) ifTrue);
        program.set(ValueLayout.JAVA_BYTE, at + 3, (byte) ifFalse);
        program.set(ValueLayout.JAVA_INT, at + 4, constant);
    }
}
