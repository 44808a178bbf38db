package postern.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import postern.base.Endpoint;
import postern.base.World;
import postern.dns.Resolver.Trouble;

/**
 * The recursive name servers and how they are asked: in their order, those last that did not answer
 * lately unless they validate; by UDP with EDNS (RFC 6891), by TCP where the answer is too long
 * (RFC 7766), without EDNS where a server does not know it. Any thread.
 */
final class NameServers {
    /** How a question to them ended. */
    sealed interface Word {
        /**
         * @param message NOERROR or NXDOMAIN
         * @param secure a trusted server says that it validated all of it
         */
        record Said(Message message, boolean secure) implements Word {}

        record Nothing(Trouble trouble, String why) implements Word {}
    }

    /** How long a server that did not answer is asked after the others. */
    private static final Duration SHUNNED = Duration.ofSeconds(60);

    private final World world;
    private final DnsSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private List<Server> servers = List.of(); // made at the first question: an idle agent has none

    /** One server. */
    private static final class Server {
        final InetSocketAddress address;
        final SimpleResolver modern;

        /** Some old servers answer FORMERR to EDNS (RFC 6891 §7) and are asked without it. */
        final SimpleResolver plain;

        final boolean trusted;

        /** It was seen to. */
        volatile boolean validates;

        volatile boolean shunned;
        volatile long shunnedUntil;

        Server(InetSocketAddress address, Duration timeout, boolean trusted) {
            this.address = address;
            this.trusted = trusted;
            modern = new SimpleResolver(address);
            modern.setTimeout(timeout);
            plain = new SimpleResolver(address);
            plain.setTimeout(timeout);
            plain.setEDNS(-1, 0, 0, List.of());
        }

        String text() {
            return Endpoint.text(address.getAddress()) + ":" + address.getPort();
        }
    }

    NameServers(World world, DnsSettings settings) {
        this.world = world;
        this.settings = settings;
    }

    /** The first word that settles the question. */
    Word ask(Name name, int type) {
        return new Question(name, type).ask();
    }

    /** Asks each trusted server whether it validates. */
    Resolver.Validation probe() {
        String why = "no name server is trusted to validate: none is on this machine";
        Optional<Name> name = DnsResolver.name(settings.probe());
        for (Server server : inOrder()) {
            if (server.trusted && name.isPresent()) {
                Optional<Message> reply =
                        new Question(name.get(), Type.SOA).exchange(server, false);
                if (reply.isPresent() && reply.get().getHeader().getFlag(Flags.AD)) {
                    return new Resolver.Validation.Present(server.text());
                }
                why =
                        "name server "
                                + server.text()
                                + (reply.isPresent()
                                        ? " does not validate " + settings.probe()
                                        : " does not answer");
            }
        }
        return new Resolver.Validation.Absent(why);
    }

    private List<Server> inOrder() {
        lock.lock();
        try {
            if (servers.isEmpty()) {
                servers =
                        settings.servers().stream()
                                .map(at -> new Server(at, settings.timeout(), settings.trusts(at)))
                                .toList();
            }
        } finally {
            lock.unlock();
        }
        if (servers.stream().noneMatch(server -> server.shunned)) {
            return servers;
        }
        long now = world.clock().nanoTime();
        List<Server> order = new ArrayList<>();
        List<Server> last = new ArrayList<>();
        for (Server server : servers) {
            boolean late = server.shunned && now - server.shunnedUntil < 0;
            // else whoever has us ask for a name that times out turns DANE off for a minute
            if (late && !server.validates) {
                last.add(server);
            } else {
                order.add(server);
            }
        }
        order.addAll(last);
        return order;
    }

    /** One question. One thread only. */
    private final class Question {
        private final Message query;
        private final Message unchecked;
        private Trouble trouble = Trouble.NO_ANSWER;
        private String why = "no answer from a name server";

        Question(Name name, int type) {
            Record question = Record.newRecord(name, type, DClass.IN);
            query = Message.newQuery(question);
            query.getHeader().setFlag(Flags.AD); // wants to know: RFC 6840 §5.7
            unchecked = Message.newQuery(question);
            unchecked.getHeader().setFlag(Flags.CD);
        }

        Word ask() {
            for (int round = 0; round < settings.rounds(); round++) {
                for (Server server : inOrder()) {
                    Optional<Message> reply = exchange(server, false);
                    if (reply.isEmpty()) {
                        continue;
                    }
                    int rcode = reply.get().getRcode();
                    if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
                        boolean secure =
                                server.trusted && reply.get().getHeader().getFlag(Flags.AD);
                        return new Word.Said(reply.get(), secure);
                    }
                    if (rcode == Rcode.SERVFAIL && bogus(server)) {
                        return new Word.Nothing(Trouble.BOGUS, "DNSSEC validation failed");
                    }
                    trouble = Trouble.SERVER_FAILURE;
                    why = "name server says " + Rcode.string(rcode);
                }
            }
            return new Word.Nothing(trouble, why);
        }

        /** Whether the server has an answer and only its validation fails: RFC 4035 §3.2.2. */
        private boolean bogus(Server server) {
            Optional<Message> reply = exchange(server, true);
            return reply.isPresent()
                    && (reply.get().getRcode() == Rcode.NOERROR
                            || reply.get().getRcode() == Rcode.NXDOMAIN);
        }

        Optional<Message> exchange(Server server, boolean withoutCheck) {
            Message message = withoutCheck ? unchecked : query;
            Optional<Message> reply = exchange(server, server.modern, message);
            return reply.isPresent() && reply.get().getRcode() == Rcode.FORMERR
                    ? exchange(server, server.plain, message)
                    : reply;
        }

        private Optional<Message> exchange(Server server, SimpleResolver by, Message message) {
            try {
                CompletionStage<Message> answer = by.sendAsync(message, Runnable::run);
                Message reply = world.tasks().await(answer);
                server.shunned = false;
                if (server.trusted && reply.getHeader().getFlag(Flags.AD)) {
                    server.validates = true;
                }
                return Optional.of(reply);
            } catch (ExecutionException failed) {
                boolean late = failed.getCause() instanceof SocketTimeoutException;
                boolean broken = failed.getCause() instanceof IOException;
                trouble = Trouble.NO_ANSWER;
                why =
                        late
                                ? "no answer from a name server"
                                : broken ? "cannot ask a name server" : "name server out of order";
                server.shunnedUntil = world.clock().nanoTime() + SHUNNED.toNanos();
                server.shunned = true;
                return Optional.empty();
            }
        }
    }
}
