package postern.sts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TXT record by which a domain says that it has a policy, and which: RFC 8461 §3.1.
 *
 * @param id changes whenever the policy does
 */
public record StsRecord(String id) {
    private static final String DELIMITER = "[ \\t]*;[ \\t]*";

    /** sts-version and what must follow it. What begins otherwise is another record. */
    private static final Pattern VERSION = Pattern.compile("v=STSv1" + DELIMITER);

    private static final Pattern ID = Pattern.compile("id=([A-Za-z0-9]{1,32})");

    private static final Pattern EXTENSION =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[!-:<>-~&&[^=]]+");

    /**
     * The record among the texts of the name; empty where none or several begin as one, or the one
     * is malformed: then there is no policy to be found.
     */
    public static Optional<StsRecord> among(List<String> texts) {
        List<String> fields = new ArrayList<>();
        for (String text : texts) {
            Matcher version = VERSION.matcher(text);
            if (version.lookingAt()) {
                fields.add(text.substring(version.end()));
            }
        }
        return fields.size() == 1 ? parse(fields.getFirst()) : Optional.empty();
    }

    /** What stands behind the version. */
    private static Optional<StsRecord> parse(String text) {
        String[] fields = text.split(DELIMITER, -1);
        String id = "";
        for (int i = 0; i < fields.length; i++) {
            boolean last = i > 0 && i == fields.length - 1;
            Matcher found = ID.matcher(fields[i]);
            if (found.matches()) {
                id = id.isEmpty() ? found.group(1) : id; // RFC 8461 §3.2: the first counts
            } else if (fields[i].startsWith("id=")
                    || !EXTENSION.matcher(fields[i]).matches() && !(last && fields[i].isEmpty())) {
                return Optional.empty();
            }
        }
        return id.isEmpty() ? Optional.empty() : Optional.of(new StsRecord(id));
    }
}
