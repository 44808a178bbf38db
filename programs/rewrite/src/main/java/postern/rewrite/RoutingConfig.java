package postern.rewrite;

import java.util.List;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.table.TableConfig;

/**
 * Where mail goes that is ours to send on.
 *
 * @param relayHost next hop of everything that is not local, and where that is written; empty: by
 *     MX
 * @param tables that decide for single addresses, domains and senders
 * @param transports by class of address, each {@code transport} or {@code transport:nexthop}
 */
public record RoutingConfig(Stated relayHost, Tables tables, Transports transports) {
    private static final String SINCE = "0.2";
    private static final Pattern TRANSPORT = Pattern.compile("[a-z0-9_-]+(:[^\\s]*)?");

    /** A value and where it is written. */
    public record Stated(String text, String origin) {}

    /** Names of tables. */
    public record Tables(
            List<String> transport,
            List<String> senderRelayHost,
            List<String> senderTransport,
            List<String> relocated) {
        public Tables {
            transport = List.copyOf(transport);
            senderRelayHost = List.copyOf(senderRelayHost);
            senderTransport = List.copyOf(senderTransport);
            relocated = List.copyOf(relocated);
        }
    }

    /** Where each class goes where no table says otherwise. */
    public record Transports(Stated local, Stated virtual, Stated relay, Stated byDefault) {}

    /** Written in [domains], where null clients and relays look for it. */
    static final Key<String> RELAYHOST =
            Key.text(
                    "relayhost",
                    "",
                    "Next hop of everything that is not local: a domain (by MX), [host] or [host]:port"
                            + " without MX. Empty: each domain's own MX.",
                    "0.1");

    private static final Key<List<String>> TRANSPORT_TABLES =
            TableConfig.references(
                    "transport",
                    "Tables of transport:nexthop by address, domain, .parent of domains, or * for all"
                            + " (Postfix: transport_maps). Without a transport that of the address' class,"
                            + " without a next hop the recipient's domain; pipe:NAME hands to a command."
                            + " error:TEXT, retry:TEXT, discard:TEXT and hold:TEXT refuse, put off, drop and"
                            + " set aside.");

    private static final Key<List<String>> SENDER_RELAYHOST =
            TableConfig.references(
                    "sender_relayhost",
                    "Tables of next hops by the sender's address or @domain, <> for bounces; they go before"
                            + " relayhost (Postfix: sender_dependent_relayhost_maps). DUNNO: none.");

    private static final Key<List<String>> SENDER_TRANSPORT =
            TableConfig.references(
                    "sender_transport",
                    "Tables of transport:nexthop by sender, in the place of default_transport (Postfix:"
                            + " sender_dependent_default_transport_maps). DUNNO: none.");

    private static final Key<List<String>> RELOCATED =
            TableConfig.references(
                    "relocated",
                    "Tables of where people have gone, by address, user or @domain (Postfix:"
                            + " relocated_maps). Their mail is refused with that, 5.1.6.");

    private static final Key<String> LOCAL = transport("local_transport", "local", "local domains");

    private static final Key<String> VIRTUAL =
            transport("virtual_transport", "virtual", "virtual mailbox domains");

    private static final Key<String> RELAY = transport("relay_transport", "smtp", "relay domains");

    private static final Key<String> DEFAULT =
            transport("default_transport", "smtp", "all other domains");

    public static final Section SECTION =
            new Section(
                    "routing",
                    "Where mail goes: docs/routing.md tells in which order these count.",
                    List.of(
                            TRANSPORT_TABLES,
                            SENDER_RELAYHOST,
                            SENDER_TRANSPORT,
                            RELOCATED,
                            LOCAL,
                            VIRTUAL,
                            RELAY,
                            DEFAULT));

    public static final List<TableConfig.Use> USES =
            List.of(
                    TableConfig.Use.of(SECTION, TRANSPORT_TABLES),
                    TableConfig.Use.of(SECTION, SENDER_RELAYHOST),
                    TableConfig.Use.of(SECTION, SENDER_TRANSPORT),
                    TableConfig.Use.of(SECTION, RELOCATED));

    public static RoutingConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new RoutingConfig(
                stated(settings.section(RewriteConfig.SECTION), RELAYHOST),
                new Tables(
                        group.get(TRANSPORT_TABLES),
                        group.get(SENDER_RELAYHOST),
                        group.get(SENDER_TRANSPORT),
                        group.get(RELOCATED)),
                new Transports(
                        stated(group, LOCAL),
                        stated(group, VIRTUAL),
                        stated(group, RELAY),
                        stated(group, DEFAULT)));
    }

    private static Stated stated(Settings.Group group, Key<String> key) {
        return new Stated(group.get(key), group.origin(key));
    }

    private static Key<String> transport(String name, String byDefault, String domains) {
        return Key.text(
                name,
                byDefault,
                TRANSPORT,
                "transport or transport:nexthop",
                "The transport of "
                        + domains
                        + ", where no table says otherwise (Postfix: "
                        + name
                        + ").",
                SINCE);
    }
}
