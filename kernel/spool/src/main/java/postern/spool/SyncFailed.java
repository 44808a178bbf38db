package postern.spool;

/**
 * What is on disk is unknown: a sync, or the repair after a failed write, did not succeed. Trying
 * again may report success for octets that are lost, so the process halts and starts from disk.
 */
final class SyncFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    SyncFailed(String what, Throwable cause) {
        super(what, cause);
    }
}
