package postern.table;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;
import postern.config.Cidr;

/**
 * Networks tried in turn, {@code 192.0.2.0/24 result}, in the syntax of Postfix's cidr_table(5).
 * The key is an address; what is none is absent. Immutable.
 */
final class CidrTable implements Table, TableEntries.Listed {
    private final String source;
    private final List<RuleLines.Rule<Cidr>> rules;

    private CidrTable(String source, List<RuleLines.Rule<Cidr>> rules) {
        this.source = source;
        this.rules = rules;
    }

    static Load read(String name, DiskFile file) throws IOException {
        var lines = new RuleLines<>(name, CidrTable::pattern);
        @Nullable List<RuleLines.Rule<Cidr>> rules = lines.read(file);
        return rules == null
                ? new Load.Broken(lines.problems())
                : new Load.Loaded(new CidrTable(MapTable.shortened(name), rules));
    }

    private static RuleLines.Split<Cidr> pattern(String text, boolean negated, boolean condition) {
        int end = 0;
        while (end < text.length() && !LogicalLines.white(text.charAt(end))) {
            end++;
        }
        String network = text.substring(0, end);
        Cidr cidr =
                Cidr.parse(network)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "\""
                                                        + network
                                                        + "\" is no network: 192.0.2.0/24 or"
                                                        + " 2001:db8::/32, no bits behind the prefix"));
        return new RuleLines.Split<>(cidr, text.substring(end));
    }

    @Override
    public Answer lookup(String key) {
        Optional<InetAddress> address = Cidr.address(key);
        if (address.isEmpty()) {
            return Answer.ABSENT;
        }
        InetAddress wanted = address.get();
        // cidr_table(5): a network says nothing of addresses of the other family, nor does its "!"
        RuleLines.Rule<Cidr> rule =
                RuleLines.first(
                        rules,
                        each ->
                                each.pattern().sameFamily(wanted)
                                        && each.counts(each.pattern().contains(wanted)));
        return rule == null
                ? Answer.ABSENT
                : new Answer.Found(rule.result(), source + ":" + rule.line());
    }

    @Override
    public void each(TableEntries.Visitor visitor) {
        for (RuleLines.Rule<Cidr> rule : rules) {
            if (rule.end() < 0) {
                visitor.entry(rule.pattern().toString(), rule.result(), rule.line());
            }
        }
    }

    @Override
    public Answer lookupPart(String key) {
        return Answer.ABSENT;
    }
}
