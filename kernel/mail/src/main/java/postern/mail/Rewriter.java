package postern.mail;

import java.util.List;
import java.util.Optional;

/** What changes of a message's addresses when it comes in: docs/routing.md says in which order. */
public interface Rewriter {

    /** The address that takes the sender's place in the envelope; one, perhaps the same. */
    Expansion sender(Mailbox sender);

    /** The address that takes a recipient's place, before aliases; one, perhaps the same. */
    Expansion recipient(Mailbox recipient);

    /** Who gets a copy of what this sender sends; may be nobody. */
    Expansion copies(ReversePath sender);

    /** Who gets a copy of what this recipient gets; may be nobody. */
    Expansion copies(Mailbox recipient);

    /** Where a copy with its envelope is kept; empty when none is. */
    Optional<Mailbox> archive(ReversePath sender, List<Mailbox> recipients);

    /** What is done to the header of a message from there; empty when nothing is. */
    Optional<HeaderEditor> header(Origin origin);

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

    /** Nothing changes. */
    Rewriter NONE =
            new Rewriter() {
                @Override
                public Expansion sender(Mailbox sender) {
                    return new Expansion.Recipients(List.of(sender));
                }

                @Override
                public Expansion recipient(Mailbox recipient) {
                    return new Expansion.Recipients(List.of(recipient));
                }

                @Override
                public Expansion copies(ReversePath sender) {
                    return Expansion.NOBODY;
                }

                @Override
                public Expansion copies(Mailbox recipient) {
                    return Expansion.NOBODY;
                }

                @Override
                public Optional<Mailbox> archive(ReversePath sender, List<Mailbox> recipients) {
                    return Optional.empty();
                }

                @Override
                public Optional<HeaderEditor> header(Origin origin) {
                    return Optional.empty();
                }
            };
}
