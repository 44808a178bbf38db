package postern.smtpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import postern.wire.Reply;

/**
 * What a session begins and ends with names the host: RFC 5321 §4.2.2 of 220, 221 and 421, §4.3.1
 * of all that greets. Any thread.
 */
final class LastWords {
    private final String hostname;
    private final Map<Canned, Canned> canned = new ConcurrentHashMap<>(); // there are few

    LastWords(String hostname) {
        this.hostname = hostname;
    }

    /** The same with our name before the text. */
    Canned of(Canned reply) {
        return canned.computeIfAbsent(reply, each -> Canned.of(of(each.reply())));
    }

    Reply of(Reply reply) {
        List<String> lines = new ArrayList<>(reply.lines());
        lines.set(0, hostname + " " + lines.getFirst());
        return new Reply(reply.code(), reply.status(), lines);
    }

    /** The same only where the code is one that names the host. */
    Canned named(Canned reply) {
        return names(reply.reply().code()) ? of(reply) : reply;
    }

    Reply named(Reply reply) {
        return names(reply.code()) ? of(reply) : reply;
    }

    private static boolean names(int code) {
        return code == 221 || code == 421;
    }
}
