package postern.os;

import java.io.IOException;

/**
 * Error numbers of the kernel, as an administrator reads them. Linux numbers, all architectures.
 */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EINVAL = 22;
    static final int ELOOP = 40;
    static final int ERANGE = 34;
    static final int ENOSYS = 38;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int ECONNREFUSED = 111;

    private Errno() {}

    /** An exception that says: {@code what: why}. */
    static IOException failure(String what, long negatedErrno) {
        return new IOException(what + ": " + words((int) -negatedErrno));
    }

    /** The result if it is none of failure. */
    static long check(String what, long result) throws IOException {
        if (result < 0) {
            throw failure(what, result);
        }
        return result;
    }

    static String words(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case 3 -> "no such process";
            case 5 -> "input/output error";
            case 8 -> "not an executable";
            case 9 -> "bad descriptor";
            case 10 -> "no such child";
            case EAGAIN -> "try again";
            case 12 -> "out of memory";
            case EACCES -> "permission denied";
            case EEXIST -> "exists already";
            case ENOTDIR -> "not a directory";
            case EINVAL -> "invalid argument";
            case 23, 24 -> "too many open files";
            case 28 -> "no space left";
            case 27 -> "file too large";
            case 30 -> "read-only file system";
            case ENOSYS -> "not in this kernel";
            case ELOOP -> "a symbolic link stands in the way";
            case 122 -> "disk quota exceeded";
            case EAFNOSUPPORT -> "address family not supported";
            case EADDRINUSE -> "address in use";
            case 99 -> "no such address on this machine";
            case 110 -> "timed out";
            case ECONNREFUSED -> "connection refused";
            default -> "error " + errno;
        };
    }

    static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM";
            case ENOENT -> "ENOENT";
            case 3 -> "ESRCH";
            case EACCES -> "EACCES";
            case EINVAL -> "EINVAL";
            case ENOSYS -> "ENOSYS";
            case EADDRINUSE -> "EADDRINUSE";
            case ECONNREFUSED -> "ECONNREFUSED";
            case 95 -> "EOPNOTSUPP";
            case 101 -> "ENETUNREACH";
            case 115 -> "EINPROGRESS";
            default -> "errno " + errno;
        };
    }
}
