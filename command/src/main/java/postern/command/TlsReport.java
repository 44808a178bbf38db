package postern.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Json;
import postern.config.Settings;

/** {@code postern tls check}: how mail would go to a domain, host by host. */
final class TlsReport {
    private final Terminal terminal;
    private final TlsTools tools;
    private final boolean json;

    TlsReport(Terminal terminal, TlsTools tools, boolean json) {
        this.terminal = terminal;
        this.tools = tools;
        this.json = json;
    }

    int run(Settings settings, String domain, Optional<String> transport, boolean required) {
        return Question.put(
                terminal,
                () -> {
                    List<TlsTools.Way> ways = tools.check(settings, domain, transport, required);
                    if (json) {
                        terminal.out().println(Json.of(object(ways)));
                    } else {
                        ways.forEach(this::print);
                    }
                    return status(ways).code();
                });
    }

    /** Whether mail would go at all, now, or ever. */
    private static ExitStatus status(List<TlsTools.Way> ways) {
        if (ways.stream().flatMap(way -> way.hosts().stream()).anyMatch(TlsReport::goes)) {
            return ExitStatus.OK;
        }
        boolean never = ways.stream().allMatch(TlsReport::never);
        return never ? ExitStatus.UNAVAILABLE : ExitStatus.TEMPORARY;
    }

    /** A host that may do later outweighs those that never will: RFC 5321 §5.1. */
    private static boolean never(TlsTools.Way way) {
        return way.hosts().isEmpty()
                ? way.forGood()
                : way.hosts().stream().allMatch(host -> host.connected().forGood());
    }

    private static boolean goes(TlsTools.Host host) {
        return host.connected().goes();
    }

    private void print(TlsTools.Way way) {
        terminal.out().println(way.nextHop() + ": " + way.validation());
        if (!way.elsewhere().isEmpty()) {
            terminal.out().println("  not the way of our mail: " + way.elsewhere());
        }
        if (!way.problem().isEmpty()) {
            terminal.out()
                    .println(
                            (way.forGood() ? "  mail goes back: " : "  mail waits: ")
                                    + way.problem());
        }
        for (TlsTools.Host host : way.hosts()) {
            terminal.out().println("  " + host.relay() + ": " + host.proofs());
            host.published().forEach(each -> terminal.out().println("    " + each));
            terminal.out().println("    policy: " + host.policy());
            TlsTools.Connected met = host.connected();
            String tls = met.protocol().isEmpty() ? "none" : met.protocol() + " " + met.cipher();
            terminal.out()
                    .println(
                            "    TLS: "
                                    + tls
                                    + (met.judgement().isEmpty() ? "" : ", " + met.judgement())
                                    + (met.result().isEmpty() ? "" : " (" + met.result() + ")"));
            met.certificates()
                    .forEach(each -> terminal.out().println("      certificate: " + each));
            terminal.out().println("    -> " + met.conclusion());
        }
    }

    private static Map<String, Object> object(List<TlsTools.Way> ways) {
        List<Object> list = new ArrayList<>();
        for (TlsTools.Way way : ways) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("nexthop", way.nextHop());
            one.put("elsewhere", way.elsewhere());
            one.put("validation", way.validation());
            one.put("problem", way.problem());
            one.put("permanent", way.forGood());
            one.put("hosts", way.hosts().stream().<Object>map(TlsReport::object).toList());
            list.add(one);
        }
        return Map.of("ways", list);
    }

    private static Map<String, Object> object(TlsTools.Host host) {
        TlsTools.Connected met = host.connected();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("relay", host.relay());
        object.put("proofs", host.proofs());
        object.put("published", List.<Object>copyOf(host.published()));
        object.put("policy", host.policy());
        object.put("protocol", met.protocol());
        object.put("cipher", met.cipher());
        object.put("certificates", List.<Object>copyOf(met.certificates()));
        object.put("verified", met.verified());
        object.put("judgement", met.judgement());
        object.put("result", met.result());
        object.put("goes", met.goes());
        object.put("permanent", met.forGood());
        object.put("conclusion", met.conclusion());
        return object;
    }
}
