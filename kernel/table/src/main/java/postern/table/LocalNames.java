package postern.table;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Under which names a local part is looked up among aliases and users. */
public final class LocalNames {
    private LocalNames() {}

    /**
     * The local part itself, in lower case (as Postfix's local(8) does), and each without its
     * extension, {@code user+extension} (RFC 5233); most specific first.
     */
    public static List<String> candidates(String localPart) {
        int plus = localPart.indexOf('+');
        String user = plus > 0 ? localPart.substring(0, plus) : localPart;
        return Stream.of(
                        localPart,
                        localPart.toLowerCase(Locale.ROOT),
                        user,
                        user.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }
}
