package postern.rewrite;

/** What a domain is to us; Postfix's ADDRESS_CLASS_README tells the same. */
public enum AddressClass {
    /** Its users are users of this machine. */
    LOCAL,
    /** Every address of it is an alias. */
    VIRTUAL_ALIAS,
    /** Its users have mailboxes here and no account. */
    VIRTUAL_MAILBOX,
    /** We take its mail and pass it on. */
    RELAY,
    /** All others. */
    REMOTE;

    /** As people read it. */
    public String words() {
        return switch (this) {
            case LOCAL -> "local";
            case VIRTUAL_ALIAS -> "virtual alias";
            case VIRTUAL_MAILBOX -> "virtual mailbox";
            case RELAY -> "relay";
            case REMOTE -> "remote";
        };
    }
}
