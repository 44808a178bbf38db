package postern.smtp.tls;

import java.util.List;
import postern.base.Bug;
import postern.mail.Outcome;

/**
 * What a connection must have before mail goes over it. It is decided once for each connection,
 * which remembers it: only mail of an equal policy goes over it later.
 */
public sealed interface TlsPolicy {
    /** Where it comes from. */
    Basis basis();

    /** Whether a connection opened under the one will do for the other, wherever they come from. */
    default boolean alike(TlsPolicy other) {
        return switch (this) {
            case Clear _ -> other instanceof Clear;
            case Encrypted mine ->
                    other instanceof Encrypted theirs
                            && mine.strictness == theirs.strictness
                            && mine.proof.equals(theirs.proof)
                            && mine.manner.equals(theirs.manner);
            case Barred _ -> false;
        };
    }

    /** Clear text, whatever is offered. */
    record Clear(Basis basis) implements TlsPolicy {}

    /**
     * TLS, with what the host has to prove.
     *
     * @param proof of whom we speak to
     */
    record Encrypted(Strictness strictness, ServerProof proof, Manner manner, Basis basis)
            implements TlsPolicy {

        /** Whether mail may go in clear text where TLS, or the proof, fails. */
        public boolean clearAllowed() {
            return strictness != Strictness.REQUIRED;
        }
    }

    /**
     * The host is passed over: it may not be used, or nobody knows now what it must prove.
     *
     * @param outcome for the message, where no other host takes it
     * @param failure for the reports
     */
    record Barred(Outcome outcome, TlsResult.Failure failure, Basis basis) implements TlsPolicy {}

    /** What happens where TLS, or the proof, fails. */
    enum Strictness {
        /** Rather clear text than nothing: RFC 7435. The proof is asked for the log's sake. */
        OPPORTUNISTIC,
        /** The same, and a failed proof is reported: RFC 8461 §5, mode testing. */
        TESTED,
        /** The mail waits, with its reason. It never goes in clear text. */
        REQUIRED
    }

    /**
     * How hands are shaken.
     *
     * @param serverName told to the host: RFC 6066 §3; empty: none
     * @param versions {@code TLSv1.3}, {@code TLSv1.2}
     */
    record Manner(String serverName, List<String> versions, Ciphers ciphers) {
        public Manner {
            versions = List.copyOf(versions);
            Bug.unless(!versions.isEmpty(), "some version is spoken");
        }

        public Manner named(String other) {
            return new Manner(other, versions, ciphers);
        }
    }

    /** Postfix's grades, as far as ciphers of that grade are left: RFC 8996, RFC 9325. */
    enum Ciphers {
        /** Those too that old servers need. */
        MEDIUM,
        /** Forward secrecy and authenticated encryption alone. */
        HIGH
    }

    /**
     * Where a policy comes from, for the log, notices and reports (RFC 8460 §4.4).
     *
     * @param domain whose policy it is; empty: in no report
     * @param reason in a few words: {@code [smtp] tls = "may"}
     * @param words of the published policy, line by line; empty where none is published
     * @param mailHosts patterns of an MTA-STS policy; empty for others
     */
    record Basis(
            Type type, String domain, String reason, List<String> words, List<String> mailHosts) {
        public Basis {
            words = List.copyOf(words);
            mailHosts = List.copyOf(mailHosts);
        }

        /** The operator's word alone. */
        public static Basis operator(String domain, String reason) {
            return new Basis(Type.NO_POLICY_FOUND, domain, reason, List.of(), List.of());
        }

        public Basis because(String other) {
            return new Basis(type, domain, other, words, mailHosts);
        }

        /** The same, of nobody: such a session is in no report (RFC 8460 §3, of reports). */
        public Basis unreported() {
            return new Basis(type, "", reason, words, mailHosts);
        }

        /** RFC 8460 §4.2, policy-type. */
        public enum Type {
            TLSA,
            STS,
            NO_POLICY_FOUND
        }
    }

    /** Where policies come from. Any task; may ask the name service. */
    interface Source {
        TlsPolicy decide(Destination destination);
    }
}
