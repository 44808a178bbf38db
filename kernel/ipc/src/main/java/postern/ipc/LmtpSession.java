package postern.ipc;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/**
 * What a program does with the messages of one connection to its {@link LmtpServer}: one
 * transaction after the other, each begun by {@link #mail} and ended by {@link #end} or {@link
 * #abort}. One thread only.
 */
public interface LmtpSession extends Closeable {

    /**
     * A transaction begins.
     *
     * @param octets the size that was announced, 0 when none was
     * @return 250, or the refusal
     */
    Reply mail(Attributes attributes, ReversePath sender, MailOptions options, long octets);

    /** A recipient; refused ones do not count for the replies at the end. */
    Reply rcpt(Recipient recipient);

    /**
     * Room for the next octets of the content, one at the least. An {@link IOException}, here and
     * of {@link #filled}, is answered 451 for every recipient, at the end.
     *
     * @param wanted how many are to come, one at the least; more room is not used
     */
    ByteBuffer room(int wanted) throws IOException;

    /** So many octets of content, one at the least, were put to the front of {@link #room}. */
    void filled(int octets) throws IOException;

    /** The content is complete: one reply for each recipient that was accepted, in their order. */
    List<Reply> end() throws IOException;

    /** The transaction is off, by RSET or because the client went away. */
    void abort();

    /**
     * Whether, as an agent, it wants to be told where messages came from, and says so with {@code
     * XORIGIN}. A queue is told in any case.
     */
    default boolean asksForOrigin() {
        return false;
    }

    /** VRFY. */
    Reply verify(Mailbox recipient);

    @Override
    default void close() {
        abort();
    }
}
