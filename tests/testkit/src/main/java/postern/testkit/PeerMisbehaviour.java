package postern.testkit;

/** What a mail host may do to its client beside refusing. */
public enum PeerMisbehaviour {
    NONE,
    /** The EHLO reply has no last line. */
    ENDLESS_REPLY,
    /** The reply to MAIL has no line end. */
    ENDLESS_LINE,
    /** The greeting is no reply. */
    GARBAGE,
    /** Another reply comes with the greeting. */
    REPLY_BEFORE_COMMAND,
    /** The acceptance of the message comes with the 354. */
    ACCEPT_BEFORE_DATA,
    /** A second reply comes behind that to the end of data. */
    REPLY_TOO_MANY,
    /** Lines of the message are refused as commands, and then it is taken. */
    REPLY_FOR_EACH_LINE,
    /** Each RCPT is accepted and then refused. */
    TWO_REPLIES_TO_RCPT,
    /** Each RCPT is answered as DATA is. */
    GO_AHEAD_AT_RCPT,
    /** All replies up to the acceptance of the message come with that to MAIL. */
    ALL_REPLIES_AT_MAIL,
    /** Lines of one reply bear different codes. */
    CONTRADICTION,
    /** Nothing is ever said. */
    SILENT,
    /** Nothing more is said after the greeting. */
    SILENT_AT_MAIL,
    /** The greeting comes an octet a second. */
    OCTET_A_SECOND,
    /** The message is asked for and never read. */
    STOPS_READING,
    /** The connection ends where the greeting is due. */
    CLOSE_AT_GREETING,
    CLOSE_AT_MAIL,
    CLOSE_AFTER_354,
    /** The message is read to its end, and no answer given. */
    CLOSE_AT_END,
    /** LMTP: the connection ends after the reply for the first recipient. */
    CLOSE_AMONG_ENDS,
    /** The message is taken, and the connection ends. */
    CLOSE_AFTER_MESSAGE,
    /** The message is taken, and the connection is reset under the next. */
    RESET_AFTER_MESSAGE,
    /** The message is taken; at the next command the client hears that it waited too long. */
    HANG_UP_WHEN_IDLE,
    /** BDAT is offered and not known: the message would be read as commands. */
    LYING_CHUNKING,
    /** A large SIZE is offered, and the message is too large at its end. */
    LYING_SIZE,
    /** STARTTLS is taken and the connection ends. */
    TLS_CLOSES,
    /** STARTTLS is taken and what comes is not TLS. */
    TLS_GARBAGE,
    /** STARTTLS is taken and nothing follows. */
    TLS_SILENT,
    /** STARTTLS is taken and a record comes an octet a second. */
    TLS_TRICKLES,
    /** Words come behind the reply to STARTTLS: RFC 3207 §4.2. */
    TLS_INJECTS,
    /** The handshake is done, and the connection ends. */
    TLS_CLOSES_SEALED
}
