package postern.tlsrpt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.Network;
import postern.base.Peer;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/**
 * Hands a message to our own queue, as any user of this machine may: by SMTP on the submission
 * socket, where the kernel says who we are.
 */
final class Submission {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Network network;
    private final Endpoint socket;

    Submission(Network network, Endpoint socket) {
        this.network = network;
        this.socket = socket;
    }

    /**
     * @param message in lines that end in CRLF, none of which begins with a dot
     * @return why it was not taken; empty when it was
     */
    Optional<String> send(ReversePath sender, Mailbox recipient, byte[] message) {
        try (Peer peer = network.connect(socket, LIMIT)) {
            peer.expireAfter(LIMIT);
            var replies = new ReplyReader(new PeerReader(peer, ReplyReader.LINE_OCTETS_MAX));
            var writer = new PeerWriter(peer);
            Reply greeting = replies.next();
            if (!greeting.positive()) {
                return Optional.of(greeting.toString());
            }
            for (String command :
                    new String[] {
                        "EHLO localhost",
                        "AUTH EXTERNAL =",
                        "MAIL FROM:<" + sender + "> BODY=8BITMIME",
                        "RCPT TO:<" + recipient + ">",
                        "DATA"
                    }) {
                writer.line(command);
                writer.flush();
                Reply reply = replies.next();
                if (!reply.positive() && reply.code() != 354) {
                    return Optional.of(command + ": " + reply);
                }
            }
            writer.add(message);
            writer.flush(ByteBuffer.wrap(".\r\n".getBytes(StandardCharsets.US_ASCII)));
            Reply taken = replies.next();
            writer.line("QUIT");
            writer.flush();
            return taken.positive() ? Optional.empty() : Optional.of(taken.toString());
        } catch (IOException failed) {
            return Optional.of(socket + ": " + failed.getMessage());
        }
    }
}
