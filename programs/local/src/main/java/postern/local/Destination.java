package postern.local;

import java.util.List;
import postern.base.User;
import postern.local.LocalConfig.Source;
import postern.mail.Mailbox;

/** One of the places that an alias or a user's instructions send mail to. */
sealed interface Destination {
    /** Names it, the same at every attempt. */
    String name();

    /**
     * The mailbox of a user.
     *
     * @param own whether the user's instructions are asked for
     */
    record OfUser(User user, boolean own) implements Destination {
        @Override
        public String name() {
            return "user " + user.name();
        }
    }

    record File(String path, User rights, Source source) implements Destination {
        @Override
        public String name() {
            return "file " + path;
        }
    }

    record Program(String line, User rights, Source source) implements Destination {
        @Override
        public String name() {
            return "command " + line;
        }
    }

    /** Other addresses, as many as one message may have. */
    record Addresses(List<Mailbox> mailboxes) implements Destination {
        @Override
        public String name() {
            return "addresses " + mailboxes;
        }
    }

    /** Something that cannot be followed; the reason is a deferral's where it may be mended. */
    record Broken(String what, boolean mendable) implements Destination {
        @Override
        public String name() {
            return "broken " + what;
        }
    }
}
