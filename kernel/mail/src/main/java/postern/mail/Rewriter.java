package postern.mail;

import java.util.List;
import java.util.Optional;

/**
 * What changes of a message's addresses when it comes in: docs/routing.md says in which order. What
 * is not overridden changes nothing.
 */
public interface Rewriter {

    /** Nothing changes. */
    Rewriter NONE = new Rewriter() {};

    /** Whether senders and recipients stay as they are, and nobody gets copies. */
    default boolean leavesEnvelopes() {
        return true;
    }

    /** The address that takes the sender's place in the envelope; one, perhaps the same. */
    default Expansion sender(Mailbox sender) {
        return new Expansion.Recipients(List.of(sender));
    }

    /** The address that takes a recipient's place, before aliases; one, perhaps the same. */
    default Expansion recipient(Mailbox recipient) {
        return new Expansion.Recipients(List.of(recipient));
    }

    /** Who gets a copy of what this sender sends; may be nobody. */
    default Expansion copies(ReversePath sender) {
        return Expansion.NOBODY;
    }

    /** Who gets a copy of what this recipient gets; may be nobody. */
    default Expansion copies(Mailbox recipient) {
        return Expansion.NOBODY;
    }

    /** Where a copy with its envelope is kept; empty when none is. */
    default Optional<Mailbox> archive(ReversePath sender, List<Mailbox> recipients) {
        return Optional.empty();
    }

    /** What is done to the header of a message from there; empty when nothing is. */
    default Optional<HeaderEditor> header(Origin origin) {
        return Optional.empty();
    }

    /** Changes a header. One thread only. */
    interface HeaderEditor {

        /**
         * @param header all fields with their line ends, without the empty line
         * @return the header as it goes on; the same array when nothing changes
         * @throws Unanswered a table cannot be asked now
         */
        byte[] edit(byte[] header) throws Unanswered;
    }

    /** The message is to be put off: what it needs cannot be known now. */
    final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;

        public Unanswered(String why) {
            super(why, null, false, false);
        }

        public String why() {
            return String.valueOf(getMessage());
        }
    }
}
