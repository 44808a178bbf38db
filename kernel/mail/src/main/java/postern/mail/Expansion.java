package postern.mail;

import java.util.List;

/** Which recipients stand for an address. */
public sealed interface Expansion {

    /**
     * These, without repetition, bounded; the address itself where it is no alias.
     *
     * @param mailboxes at least one, but for copies
     */
    record Recipients(List<Mailbox> mailboxes) implements Expansion {
        public Recipients {
            mailboxes = List.copyOf(mailboxes);
        }
    }

    /**
     * It cannot be said now: a table is out of reach, or the aliases are more than the bound
     * allows. The message is put off (451), never lost.
     *
     * @param status of class 4 (RFC 3463)
     */
    record Unanswered(String status, String why) implements Expansion {}

    Expansion NOBODY = new Recipients(List.of());
}
