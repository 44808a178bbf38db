package postern.smtpd;

import postern.mail.QueueId;
import postern.wire.DataDecoder.Fault;
import postern.wire.Reply;

/** Our own replies: codes by RFC 5321 §4.2, statuses by RFC 3463 and RFC 5248. */
final class Replies {
    static final Canned OK = Canned.of(250, "2.0.0", "Ok");
    static final Canned SENDER_OK = Canned.of(250, "2.1.0", "Ok");
    static final Canned RECIPIENT_OK = Canned.of(250, "2.1.5", "Ok");
    static final Canned GO_AHEAD = Canned.of(354, "", "End data with <CR><LF>.<CR><LF>");
    static final Canned BYE = Canned.of(221, "2.0.0", "Bye");
    static final Canned HELP = Canned.of(214, "2.0.0", "https://www.rfc-editor.org/rfc/rfc5321");

    // RFC 5321 §7.3: neither existing nor missing mailboxes are told to whoever asks
    static final Canned NOT_VERIFIED =
            Canned.of(252, "2.0.0", "Cannot VRFY user; send some mail, I'll try my best");
    static final Canned BAD_VRFY = Canned.of(501, "5.1.3", "VRFY needs an address or a user");
    static final Canned NOT_SHOWN =
            Canned.of(252, "2.6.8", "Cannot VRFY: the reply needs SMTPUTF8"); // RFC 6531 §3.7.4.2
    static final Canned NOT_EXPANDED = Canned.of(502, "5.5.1", "EXPN is not implemented");
    static final Canned UNKNOWN_VERB = Canned.of(500, "5.5.2", "Command not recognized");
    static final Canned NOT_OFFERED = Canned.of(502, "5.5.1", "Not offered here");

    static final Canned NOT_A_PROXY = Canned.of(550, "5.7.0", "Insufficient authorization");
    static final Canned BAD_ATTRIBUTES = Canned.of(501, "5.5.4", "Syntax: XCLIENT name=xtext ...");

    static final Canned BAD_FORWARD = Canned.of(501, "5.5.4", "Syntax: XFORWARD name=xtext ...");
    static final Canned BAD_NODE = Canned.of(501, "5.5.4", "Syntax: ETRN domain"); // RFC 1985 §5.1

    static final Canned START_TLS = Canned.of(220, "2.0.0", "Ready to start TLS");
    static final Canned TLS_ALREADY = Canned.of(503, "5.5.1", "TLS is active already");
    static final Canned TLS_FIRST =
            Canned.of(530, "5.7.0", "Must issue a STARTTLS command first"); // RFC 3207 §4

    static final Canned LINE_TOO_LONG = Canned.of(500, "5.5.2", "Line too long");
    static final Canned BARE_NEWLINE = Canned.of(500, "5.5.2", "Bare CR or LF in a command");

    static final Canned HELLO_FIRST = Canned.of(503, "5.5.1", "Send HELO or EHLO first");
    static final Canned NESTED_MAIL = Canned.of(503, "5.5.1", "Nested MAIL command");
    static final Canned MAIL_FIRST = Canned.of(503, "5.5.1", "Need MAIL command");
    static final Canned RECIPIENT_FIRST = Canned.of(503, "5.5.1", "Need RCPT command");
    static final Canned NO_RECIPIENTS = Canned.of(554, "5.5.1", "No valid recipients");
    static final Canned CHUNKS_BEGAN = Canned.of(503, "5.5.1", "BDAT has begun; only BDAT follows");
    static final Canned BINARY_BY_DATA =
            Canned.of(503, "5.5.1", "BODY=BINARYMIME needs BDAT"); // RFC 3030 §3
    static final Canned IN_TRANSACTION = Canned.of(503, "5.5.1", "Not within a mail transaction");
    static final Canned OUT_OF_STEP =
            Canned.of(554, "5.5.0", "SMTP protocol synchronization: you did not wait for a reply");

    static final Canned PARAMETER_NOT_OFFERED =
            Canned.of(555, "5.5.4", "A parameter of MAIL is not offered here");
    static final Canned RELEASE_TOO_LATE =
            Canned.of(501, "5.5.4", "Release is too far in the future");
    static final Canned RELEASE_BEHIND_DEADLINE =
            Canned.of(501, "5.5.4", "Release would come after the deadline");
    static final Canned PRIORITY_LOWERED =
            Canned.of(250, "2.3.6", "0 is the priority: you may not raise it"); // RFC 6710 §4.1

    static final Canned TOO_LARGE =
            Canned.of(552, "5.3.4", "Message size exceeds fixed limit"); // RFC 1870 §6.1
    static final Canned TOO_MANY_RECIPIENTS = Canned.of(452, "4.5.3", "Too many recipients");
    static final Canned SENDER_NOT_INTERNATIONAL = // RFC 6531 §3.5
            Canned.of(550, "5.6.7", "Address beyond ASCII without SMTPUTF8");
    static final Canned RECIPIENT_NOT_INTERNATIONAL =
            Canned.of(553, "5.6.7", "Address beyond ASCII without SMTPUTF8");
    static final String RELAY_DENIED = "Relay access denied"; // 554 5.7.1
    static final Canned UNANSWERED = Canned.of(451, "4.3.0", "Temporary local problem");

    static final Canned BARRED = Canned.of(503, "5.7.0", "Bad sequence of commands; send QUIT");

    static final Canned AUTHENTICATE = Canned.of(530, "5.7.0", "Authentication required");
    static final Canned AUTHENTICATED = Canned.of(235, "2.7.0", "Authentication successful");
    static final Canned AUTHENTICATED_ALREADY = Canned.of(503, "5.5.1", "Already authenticated");
    static final Canned NO_MECHANISM = Canned.of(504, "5.5.4", "Mechanism not offered");
    static final Canned AUTH_NEEDS_TLS =
            Canned.of(538, "5.7.11", "Encryption required for this mechanism"); // RFC 4954 §6
    static final Canned AUTH_TOO_LONG =
            Canned.of(500, "5.5.6", "Authentication exchange line is too long"); // RFC 4954 §6
    static final Canned AUTH_NOT_NOW =
            Canned.of(454, "4.7.0", "Temporary authentication failure"); // RFC 4954 §6
    static final Canned BAD_BASE64 = Canned.of(501, "5.5.2", "Cannot decode response");
    static final Canned AUTH_CANCELLED = Canned.of(501, "5.7.0", "Authentication cancelled");
    static final Canned AUTH_FAILED = Canned.of(535, "5.7.8", "Authentication credentials invalid");

    static final Canned DRAINING = Canned.of(421, "4.3.2", "Service shutting down");
    static final Canned TOO_LONG_SESSION = Canned.of(421, "4.3.2", "Session too long, come again");
    static final Canned TIMED_OUT = Canned.of(421, "4.4.2", "Timeout exceeded");
    static final Canned TOO_MANY_ERRORS = Canned.of(421, "4.7.0", "Too many errors");
    static final Canned FOREIGN = Canned.of(421, "4.7.0", "This is SMTP, good bye");
    static final Canned TOO_MANY_SESSIONS =
            Canned.of(421, "4.3.2", "Too many sessions, try again later");
    static final Canned TOO_MANY_COMMANDS =
            Canned.of(421, "4.7.0", "Too many commands in one session, come again");
    static final Canned MAKE_ROOM =
            Canned.of(421, "4.3.2", "Too busy for idle sessions, come again");
    static final Canned TOO_EARLY =
            Canned.of(521, "5.5.1", "Protocol error: you did not wait for the greeting");

    private static final Canned BARE_IN_DATA =
            Canned.of(550, "5.6.0", "Message contains bare CR or LF"); // RFC 5321 §2.3.8
    static final Canned TOO_NESTED = Canned.of(554, "5.6.0", "MIME parts are nested too deeply");
    private static final Canned NUL_IN_DATA = Canned.of(550, "5.6.0", "Message contains NUL");
    private static final Canned HEADER_TOO_LARGE = Canned.of(552, "5.3.4", "Header too large");
    private static final Canned TOO_MANY_HOPS = Canned.of(554, "5.4.6", "Too many hops"); // §6.3
    private static final Canned NO_STORAGE = Canned.of(452, "4.3.1", "Insufficient system storage");

    private Replies() {}

    /** As for a message that was queued: a client is not told what became of its own. */
    static Reply discarded(QueueId name) {
        return Reply.of(250, "2.0.0", "Ok: queued as " + name);
    }

    static Canned of(Fault fault) {
        return switch (fault) {
            case BARE_NEWLINE -> BARE_IN_DATA;
            case NUL -> NUL_IN_DATA;
            case TOO_LARGE -> TOO_LARGE;
            case HEADER_TOO_LARGE -> HEADER_TOO_LARGE;
            case TOO_MANY_HOPS -> TOO_MANY_HOPS;
            case STORAGE -> NO_STORAGE;
        };
    }
}
