package postern.smtp.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.smtp.tls.TlsPolicy.Ciphers;
import postern.smtp.tls.TlsPolicy.Manner;
import postern.tls.ClientTls;

/**
 * What a table says of a destination: a level and attributes, in the syntax of Postfix's
 * smtp_tls_policy_maps, {@code secure match=.example.org:mx.example.net ciphers=high}.
 *
 * @param match names, or digests at the level fingerprint; empty: those of the configuration
 * @param authorities the file of cafile=; empty: that of the configuration
 * @param manner with the server name of servername=, or without any
 */
record PolicyEntry(TlsLevel level, List<String> match, String authorities, Manner manner) {
    private static final List<String> OLD = List.of("sslv2", "sslv3", "tlsv1", "tlsv1.1");

    PolicyEntry {
        match = List.copyOf(match);
    }

    /**
     * @throws IllegalArgumentException it is none; the message says why
     */
    static PolicyEntry parse(String text, TlsConfig config) {
        String[] words = text.strip().split("[\\s,]+", -1);
        TlsLevel level =
                TlsLevel.of(words[0].toLowerCase(Locale.ROOT))
                        .orElseThrow(() -> bad("\"" + words[0] + "\" is no level of TLS"));
        List<String> match = new ArrayList<>();
        String authorities = "";
        Manner manner = config.manner();
        for (String word : List.of(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = word.substring(equals + 1);
            if (equals < 0 || value.isEmpty()) {
                throw bad("\"" + word + "\" is no attribute: write NAME=VALUE");
            }
            switch (name.toLowerCase(Locale.ROOT)) {
                case "match" -> match.addAll(matches(level, value));
                case "protocols" ->
                        manner = new Manner(manner.serverName(), versions(value), manner.ciphers());
                case "ciphers" ->
                        manner = new Manner(manner.serverName(), manner.versions(), ciphers(value));
                case "servername" -> manner = manner.named(serverName(value));
                case "cafile" -> authorities = authorities(value, config);
                default -> throw bad("\"" + name + "\" is no attribute of a TLS policy");
            }
        }
        return new PolicyEntry(level, match, authorities, manner);
    }

    private static IllegalArgumentException bad(String why) {
        return new IllegalArgumentException(why);
    }

    private static List<String> matches(TlsLevel level, String value) {
        return switch (level) {
            case FINGERPRINT ->
                    List.of(value.split("\\|", -1)).stream().map(TlsConfig::digest).toList();
            case VERIFY, SECURE ->
                    List.of(value.split(":", -1)).stream().map(TlsConfig::wanted).toList();
            case NONE, MAY, ENCRYPT, DANE, DANE_ONLY ->
                    throw bad("match= means nothing at the level " + level.text());
        };
    }

    /** {@code TLSv1.3}, {@code >=TLSv1.2}, {@code <=TLSv1.2}, {@code !TLSv1.2}, with colons. */
    private static List<String> versions(String value) {
        Set<String> stated = new LinkedHashSet<>();
        Set<String> left = new LinkedHashSet<>(ClientTls.VERSIONS);
        for (String word : value.split(":", -1)) {
            if (word.startsWith(">=")) {
                left.removeIf(version -> version.compareTo(bound(word.substring(2))) < 0);
            } else if (word.startsWith("<=")) {
                left.removeIf(version -> version.compareTo(bound(word.substring(2))) > 0);
            } else if (word.startsWith("!")) {
                left.remove(bound(word.substring(1)));
            } else {
                stated.add(TlsConfig.version(word));
            }
        }
        if (!stated.isEmpty()) {
            left.retainAll(stated);
        }
        if (left.isEmpty()) {
            throw bad("\"" + value + "\" leaves no version of TLS: they are TLSv1.2 and TLSv1.3");
        }
        return List.copyOf(left);
    }

    /** Old versions bound what is left, though none of them is spoken. */
    private static String bound(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return OLD.contains(lower) ? "TLSv1" : TlsConfig.version(text);
    }

    private static Ciphers ciphers(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "high" -> Ciphers.HIGH;
            case "medium", "low", "export" -> Ciphers.MEDIUM; // what is left of them
            default -> throw bad("\"" + value + "\" is no grade of ciphers: high, medium");
        };
    }

    private static String serverName(String value) {
        String name = TlsConfig.wanted(value);
        if (name.startsWith(".") || name.equals("dot-nexthop")) {
            throw bad("servername=" + value + " is not one name");
        }
        return name;
    }

    private static String authorities(String value, TlsConfig config) {
        if (!config.authorities().contains(Path.of(value))) {
            throw bad("cafile=" + value + " is none of tls_ca_files");
        }
        return value;
    }
}
