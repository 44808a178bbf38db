package postern.smtpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.smtpd.access.Rule;

/** What rules want done with a message, besides taking it. One thread only. */
final class Marks {
    /** Fields put before a message at most, and recipients added: rules that repeat must end. */
    private static final int MORE_MAX = 50;

    private String held = "";
    private Optional<Mailbox> redirect = Optional.empty();
    private final List<String> fields = new ArrayList<>();
    private final List<Mailbox> added = new ArrayList<>();
    private Optional<Rule> discarded = Optional.empty();

    /** Why the message waits for the operator; empty where it does not. */
    String held() {
        return held;
    }

    void hold(Rule rule) {
        if (held.isEmpty()) {
            held = "held by rule " + rule.name() + " (" + rule.place() + ")";
        }
    }

    void redirect(Mailbox to) {
        redirect = Optional.of(to);
    }

    void prepend(String field) {
        if (fields.size() < MORE_MAX && !fields.contains(field)) {
            fields.add(field);
        }
    }

    List<String> fields() {
        return fields;
    }

    void add(Mailbox to) {
        if (added.size() < MORE_MAX && !added.contains(to)) {
            added.add(to);
        }
    }

    void discard(Rule rule) {
        discarded = Optional.of(rule);
    }

    /** The rule for which nobody gets the message. */
    Optional<Rule> discarded() {
        return discarded;
    }

    /** Who gets the message, given who was to. */
    List<Recipient> recipients(List<Recipient> named) {
        List<Recipient> all = new ArrayList<>(named.size() + added.size());
        redirect.ifPresentOrElse(to -> all.add(Recipient.of(to)), () -> all.addAll(named));
        for (Mailbox more : added) {
            if (all.stream().noneMatch(one -> one.mailbox().equals(more))) {
                all.add(Recipient.of(more));
            }
        }
        return all;
    }
}
