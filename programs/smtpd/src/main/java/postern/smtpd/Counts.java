package postern.smtpd;

import java.util.Arrays;
import java.util.Locale;
import postern.base.LogLine;

/** What a session did, for its last line in the log. One thread only. */
final class Counts {
    /** The commands, as the line names them. */
    enum Verb {
        HELO,
        EHLO,
        STARTTLS,
        AUTH,
        XCLIENT,
        MAIL,
        RCPT,
        DATA,
        BDAT,
        RSET,
        NOOP,
        VRFY,
        QUIT,
        OTHER,
        UNKNOWN;

        /** By the name that the parser gives a refused command. */
        static Verb of(String name) {
            return switch (name) {
                case "mail" -> MAIL;
                case "rcpt" -> RCPT;
                case "ehlo", "lhlo" -> EHLO;
                case "helo" -> HELO;
                case "data" -> DATA;
                case "bdat" -> BDAT;
                case "quit" -> QUIT;
                case "rset" -> RSET;
                case "vrfy" -> VRFY;
                case "auth" -> AUTH;
                case "starttls" -> STARTTLS;
                case "unknown" -> UNKNOWN;
                default -> OTHER;
            };
        }
    }

    private static final Verb[] VERBS = Verb.values();
    private static final String[] NAMES =
            Arrays.stream(VERBS)
                    .map(verb -> verb.name().toLowerCase(Locale.ROOT))
                    .toArray(String[]::new);

    private final short[] all = new short[VERBS.length];
    private final short[] refused = new short[VERBS.length];

    void command(Verb verb) {
        if (all[verb.ordinal()] < Short.MAX_VALUE) {
            all[verb.ordinal()]++;
        }
    }

    void refused(Verb verb) {
        if (refused[verb.ordinal()] < Short.MAX_VALUE) {
            refused[verb.ordinal()]++;
        }
    }

    /** {@code ehlo=1 mail=1 rcpt=2/3}: done of asked, where not all were done. */
    void addTo(LogLine line) {
        int commands = 0;
        int done = 0;
        for (int i = 0; i < VERBS.length; i++) {
            if (all[i] > 0) {
                line.with(NAMES[i], fraction(all[i] - refused[i], all[i]));
                commands += all[i];
                done += all[i] - refused[i];
            }
        }
        line.with("commands", fraction(done, commands));
    }

    private static Object fraction(int done, int asked) {
        return done == asked ? (Object) asked : done + "/" + asked;
    }
}
