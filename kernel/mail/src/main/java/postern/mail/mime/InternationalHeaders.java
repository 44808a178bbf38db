package postern.mail.mime;

import java.io.IOException;
import java.util.List;
import postern.mail.Content;

/** Whether a message has header fields that RFC 6532 alone allows. */
public final class InternationalHeaders {
    private InternationalHeaders() {}

    /**
     * Whether a header of the message or of any of its parts has octets beyond ASCII: RFC 6531 §3.2
     * asks at any level. What is too intricate to be told counts as having them.
     *
     * @param depthMax most multiparts in each other
     * @throws IOException the content cannot be read
     */
    public static boolean in(Content content, int depthMax) throws IOException {
        Look look = new Look();
        try {
            MimeWalk.through(content, depthMax, look);
        } catch (MimeWalk.TooIntricate _) {
            return true;
        }
        return look.found;
    }

    private static final class Look implements MimeWalk.Visitor {
        boolean found;

        @Override
        public void header(MimeWalk.Entity entity, List<byte[]> fields, byte[] end) {
            for (byte[] field : fields) {
                for (byte octet : field) {
                    found |= octet < 0;
                }
            }
        }
    }
}
