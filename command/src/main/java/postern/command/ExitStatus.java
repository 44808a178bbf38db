package postern.command;

/** Exit codes of sysexits(3), which callers of sendmail look at. */
public enum ExitStatus {
    OK(0),
    /** The command was used wrongly. */
    USAGE(64),
    /** The message or an address in it is malformed. */
    DATA_ERROR(65),
    /** What was asked for does not exist. */
    NO_INPUT(66),
    /** An addressee does not exist. */
    NO_USER(67),
    /** A service is not there. */
    UNAVAILABLE(69),
    /** A fault of our own. */
    SOFTWARE(70),
    /** Reading or writing failed. */
    IO_ERROR(74),
    /** Try again later. */
    TEMPORARY(75),
    /** The other side does not speak the protocol. */
    PROTOCOL(76),
    NO_PERMISSION(77),
    CONFIGURATION(78);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
