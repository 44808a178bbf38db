package postern.sts;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a domain promises of its mail hosts: RFC 8461 §3.2.
 *
 * @param mx names of hosts, in lower case; one that begins with {@code *.} stands for any one label
 *     there
 * @param maxAge how long it may be kept
 * @param lines as the domain wrote them, for reports: RFC 8460 §4.5
 */
public record StsPolicy(Mode mode, List<String> mx, Duration maxAge, List<String> lines) {
    /** RFC 8461 §3.2. */
    public static final Duration MAX_AGE_MAX = Duration.ofSeconds(31_557_600);

    /** Longest policy in octets: RFC 8461 §3.3 suggests it. */
    public static final int OCTETS_MAX = 64 * 1024;

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");
    private static final Pattern MAX_AGE = Pattern.compile("[0-9]{1,10}");

    /** RFC 5321 §4.1.2, Domain; no literal, and in its ASCII form. */
    private static final Pattern MX =
            Pattern.compile(
                    "(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
                            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    /** What becomes of a host that breaks the promise: RFC 8461 §5. */
    public enum Mode {
        /** No mail goes to it. */
        ENFORCE,
        /** Mail goes to it, and the domain is told. */
        TESTING,
        /** There is no promise any more. */
        NONE;

        /** As policies spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a text turned out to be. */
    public sealed interface Parsed {
        record Valid(StsPolicy policy) implements Parsed {}

        /**
         * @param why in words, for the log and for reports
         */
        record Invalid(String why) implements Parsed {}
    }

    public StsPolicy {
        mx = List.copyOf(mx);
        lines = List.copyOf(lines);
    }

    /** Whether a host of that name is among those promised: RFC 8461 §4.1. */
    public boolean matches(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        int dot = name.indexOf('.');
        return mx.contains(name) || dot > 0 && mx.contains("*" + name.substring(dot));
    }

    /** Reads what the policy host sent. */
    public static Parsed parse(byte[] octets) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
            return new Reader().read(text);
        } catch (CharacterCodingException _) {
            return new Parsed.Invalid("it is not UTF-8");
        }
    }

    /** The fields as they come; the first of each counts, but of mx all: RFC 8461 §3.2. */
    private static final class Reader {
        private final List<String> lines = new ArrayList<>();
        private final List<String> mx = new ArrayList<>();
        private String version = "";
        private String mode = "";
        private String maxAge = "";

        Parsed read(String text) {
            for (String ended : text.split("\n", -1)) {
                String line = trimmed(ended.endsWith("\r") ? cut(ended) : ended);
                if (line.isEmpty()) {
                    continue; // more than the grammar allows: a blank line takes no promise back
                }
                int colon = line.indexOf(':');
                if (colon < 0 || !KEY.matcher(line.substring(0, colon)).matches()) {
                    return new Parsed.Invalid("a line is no field: " + line);
                }
                String value = line.substring(colon + 1).stripLeading();
                if (value.isEmpty() || value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                    return new Parsed.Invalid("a field has no proper value: " + line);
                }
                lines.add(line);
                if (!field(line.substring(0, colon), value)) {
                    return new Parsed.Invalid("no host by which to know mail hosts: " + line);
                }
            }
            return policy();
        }

        private boolean field(String key, String value) {
            switch (key) {
                case "version" -> version = version.isEmpty() ? value : version;
                case "mode" -> mode = mode.isEmpty() ? value : mode;
                case "max_age" -> maxAge = maxAge.isEmpty() ? value : maxAge;
                case "mx" -> {
                    mx.add(value.toLowerCase(Locale.ROOT));
                    return MX.matcher(value).matches();
                }
                default -> {
                    // RFC 8461 §3.2: unknown fields are ignored
                }
            }
            return true;
        }

        private Parsed policy() {
            if (!version.equals("STSv1")) {
                return new Parsed.Invalid(version.isEmpty() ? "no version" : "version " + version);
            }
            Mode wanted = null;
            for (Mode each : Mode.values()) {
                wanted = each.word().equals(mode) ? each : wanted;
            }
            if (wanted == null) {
                return new Parsed.Invalid(mode.isEmpty() ? "no mode" : "mode " + mode);
            }
            if (!MAX_AGE.matcher(maxAge).matches()) {
                return new Parsed.Invalid(maxAge.isEmpty() ? "no max_age" : "max_age " + maxAge);
            }
            if (mx.isEmpty() && wanted != Mode.NONE) {
                return new Parsed.Invalid("no mx");
            }
            long seconds = Math.min(Long.parseLong(maxAge), MAX_AGE_MAX.toSeconds());
            return new Parsed.Valid(new StsPolicy(wanted, mx, Duration.ofSeconds(seconds), lines));
        }

        /** Without the white space that may end a field. */
        private static String trimmed(String line) {
            int end = line.length();
            while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
                end--;
            }
            return line.substring(0, end);
        }

        private static String cut(String line) {
            return line.substring(0, line.length() - 1);
        }
    }
}
