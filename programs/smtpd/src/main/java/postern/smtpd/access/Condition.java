package postern.smtpd.access;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** One of the conditions of a rule, all of which must hold. */
sealed interface Condition {

    /** What a condition says of a session. */
    enum Answer {
        YES,
        NO,
        /** It cannot be told now: the rule does not apply. */
        UNKNOWN;

        static Answer of(boolean yes) {
            return yes ? YES : NO;
        }
    }

    /** The key that states it. */
    String key();

    Answer ask(Facts facts);

    /** The client's address; on a Unix-domain socket there is none, and no rule about it holds. */
    record Client(List<NetworkPattern> networks) implements Condition {
        public Client {
            networks = List.copyOf(networks);
        }

        @Override
        public String key() {
            return "client";
        }

        @Override
        public Answer ask(Facts facts) {
            Optional<InetAddress> address = facts.address();
            return Answer.of(address.isPresent() && NetworkPattern.match(networks, address.get()));
        }
    }

    record Text(String key, Facts.Field field, Patterns patterns) implements Condition {
        @Override
        public Answer ask(Facts facts) {
            return facts.text(field)
                    .map(text -> Answer.of(patterns.match(text)))
                    .orElse(Answer.UNKNOWN);
        }
    }

    record AtLeast(String key, Facts.Quantity quantity, long least) implements Condition {
        @Override
        public Answer ask(Facts facts) {
            return facts.number(quantity)
                    .map(number -> Answer.of(number >= least))
                    .orElse(Answer.UNKNOWN);
        }
    }

    record Below(String key, Facts.Quantity quantity, long limit) implements Condition {
        @Override
        public Answer ask(Facts facts) {
            return facts.number(quantity)
                    .map(number -> Answer.of(number < limit))
                    .orElse(Answer.UNKNOWN);
        }
    }

    record UnknownSenderDomain(boolean wanted) implements Condition {
        @Override
        public String key() {
            return "unknown_sender_domain";
        }

        @Override
        public Answer ask(Facts facts) {
            return facts.senderDomainUnknown()
                    .map(unknown -> Answer.of(unknown == wanted))
                    .orElse(Answer.UNKNOWN);
        }
    }
}
