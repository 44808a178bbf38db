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
    /** Nothing is ever said. */
    SILENT,
    /** The connection ends where the greeting is due. */
    CLOSE_AT_GREETING,
    CLOSE_AT_MAIL,
    CLOSE_AFTER_354,
    /** The message is read to its end, and no answer given. */
    CLOSE_AT_END,
    /** The message is taken, and the connection ends. */
    CLOSE_AFTER_MESSAGE,
    /** The message is taken; at the next command the client hears that it waited too long. */
    HANG_UP_WHEN_IDLE,
    /** STARTTLS is taken and the connection ends. */
    TLS_CLOSES,
    /** Words come behind the reply to STARTTLS: RFC 3207 §4.2. */
    TLS_INJECTS
}
