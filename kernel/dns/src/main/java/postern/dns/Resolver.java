package postern.dns;

import java.net.InetAddress;
import java.util.List;

/** The name service. Calls wait for an answer, within bounds. Any thread. */
public interface Resolver {

    /** The MX records of a domain, in no order; a null MX (RFC 7505) is among them as it stands. */
    Answer<List<MailHost>> mailHosts(String domain);

    /** The A and AAAA records of a host, in no order. */
    Answer<List<InetAddress>> addresses(String host);

    /** How a question ended. A list that was found is never empty. */
    sealed interface Answer<T> {
        record Found<T>(T value) implements Answer<T> {}

        /** The name does not exist: NXDOMAIN. */
        record NoSuchName<T>() implements Answer<T> {}

        /** The name exists without such data. */
        record Empty<T>() implements Answer<T> {}

        /** No answer now: SERVFAIL, time-out, no server in reach. */
        record Temporary<T>(String reason) implements Answer<T> {}
    }

    /**
     * One MX record.
     *
     * @param preference lower comes first
     * @param host without the final dot; empty for the root, which is a null MX
     */
    record MailHost(int preference, String host) {}
}
