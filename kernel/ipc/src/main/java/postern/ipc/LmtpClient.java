package postern.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Network;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.DataWriter;
import postern.wire.Envelopes;
import postern.wire.Reply;

/**
 * Hands messages to an LMTP server over warm connections: envelope and content go out in one write
 * where the content is small, and the replies come back in one read. Any thread; each call borrows
 * a connection.
 */
public final class LmtpClient {
    /** Content up to this many octets goes out in one write with its envelope, unasked. */
    private static final int ONE_WRITE_OCTETS_MAX = 64 * 1024;

    /** The longest chunk; origin: the longest record of the queue log. */
    private static final int CHUNK_OCTETS_MAX = 1 << 20;

    /**
     * Chunks that are sent before the reply to the first is read: the other end is kept busy, and
     * its replies never fill the socket, where it would wait for us while we wait for it.
     */
    private static final int CHUNKS_AHEAD_MAX = 8;

    /** RFC 3030 §3: never, under any circumstances, to a server that does not offer it. */
    private static final Reply NOT_BINARY =
            Reply.of(554, "5.6.3", "content is binary, which the server does not take");

    /** RFC 5321 §4.5.3.2.6: ten minutes for what the final dot sets off. */
    private static final Duration REPLY_LIMIT = Duration.ofMinutes(10);

    /**
     * How long an agent that lives may take for an attempt: a remote host may use up the time that
     * RFC 5321 §4.5.3.2 gives it for each of many recipients. Whoever stops waiting earlier than
     * the agent stops trying delivers twice. Figure from Postfix, {@code daemon_timeout}.
     */
    public static final Duration ATTEMPT_LIMIT = Duration.ofHours(5);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /**
     * For greeting, LHLO and questions. A server that is down has a listener all the same, which
     * master keeps: whoever waits there must be told to come later before its own patience ends
     * (RFC 5321 §4.5.3.2.3: five minutes for RCPT).
     */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

    /** A server that is being replaced may hang up on a new connection, hardly on three. */
    private static final int CONNECTIONS_TRIED = 3;

    private final Network network;
    private final Endpoint server;
    private final String ourName;
    private final int idleMax;
    private final Duration replyLimit;
    private final Deque<ServerConnection> idle = new ArrayDeque<>(); // guarded by itself

    /**
     * @param ourName what LHLO says
     * @param idleMax connections kept for the next message
     */
    public LmtpClient(Network network, Endpoint server, String ourName, int idleMax) {
        this(network, server, ourName, idleMax, REPLY_LIMIT);
    }

    /**
     * @param replyLimit how long a message may take from its first octet to its last reply
     */
    public LmtpClient(
            Network network, Endpoint server, String ourName, int idleMax, Duration replyLimit) {
        this.network = network;
        this.server = server;
        this.ourName = ourName;
        this.idleMax = idleMax;
        this.replyLimit = replyLimit;
    }

    public Endpoint server() {
        return server;
    }

    /**
     * Sends one message.
     *
     * @param attributes sent where the server knows XPOSTERN; others are spared it
     * @return one reply for each recipient, in order
     * @throws Untouched nothing was handed over
     * @throws IOException no replies came, or not all: what became of the message is unknown,
     *     unless nothing of it was sent
     */
    public List<Reply> send(
            Attributes attributes,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content)
            throws IOException {
        var message =
                new Transaction(
                        replyLimit,
                        attributes.with(options.terms()),
                        sender,
                        options,
                        recipients,
                        content);
        return onConnection(connection -> message.run(connection));
    }

    /** Asks whether the server takes mail for the address: VRFY. */
    public Reply verify(Mailbox recipient) throws IOException {
        return onConnection(
                connection -> {
                    connection.peer.expireAfter(ANSWER_LIMIT);
                    try {
                        connection.writer.line("VRFY <" + recipient + ">");
                        connection.writer.flush();
                        return notClosing(connection.reply());
                    } catch (IOException unanswered) {
                        throw new Untouched(unanswered); // a question changes nothing
                    }
                });
    }

    /** RFC 5321 §3.8: 421 says that the server closes and has not looked at what was sent. */
    private static Reply notClosing(Reply first) throws Untouched {
        if (first.code() == 421) {
            throw new Untouched(new IOException(first.toString()));
        }
        return first;
    }

    /** Closes the idle connections. */
    public void close() {
        List<ServerConnection> all;
        synchronized (idle) {
            all = new ArrayList<>(idle);
            idle.clear();
        }
        all.forEach(ServerConnection::close);
    }

    private interface Conversation<T> {
        T on(ServerConnection connection) throws IOException;
    }

    /**
     * Holds the conversation on an idle connection or a new one. An idle connection may have died
     * meanwhile, and a server that drains may close a new one; that harms nobody: the conversation
     * is held once more on another.
     */
    private <T> T onConnection(Conversation<T> conversation) throws IOException {
        ServerConnection warm = takeIdle();
        if (warm != null) {
            try {
                return held(conversation, warm);
            } catch (Untouched stale) {
                if (silent(stale)) {
                    throw stale;
                } // else as good as none
            }
        }
        for (int tries = 1; true; tries++) {
            Peer peer = reach(); // where nobody listens we do not come again
            try {
                return held(conversation, opened(peer));
            } catch (Untouched closed) {
                if (tries == CONNECTIONS_TRIED || silent(closed)) {
                    throw closed;
                }
            }
        }
    }

    /** A server that said nothing in time will not hurry for another connection. */
    private static boolean silent(Untouched failed) {
        return failed.getCause() instanceof TimedOut;
    }

    private <T> T held(Conversation<T> conversation, ServerConnection connection)
            throws IOException {
        boolean good = false;
        try {
            T result = conversation.on(connection);
            good = true;
            return result;
        } finally {
            if (good) {
                giveBack(connection);
            } else {
                connection.close();
            }
        }
    }

    private Peer reach() throws Untouched {
        try {
            return network.connect(server, CONNECT_LIMIT);
        } catch (IOException unreachable) {
            throw new Untouched(unreachable);
        }
    }

    private ServerConnection opened(Peer peer) throws Untouched {
        var connection = new ServerConnection(peer);
        boolean open = false;
        try {
            connection.peer.expireAfter(ANSWER_LIMIT);
            connection.open(ourName);
            connection.peer.expireAfter(Duration.ZERO);
            open = true;
            return connection;
        } catch (IOException failed) {
            throw new Untouched(failed);
        } finally {
            if (!open) {
                connection.close();
            }
        }
    }

    private @Nullable ServerConnection takeIdle() {
        synchronized (idle) {
            return idle.pollLast(); // the warmest
        }
    }

    private void giveBack(ServerConnection connection) {
        connection.peer.expireAfter(Duration.ZERO);
        boolean kept = false;
        synchronized (idle) {
            if (idle.size() < idleMax) {
                idle.addLast(connection);
                kept = true;
            }
        }
        if (!kept) {
            connection.close();
        }
    }

    /**
     * The server cannot have taken anything: nobody answered, or the write failed before the
     * message was complete.
     */
    public static final class Untouched extends IOException {
        private static final long serialVersionUID = 1;

        Untouched(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** One mail transaction. */
    private record Transaction(
            Duration replyLimit,
            Attributes attributes,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content) {

        List<Reply> run(ServerConnection connection) throws IOException {
            boolean chunking = connection.offers("CHUNKING");
            if (options.body() == MailOptions.Body.BINARY_MIME
                    && !(chunking && connection.offers("BINARYMIME"))) {
                return recipients.stream().map(_ -> NOT_BINARY).toList();
            }
            connection.peer.expireAfter(replyLimit);
            boolean attributed = !attributes.isEmpty() && connection.attributeVersion() > 0;
            writeEnvelope(connection, attributed);
            if (chunking && content.octets() <= ONE_WRITE_OCTETS_MAX) {
                writeSmall(connection);
                List<Reply> envelope = envelopeReplies(connection, attributed);
                return finalReplies(connection, envelope);
            }
            writing(() -> connection.writer.flush());
            List<Reply> envelope = envelopeReplies(connection, attributed);
            if (envelope.stream().noneMatch(Reply::positive)) {
                reset(connection);
                return envelope;
            }
            if (chunking) {
                sendChunks(connection);
            } else if (!sendData(connection, envelope)) {
                return envelope;
            }
            return finalReplies(connection, envelope);
        }

        private void writeEnvelope(ServerConnection connection, boolean attributed)
                throws IOException {
            writing(
                    () -> {
                        if (attributed) {
                            connection.writer.line(
                                    attributes.command(
                                            connection.attributeVersion(),
                                            connection.offers(Attributes.ORIGIN_OFFER)));
                        }
                        connection.writer.line(
                                Envelopes.mail(
                                        sender, options, content.octets(), connection::offers));
                        for (Recipient recipient : recipients) {
                            connection.writer.line(Envelopes.rcpt(recipient, connection::offers));
                        }
                    });
        }

        private void writeSmall(ServerConnection connection) throws IOException {
            connection.writer.line("BDAT " + content.octets() + " LAST");
            List<ByteBuffer> resident = content.resident();
            ByteBuffer[] octets =
                    resident.isEmpty()
                            ? new ByteBuffer[] {ByteBuffer.wrap(readAll())}
                            : resident.toArray(ByteBuffer[]::new);
            writing(() -> connection.writer.flush(octets));
        }

        private byte[] readAll() throws IOException {
            byte[] octets = new byte[(int) content.octets()];
            int length = 0;
            while (length < octets.length) {
                int n = content.read(length, octets, length, octets.length - length);
                if (n < 0) {
                    throw new IOException("content ends early");
                }
                length += n;
            }
            return octets;
        }

        /** The recipients' replies; a refusal of MAIL or XPOSTERN stands for all of them. */
        private List<Reply> envelopeReplies(ServerConnection connection, boolean attributed)
                throws IOException {
            Reply first = notClosing(connection.reply());
            Reply mail = attributed ? notClosing(connection.reply()) : first;
            Reply refusal = first.positive() ? mail : first;
            List<Reply> replies = new ArrayList<>(recipients.size());
            for (int i = 0; i < recipients.size(); i++) {
                Reply rcpt = connection.reply();
                replies.add(refusal.positive() ? rcpt : refusal);
            }
            return replies;
        }

        /**
         * RFC 2033 §4.2: after the content, one reply for each recipient that was accepted before.
         */
        private static List<Reply> finalReplies(ServerConnection connection, List<Reply> envelope)
                throws IOException {
            if (envelope.stream().noneMatch(Reply::positive)) {
                Reply none = connection.reply(); // 503 or 554: nobody to deliver to
                if (none.positive()) {
                    throw new IOException("content accepted for nobody: " + none);
                }
                reset(connection);
                return envelope;
            }
            List<Reply> replies = new ArrayList<>(envelope.size());
            for (Reply rcpt : envelope) {
                replies.add(rcpt.positive() ? connection.reply() : rcpt);
            }
            return replies;
        }

        private void sendChunks(ServerConnection connection) throws IOException {
            long at = 0;
            int unanswered = 0;
            while (at < content.octets()) {
                if (unanswered == CHUNKS_AHEAD_MAX) {
                    chunkTaken(connection);
                    unanswered--;
                }
                long length = Math.min(CHUNK_OCTETS_MAX, content.octets() - at);
                boolean last = at + length == content.octets();
                connection.writer.line("BDAT " + length + (last ? " LAST" : ""));
                long from = at;
                writing(
                        () -> {
                            connection.writer.flush();
                            content.send(connection.peer, from, length);
                        });
                connection.peer.expireAfter(replyLimit);
                at += length;
                unanswered += last ? 0 : 1; // the replies to the last are the recipients'
            }
            for (int i = 0; i < unanswered; i++) {
                chunkTaken(connection);
            }
        }

        private static void chunkTaken(ServerConnection connection) throws IOException {
            Reply reply = connection.reply();
            if (!reply.positive()) {
                throw new IOException("chunk refused: " + reply);
            }
        }

        /** DATA, for servers without CHUNKING. False when it was refused for all. */
        private boolean sendData(ServerConnection connection, List<Reply> envelope)
                throws IOException {
            connection.writer.line("DATA");
            writing(() -> connection.writer.flush());
            Reply go = connection.reply();
            if (go.code() != 354) {
                if (go.positive()) {
                    throw new IOException("DATA: " + go);
                }
                envelope.replaceAll(reply -> reply.positive() ? go : reply);
                reset(connection);
                return false;
            }
            writing(() -> DataWriter.write(content, connection.writer, connection.peer));
            return true;
        }

        private static void reset(ServerConnection connection) throws IOException {
            connection.writer.line("RSET");
            connection.writer.flush();
            Reply reset = connection.reply();
            if (!reset.positive()) {
                throw new IOException("RSET: " + reset);
            }
        }

        private interface Write {
            void run() throws IOException;
        }

        private static void writing(Write write) throws IOException {
            try {
                write.run();
            } catch (IOException failed) {
                throw new Untouched(failed);
            }
        }
    }
}
