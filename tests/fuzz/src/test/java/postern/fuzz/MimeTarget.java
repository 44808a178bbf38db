package postern.fuzz;

import java.io.IOException;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.mime.SevenBit;

/** The conversion for hosts that take text alone: what comes of any octets is lines of text. */
public final class MimeTarget {
    private MimeTarget() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        ContentStore store = Stores.store();
        try (Content content = Stores.content(store, input, 0)) {
            switch (SevenBit.convert(content, store, false, 5)) {
                case SevenBit.Result.Impossible _ -> {}
                case SevenBit.Result.Converted(Content text) -> {
                    try (text) {
                        Finding.unless(!Stores.bare(Stores.octets(text)), "something stands alone");
                    }
                }
            }
        }
        Stores.checkEmpty(store);
    }
}
