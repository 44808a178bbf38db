package postern.dns;

import java.net.InetAddress;
import java.util.List;

/** The name service. Calls wait for an answer, within bounds. Any thread. */
public interface Resolver {

    /** The MX records of a domain, in no order; a null MX (RFC 7505) is among them as it stands. */
    Answer<List<MailHost>> mailHosts(String domain);

    /** The A and AAAA records of a host, in no order. */
    Answer<List<InetAddress>> addresses(String host);

    /**
     * The SRV records (RFC 2782) of a name such as {@code _submission._tcp.example.org}, in no
     * order.
     */
    default Answer<List<Service>> services(String name) {
        return new Answer.Empty<>();
    }

    /**
     * The TLSA records (RFC 6698) of a name such as {@code _25._tcp.mx.example.org}, in no order.
     */
    default Answer<List<Tlsa>> tlsa(String name) {
        return new Answer.Empty<>();
    }

    /**
     * The name that this one is an alias of: its CNAME record alone, which is not followed (RFC
     * 7672 §2.1.3 wants its own proof).
     */
    default Answer<String> alias(String name) {
        return new Answer.Empty<>();
    }

    /** The TXT records of a name, the strings of each joined. */
    default Answer<List<String>> texts(String name) {
        return new Answer.Empty<>();
    }

    /** Whether answers can be told to be secure here, as it was found out last. */
    default Validation validation() {
        return new Validation.Absent("this name service does not validate");
    }

    /**
     * The names that an address claims to have, without final dots, in no order: anybody can claim
     * any name, see {@link ReverseNames#verified}.
     */
    default Answer<List<String>> names(InetAddress address) {
        return new Answer.Empty<>();
    }

    /** How a question ended. A list that was found is never empty. */
    sealed interface Answer<T> {
        record Found<T>(T value, Proof proof) implements Answer<T> {
            public Found(T value) {
                this(value, Proof.NONE);
            }
        }

        /**
         * The name does not exist: NXDOMAIN.
         *
         * @param secure whether DNSSEC proves it
         */
        record NoSuchName<T>(boolean secure) implements Answer<T> {
            public NoSuchName() {
                this(false);
            }
        }

        /**
         * The name exists without such data.
         *
         * @param secure whether DNSSEC proves it
         */
        record Empty<T>(boolean secure) implements Answer<T> {
            public Empty() {
                this(false);
            }
        }

        /** No answer now, which says nothing of the name. */
        record Temporary<T>(Trouble trouble, String reason) implements Answer<T> {
            public Temporary(String reason) {
                this(Trouble.NO_ANSWER, reason);
            }
        }
    }

    /**
     * What DNSSEC says of an answer.
     *
     * @param secure validated by a resolver that is trusted (RFC 4035 §4.3); false also where there
     *     is none
     * @param name that the records belong to, where the aliases end (RFC 7672 §2.2.2 wants it);
     *     empty for what is not secure and was found under its own name
     */
    record Proof(boolean secure, String name) {
        public static final Proof NONE = new Proof(false, "");
    }

    /** Why there is no answer. */
    enum Trouble {
        /** Time-out, or no name server in reach. */
        NO_ANSWER,
        /** A name server said that it failed: SERVFAIL, REFUSED and the like. */
        SERVER_FAILURE,
        /** There are records, and DNSSEC proves them false: RFC 4035 §4.3. */
        BOGUS
    }

    /** Whether a trusted resolver validates: {@link Proof#secure} can be true only then. */
    sealed interface Validation {
        /**
         * @param server that proved it
         */
        record Present(String server) implements Validation {}

        record Absent(String why) implements Validation {}
    }

    /**
     * One MX record.
     *
     * @param preference lower comes first
     * @param host without the final dot; empty for the root, which is a null MX
     */
    record MailHost(int preference, String host) {}

    /**
     * One SRV record: RFC 2782.
     *
     * @param host without the final dot; empty for the root: no such service here
     */
    record Service(int priority, int weight, int port, String host) {}

    /** One TLSA record: RFC 6698 §2.1. The octets are not to be changed. */
    record Tlsa(int usage, int selector, int matching, byte[] data) {}
}
