package postern.ipc;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import postern.ipc.Attributes.Name;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
import postern.mail.Terms.Protection;
import postern.mail.Terms.Release;
import postern.mail.Verp;

/** {@link Terms} as attributes of the hand-over: {@code docs/protocols/handover.md}. */
final class TermsText {
    /** Longest HOLD; {@code until;} with a date is far less. */
    private static final int HOLD_CHARS_MAX = 64;

    private TermsText() {}

    static void put(Terms terms, Map<Name, String> values) {
        Release release = terms.release();
        if (!release.equals(Release.AT_ONCE)) {
            values.put(Name.RELEASE, release.at().toString());
            if (!release.asked().isEmpty()) {
                values.put(Name.HOLD, release.asked());
            }
        }
        if (terms.deadline() instanceof Deadline.By(var at, var mode, boolean trace)) {
            String how = mode == Deadline.Mode.RETURN ? "R" : "N";
            values.put(Name.DEADLINE, at + ";" + how + (trace ? "T" : ""));
        }
        if (terms.priority() != 0) {
            values.put(Name.PRIORITY, Integer.toString(terms.priority()));
        }
        if (!terms.verp().isEmpty()) {
            values.put(Name.VERP, terms.verp());
        }
        switch (terms.protection()) {
            case UNSTATED -> {}
            case REQUIRED -> values.put(Name.REQUIRETLS, "yes");
            case WAIVED -> values.put(Name.REQUIRETLS, "no");
        }
    }

    /** Empty when any of them is malformed. */
    static Optional<Terms> read(Map<Name, String> values) {
        String release = values.getOrDefault(Name.RELEASE, "");
        String hold = values.getOrDefault(Name.HOLD, "");
        String deadline = values.getOrDefault(Name.DEADLINE, "");
        String priority = values.getOrDefault(Name.PRIORITY, "");
        String tls = values.getOrDefault(Name.REQUIRETLS, "");
        String verp = values.getOrDefault(Name.VERP, "");
        if (release.isEmpty()
                && deadline.isEmpty()
                && priority.isEmpty()
                && tls.isEmpty()
                && verp.isEmpty()) {
            return hold.isEmpty() ? Optional.of(Terms.NONE) : Optional.empty();
        }
        try {
            return Optional.of(
                    new Terms(
                            release(release, hold),
                            deadline(deadline),
                            priority(priority),
                            protection(tls),
                            delimiters(verp)));
        } catch (DateTimeException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Release release(String at, String asked) {
        require(asked.length() <= HOLD_CHARS_MAX && (!at.isEmpty() || asked.isEmpty()));
        return at.isEmpty() ? Release.AT_ONCE : new Release(Instant.parse(at), asked);
    }

    private static Deadline deadline(String text) {
        if (text.isEmpty()) {
            return Deadline.NONE;
        }
        int semicolon = text.indexOf(';');
        require(semicolon > 0);
        String how = text.substring(semicolon + 1);
        boolean trace = how.endsWith("T");
        String mode = trace ? how.substring(0, how.length() - 1) : how;
        require(mode.equals("R") || mode.equals("N"));
        return new Deadline.By(
                Instant.parse(text.substring(0, semicolon)),
                mode.equals("R") ? Deadline.Mode.RETURN : Deadline.Mode.NOTIFY,
                trace);
    }

    private static int priority(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int value = Integer.parseInt(text);
        require(Math.abs(value) <= Terms.PRIORITY_MAX);
        return value;
    }

    private static String delimiters(String text) {
        require(text.isEmpty() || Verp.delimiters(text));
        return text;
    }

    private static Protection protection(String text) {
        return switch (text) {
            case "" -> Protection.UNSTATED;
            case "yes" -> Protection.REQUIRED;
            case "no" -> Protection.WAIVED;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("malformed terms");
        }
    }
}
