package postern.dist;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.command.Installation.Ruled;
import postern.config.Cidr;
import postern.config.Settings;
import postern.smtpd.SmtpdConfig;
import postern.smtpd.access.Facts;
import postern.smtpd.access.RuleConfig;
import postern.smtpd.access.Rules;

/** The rules, asked about a client of which only some things are said. */
final class ClientQuestions {
    private ClientQuestions() {}

    static List<Ruled> explain(Settings settings, Map<String, String> said) {
        InetAddress client = address(said);
        Facts facts = new Said(client, said, score(said));
        List<Ruled> all = new ArrayList<>();
        for (Rules.Explained each : RuleConfig.read(settings).explain(facts)) {
            boolean applies = each.outcome() == Rules.Outcome.APPLIES;
            all.add(
                    new Ruled(
                            each.rule().stage().text(),
                            each.rule().name(),
                            each.rule().place(),
                            verdict(each),
                            applies ? each.rule().action().text() : ""));
        }
        all.add(relay(settings, client, said.getOrDefault("login", "")));
        return all;
    }

    private static String verdict(Rules.Explained each) {
        return switch (each.outcome()) {
            case APPLIES -> "applies";
            case DOES_NOT_APPLY -> "does not apply: " + each.why();
            case CANNOT_BE_TOLD -> "cannot be told: " + each.why();
            case NOT_REACHED -> "not reached";
        };
    }

    /** Who may relay is no matter of rules, and is told beside them. */
    private static Ruled relay(Settings settings, InetAddress client, String login) {
        boolean trusted =
                SmtpdConfig.read(settings, "").trusted().stream()
                        .anyMatch(network -> network.contains(client));
        String at = settings.origin(SmtpdConfig.SECTION, SmtpdConfig.TRUSTED);
        if (trusted) {
            return new Ruled("rcpt", "relay", at, "may relay", "its address is trusted");
        }
        return login.isEmpty()
                ? new Ruled("rcpt", "relay", at, "may not relay", "mail for our domains only")
                : new Ruled("rcpt", "relay", at, "may relay", "it authenticated");
    }

    private static InetAddress address(Map<String, String> said) {
        String text = said.getOrDefault("client", "");
        return Cidr.parse(text)
                .filter(network -> text.indexOf('/') < 0)
                .map(Cidr::address)
                .orElseThrow(
                        () -> new IllegalArgumentException("\"" + text + "\" is no IP address"));
    }

    private static Optional<Long> score(Map<String, String> said) {
        String text = said.get("score");
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("\"" + text + "\" is no score", none);
        }
    }

    private record Said(InetAddress client, Map<String, String> said, Optional<Long> score)
            implements Facts {
        @Override
        public Optional<InetAddress> address() {
            return Optional.of(client);
        }

        @Override
        public Optional<String> text(Field field) {
            return switch (field) {
                case CLIENT_NAME -> stated("name");
                case LISTENER -> stated("listener");
                case HELO -> stated("helo");
                case TLS -> stated("tls");
                case FINGERPRINT -> stated("fingerprint");
                case LOGIN -> Optional.of(said.getOrDefault("login", ""));
                case SENDER -> stated("from").map(text -> text.equals("<>") ? "" : text);
                case RECIPIENT -> stated("to");
            };
        }

        private Optional<String> stated(String name) {
            return Optional.ofNullable(said.get(name));
        }

        @Override
        public Optional<Long> number(Quantity quantity) {
            return switch (quantity) {
                case SCORE -> score;
                case CONNECTIONS, MESSAGES, RECIPIENTS -> Optional.empty();
            };
        }

        @Override
        public Optional<Boolean> senderDomainUnknown() {
            return Optional.empty();
        }
    }
}
