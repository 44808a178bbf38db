package postern.qmgr;

import java.util.List;
import postern.mail.Mailbox;
import postern.mail.ReversePath;

/** Tells an operator by which rules a recipient gets its next hop, as they are now. Any thread. */
public interface RouteRules {
    /**
     * In the order in which they count.
     *
     * @param sender whose mail it is
     */
    List<Rule> of(ReversePath sender, Mailbox recipient);

    /**
     * One rule that counts.
     *
     * @param value what it says; may be empty
     * @param origin where it is written: {@code postern.toml:12}
     */
    record Rule(String name, String value, String origin) {}
}
