package postern.lookup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import postern.base.Endpoint;
import postern.base.World;
import postern.table.SocketMap;
import postern.table.Table;

/** A table in a store of keys and values, asked by what it is called there. Any thread. */
final class StoreTable implements Table {
    /** Longest value in octets: what an answer between domains has room for. */
    static final int VALUE_OCTETS_MAX = SocketMap.REPLY_OCTETS_MAX / 4;

    private final Backends<Endpoint, Lines> servers;
    private final Store store;
    private final Question question;
    private final Duration limit;
    private final String origin;

    /** How such a store is asked. */
    interface Store extends Lines.Greeting {
        /** Whether a key of these octets can be there at all. */
        boolean possible(byte[] key);

        /**
         * @throws IOException the server is not the one that we took it for, or is not well
         */
        Value get(Lines lines, byte[] key) throws IOException;
    }

    /** What a store says of a key. */
    sealed interface Value {
        record There(String text) implements Value {}

        record NotThere() implements Value {}

        /** About this key there is no answer; other keys may have theirs. */
        record Unusable(String why) implements Value {}

        Value NOT_THERE = new NotThere();
    }

    /**
     * What is asked of it.
     *
     * @param key what a key is called in the store
     * @param domains whose addresses are asked for; empty: of all
     */
    record Question(Template key, Template format, List<String> domains) {
        Question {
            domains = List.copyOf(domains);
        }
    }

    /**
     * @param limit of time for one answer
     */
    StoreTable(
            World world,
            List<Endpoint> servers,
            int connections,
            Duration limit,
            Store store,
            Question question,
            String origin) {
        this.servers = Lines.servers(world, servers, connections, limit, store);
        this.store = store;
        this.question = question;
        this.limit = limit;
        this.origin = origin;
    }

    @Override
    public Answer lookup(String key) {
        KeyParts parts = KeyParts.of(key);
        String name =
                parts.outside(question.domains)
                        ? null
                        : question.key.expand(parts, UnaryOperator.identity());
        if (name == null) {
            return Answer.ABSENT;
        }
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        return store.possible(octets)
                ? servers.ask(
                        lines -> answer(lines.within(limit, on -> store.get(on, octets)), parts))
                : Answer.ABSENT;
    }

    private Answer answer(Value value, KeyParts key) {
        return switch (value) {
            case Value.There(String text) -> {
                var results = new Results(question.format, 1, key);
                yield results.add(text)
                        ? results.answer(origin)
                        : new Answer.TemporaryFailure("a value of no use");
            }
            case Value.NotThere _ -> Answer.ABSENT;
            case Value.Unusable(String why) -> new Answer.TemporaryFailure(why);
        };
    }

    /**
     * The length that a server announces.
     *
     * @throws IOException it is none
     */
    static long length(String digits) throws IOException {
        if (digits.isEmpty()
                || digits.length() > 12
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IOException("a value of no length");
        }
        return Long.parseLong(digits);
    }

    /** The value of that length, which comes next; the connection ends where it is too long. */
    static Value value(Lines lines, long octets) throws IOException {
        if (octets > VALUE_OCTETS_MAX) {
            lines.close();
            return new Value.Unusable("a value of more than " + VALUE_OCTETS_MAX + " octets");
        }
        return new Value.There(lines.counted(Math.toIntExact(octets)));
    }

    @Override
    public boolean waits() {
        return true;
    }
}
