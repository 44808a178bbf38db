package postern.command.sendmail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.mail.MailOptions;
import postern.mail.Recipient;
import postern.mail.Verp;

/**
 * The command line of sendmail, read as getopt(3) reads it: flags may be bundled, and end at {@code
 * --} or at the first word that is none.
 */
final class Options {

    enum Mode {
        SUBMIT,
        DIALOGUE,
        LIST,
        FLUSH,
        VERIFY,
        ALIASES,
        NOTHING
    }

    sealed interface Parsed {
        record Understood(Options options) implements Parsed {}

        /** {@code why} is a sentence without its full stop. */
        record Wrong(String why) implements Parsed {}
    }

    private Mode mode = Mode.SUBMIT;
    private boolean headerRecipients;
    private boolean dotEnds = true;
    private boolean verbose;
    private Optional<String> sender = Optional.empty();
    private String fullName = "";
    private String configuration = "";
    private Recipient.Notify notify = Recipient.Notify.DEFAULT;
    private MailOptions.Return returned = MailOptions.Return.UNSTATED;
    private String envelopeId = "";
    private String verp = "";
    private final List<String> words = new ArrayList<>();

    private Options() {}

    static Parsed parse(List<String> arguments) {
        Options options = new Options();
        try {
            options.read(arguments);
            return new Parsed.Understood(options);
        } catch (Misused misused) {
            return new Parsed.Wrong(misused.why);
        }
    }

    private void read(List<String> arguments) throws Misused {
        int i = 0;
        while (i < arguments.size()) {
            String word = arguments.get(i);
            if (word.equals("--")) {
                i++;
                break;
            }
            if (word.length() < 2 || word.charAt(0) != '-') {
                break;
            }
            i += 1 + bundle(word, i + 1 < arguments.size() ? arguments.get(i + 1) : null);
        }
        words.addAll(arguments.subList(i, arguments.size()));
    }

    /** Reads the flags of one word; returns how many words behind it were taken as well. */
    private int bundle(String word, @Nullable String next) throws Misused {
        for (int at = 1; at < word.length(); at++) {
            Flag flag = flag(word.charAt(at));
            String rest = word.substring(at + 1);
            switch (flag.argument()) {
                case NONE -> apply(flag.letter(), "");
                case ATTACHED -> {
                    apply(flag.letter(), rest);
                    return 0;
                }
                case REQUIRED -> {
                    if (rest.isEmpty() && next == null) {
                        throw new Misused("-" + flag.letter() + " needs a value");
                    }
                    apply(flag.letter(), rest.isEmpty() && next != null ? next : rest);
                    return rest.isEmpty() ? 1 : 0;
                }
            }
        }
        return 0;
    }

    private static Flag flag(char letter) throws Misused {
        for (Flag flag : Flag.ALL) {
            if (flag.letter() == letter) {
                return flag;
            }
        }
        throw new Misused("unknown flag -" + letter);
    }

    private void apply(char letter, String value) throws Misused {
        switch (letter) {
            case 't' -> headerRecipients = true;
            case 'i' -> dotEnds = false;
            case 'o' -> dotEnds &= !value.equals("i");
            case 'v' -> verbose = true;
            case 'f', 'r' -> sender = Optional.of(value);
            case 'F' -> fullName = value;
            case 'C' -> configuration = value;
            case 'N' -> notify = notices(value);
            case 'R' -> returned = returned(value);
            case 'V' -> envelopeId = value;
            case 'X' -> verp = verp(value);
            case 'b' -> mode = mode(value);
            case 'I' -> mode = Mode.ALIASES;
            case 'q' -> mode = flush(value);
            default -> {} // harmless: the table says so
        }
    }

    private static Mode mode(String value) throws Misused {
        return switch (value) {
            case "m" -> Mode.SUBMIT;
            case "s" -> Mode.DIALOGUE;
            case "p" -> Mode.LIST;
            case "v" -> Mode.VERIFY;
            case "i" -> Mode.ALIASES;
            case "h", "H" -> Mode.NOTHING;
            case "d", "D", "l" -> throw new Misused("-b" + value + ": use \"postern start\"");
            case "S" -> throw new Misused("-bS: use \"bsmtp\" for batched SMTP");
            case "t" -> throw new Misused("-bt: use \"postern explain address\"");
            default -> throw new Misused("-b" + value + " is not supported");
        };
    }

    /** One message or one site is tried now with all the rest: they would not be alone for long. */
    private static Mode flush(String value) throws Misused {
        if (value.startsWith("S") || value.startsWith("!")) {
            throw new Misused("-q" + value + ": use \"postern queue\"");
        }
        boolean interval = !value.isEmpty() && Character.isDigit(value.charAt(0));
        return interval ? Mode.NOTHING : Mode.FLUSH;
    }

    private static Recipient.Notify notices(String value) throws Misused {
        boolean success = false;
        boolean failure = false;
        boolean delay = false;
        if (value.equalsIgnoreCase("never")) {
            return Recipient.Notify.NEVER;
        }
        int from = 0;
        while (from <= value.length()) {
            int comma = value.indexOf(',', from);
            int end = comma < 0 ? value.length() : comma;
            switch (value.substring(from, end).strip().toLowerCase(Locale.ROOT)) {
                case "success" -> success = true;
                case "failure" -> failure = true;
                case "delay" -> delay = true;
                default ->
                        throw new Misused(
                                "-N " + value + ": use never, or success, failure and delay");
            }
            from = end + 1;
        }
        return new Recipient.Notify(true, success, failure, delay);
    }

    /** -XV and -XVxy are Postfix's; with anything else -X is sendmail's, a file for a trace. */
    private String verp(String value) throws Misused {
        if (!value.startsWith("V")) {
            return verp;
        }
        String delimiters = value.length() == 1 ? Verp.DELIMITERS : value.substring(1);
        if (!Verp.delimiters(delimiters)) {
            throw new Misused("-X" + value + ": the delimiters are two of - = +");
        }
        return delimiters;
    }

    private static MailOptions.Return returned(String value) throws Misused {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "full" -> MailOptions.Return.FULL;
            case "hdrs" -> MailOptions.Return.HEADERS;
            default -> throw new Misused("-R " + value + ": use full or hdrs");
        };
    }

    Mode mode() {
        return mode;
    }

    boolean headerRecipients() {
        return headerRecipients;
    }

    boolean dotEnds() {
        return dotEnds;
    }

    boolean verbose() {
        return verbose;
    }

    /** What -f said; without it the invoking user is the sender. */
    Optional<String> sender() {
        return sender;
    }

    String fullName() {
        return fullName;
    }

    /** The file that -C named, or an empty text. */
    String configuration() {
        return configuration;
    }

    Recipient.Notify notices() {
        return notify;
    }

    MailOptions.Return returned() {
        return returned;
    }

    /** As -V gave it, not encoded; or an empty text. */
    String envelopeId() {
        return envelopeId;
    }

    /** The delimiters of -XV; empty without it. */
    String verp() {
        return verp;
    }

    /** The recipients on the command line. */
    List<String> words() {
        return List.copyOf(words);
    }

    /** Steers inside this class only. */
    private static final class Misused extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        Misused(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}
