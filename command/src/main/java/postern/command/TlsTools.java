package postern.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import postern.config.Settings;

/** Tries how mail would go to a domain, without a running Postern and without sending any. */
public interface TlsTools {
    /**
     * @param transport of the configuration; empty: smtp
     * @param required whether as for mail that requires protection: RFC 8689
     * @throws IllegalArgumentException there is no such transport, or the domain is none
     * @throws IOException tables cannot be read
     */
    List<Way> check(Settings settings, String domain, Optional<String> transport, boolean required)
            throws IOException;

    /**
     * A next hop.
     *
     * @param elsewhere where mail to it goes instead by the site's own routing, in words; empty
     *     where it goes by this way
     * @param validation whether DNSSEC proves anything here
     * @param problem why there is no host to try; empty where there is
     * @param forGood whether mail would go back for that
     */
    record Way(
            String nextHop,
            String elsewhere,
            String validation,
            String problem,
            boolean forGood,
            List<Host> hosts) {
        public Way {
            hosts = List.copyOf(hosts);
        }
    }

    /** One address of one host; texts are in words, empty where there is nothing to say. */
    record Host(
            String relay,
            String proofs,
            List<String> published,
            String policy,
            Connected connected) {
        public Host {
            published = List.copyOf(published);
        }
    }

    /**
     * @param certificates that the host showed, its own first
     * @param result what failed, by RFC 8460 §4.3
     * @param goes whether mail would be sent there
     * @param forGood whether, where it would not, that is for good
     */
    record Connected(
            String protocol,
            String cipher,
            List<String> certificates,
            boolean verified,
            String judgement,
            String result,
            boolean goes,
            boolean forGood,
            String conclusion) {
        public Connected {
            certificates = List.copyOf(certificates);
        }
    }
}
