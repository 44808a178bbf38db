package postern.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Json;
import postern.config.Settings;

/** {@code postern explain address}, {@code postern table query} and {@code postern table build}. */
final class AddressReport {
    /** postmap(1)'s exit status for a key that is not there. */
    private static final int ABSENT = 1;

    private final Terminal terminal;
    private final AddressTools tools;
    private final boolean json;

    AddressReport(Terminal terminal, AddressTools tools, boolean json) {
        this.terminal = terminal;
        this.tools = tools;
        this.json = json;
    }

    int explain(Settings settings, String address, Optional<String> sender) {
        return Question.put(
                terminal,
                () -> {
                    AddressTools.Explained told = tools.explain(settings, address, sender);
                    if (json) {
                        terminal.out().println(Json.of(object(told)));
                    } else {
                        print(address, told);
                    }
                    return told.failure().isEmpty()
                            ? ExitStatus.OK.code()
                            : ExitStatus.TEMPORARY.code();
                });
    }

    int query(Settings settings, String table, String key) {
        return Question.put(
                terminal,
                () ->
                        switch (tools.query(settings, table, key)) {
                            case AddressTools.Queried.Found found -> {
                                print(found);
                                yield ExitStatus.OK.code();
                            }
                            case AddressTools.Queried.Absent(long nanos) -> {
                                print(nanos);
                                yield ABSENT;
                            }
                            case AddressTools.Queried.Later later -> {
                                print(later);
                                yield ExitStatus.TEMPORARY.code();
                            }
                        });
    }

    int build(Settings settings, List<String> names) {
        return Question.put(
                terminal,
                () -> {
                    boolean whole = true;
                    List<Object> list = new ArrayList<>();
                    for (AddressTools.Built built : tools.build(settings, names)) {
                        whole &= built.problems().isEmpty();
                        list.add(object(built));
                        if (!json) {
                            print(built);
                        }
                    }
                    if (json) {
                        terminal.out().println(Json.of(Map.of("tables", list)));
                    }
                    return whole ? ExitStatus.OK.code() : ExitStatus.DATA_ERROR.code();
                });
    }

    private void print(AddressTools.Queried.Found found) {
        if (json) {
            terminal.out().println(Json.of(object(found)));
            return;
        }
        terminal.out().println(found.value());
        terminal.out()
                .printf(
                        "  key %s, at %s, %d us%n",
                        found.key(), found.origin(), found.nanos() / 1000);
    }

    private void print(long nanos) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("found", false);
            object.put("micros", nanos / 1000);
            terminal.out().println(Json.of(object));
        } else {
            terminal.out().println("not there, " + nanos / 1000 + " us");
        }
    }

    /** No answer: whoever reads standard output for a value must not take a reason for one. */
    private void print(AddressTools.Queried.Later later) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("failure", later.reason());
            object.put("key", later.key());
            object.put("micros", later.nanos() / 1000);
            terminal.out().println(Json.of(object));
            return;
        }
        terminal.err().println("postern: " + later.reason());
        terminal.err().printf("  key %s, %d us%n", later.key(), later.nanos() / 1000);
    }

    private void print(AddressTools.Built built) {
        if (built.problems().isEmpty()) {
            terminal.out()
                    .printf(
                            "%s: %d entries, %d octets, %d ms%n",
                            built.source(),
                            built.entries(),
                            built.octets(),
                            built.nanos() / 1_000_000);
        } else {
            built.problems().forEach(terminal.err()::println);
            terminal.err().println("postern: not built: " + built.source());
        }
    }

    private void print(String address, AddressTools.Explained told) {
        terminal.out().println(address);
        print(told.steps(), "  ");
        if (!told.failure().isEmpty()) {
            terminal.out().println("  cannot be said now: " + told.failure());
        }
        for (AddressTools.Destination each : told.destinations()) {
            boolean goes = !each.transport().isEmpty();
            String where = goes ? " by " + each.transport() + " to " + each.nextHop() : "";
            String why = each.text().isEmpty() ? "" : ": " + each.text();
            terminal.out()
                    .printf(
                            "  -> %s  (%s)  %s%s%s%n",
                            each.recipient(), each.addressClass(), each.outcome(), where, why);
            print(each.steps(), "       ");
        }
    }

    private void print(List<AddressTools.Step> steps, String indent) {
        for (AddressTools.Step step : steps) {
            String value = step.value().isEmpty() ? "" : " -> " + step.value();
            terminal.out().printf("%s%s%s  [%s]%n", indent, step.rule(), value, step.origin());
        }
    }

    private static Map<String, Object> object(AddressTools.Explained told) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("steps", steps(told.steps()));
        List<Object> destinations = new ArrayList<>();
        for (AddressTools.Destination each : told.destinations()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("recipient", each.recipient());
            one.put("class", each.addressClass());
            one.put("outcome", each.outcome());
            one.put("transport", each.transport());
            one.put("nexthop", each.nextHop());
            one.put("text", each.text());
            one.put("steps", steps(each.steps()));
            destinations.add(one);
        }
        object.put("recipients", destinations);
        object.put("failure", told.failure());
        return object;
    }

    private static List<Object> steps(List<AddressTools.Step> steps) {
        List<Object> list = new ArrayList<>();
        for (AddressTools.Step step : steps) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("rule", step.rule());
            one.put("value", step.value());
            one.put("at", step.origin());
            list.add(one);
        }
        return list;
    }

    private static Map<String, Object> object(AddressTools.Queried.Found found) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("found", true);
        object.put("value", found.value());
        object.put("key", found.key());
        object.put("at", found.origin());
        object.put("micros", found.nanos() / 1000);
        return object;
    }

    private static Map<String, Object> object(AddressTools.Built built) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("source", built.source());
        object.put("entries", built.entries());
        object.put("octets", built.octets());
        object.put("millis", built.nanos() / 1_000_000);
        object.put("problems", List.<Object>copyOf(built.problems()));
        return object;
    }
}
