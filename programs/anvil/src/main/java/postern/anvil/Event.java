package postern.anvil;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/** Something that a client does or has done. */
public sealed interface Event {

    /**
     * A session wants to begin.
     *
     * @param exempt counted, and never refused
     */
    record Begin(InetAddress client, boolean exempt) implements Event {}

    /** A session that was let in is over. */
    record End(InetAddress client) implements Event {}

    /**
     * Something is about to be done.
     *
     * @param login empty where nobody authenticated, or tried to
     */
    record Act(Deed deed, Optional<InetAddress> client, String login, boolean exempt)
            implements Event {
        public Act {
            login = counted(login);
        }
    }

    /**
     * Whether it may be done once more; it is not counted.
     *
     * @param login empty where only the network is looked at
     */
    record Look(Deed deed, Optional<InetAddress> client, String login, boolean exempt)
            implements Event {
        public Look {
            login = counted(login);
        }
    }

    /** A login longer than this is remembered by its beginning. Origin: LOGIN_NAME_MAX of Linux. */
    int LOGIN_CHARS_MAX = 256;

    /** Logins do not differ by case: who guesses must not begin anew by writing one otherwise. */
    private static String counted(String login) {
        String bounded =
                login.length() > LOGIN_CHARS_MAX ? login.substring(0, LOGIN_CHARS_MAX) : login;
        return bounded.toLowerCase(Locale.ROOT);
    }
}
