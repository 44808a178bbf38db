package postern.fuzz;

import java.io.IOException;
import postern.base.Endpoint;
import postern.testkit.ScriptPeer;
import postern.testkit.SimWorld;
import postern.wire.PeerReader;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/** The reader of replies: whatever a host says is a reply or an error, in bounded time. */
public final class ReplyTarget {
    private static final Endpoint THERE = new Endpoint.Tcp(SimWorld.address("192.0.2.1"), 25);

    private ReplyTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var replies = new ReplyReader(new PeerReader(new ScriptPeer(THERE, input, 7), 8192));
        for (int n = 0; n <= input.length; n++) {
            try {
                Reply reply = replies.next();
                Finding.unless(reply.code() >= 100 && reply.code() <= 999, "code " + reply.code());
                Finding.unless(!reply.lines().isEmpty(), "a reply without a line");
                for (int i = 0; i < reply.toString().length(); i++) {
                    Finding.unless(
                            reply.toString().charAt(i) != '\n', "a newline in a reply's text");
                }
            } catch (IOException over) {
                return;
            }
        }
        throw new AssertionError("more replies than octets");
    }
}
