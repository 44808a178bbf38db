package postern.fuzz;

import java.util.Map;
import postern.rewrite.HeaderTarget;
import postern.smtpd.ProxyTarget;
import postern.smtpd.SessionTarget;

/** What is fuzzed; an exception is a finding. Each has a class with {@code fuzzerTestOneInput}. */
interface Target {
    void take(byte[] input) throws Exception;

    /** By the names that {@code tests/fuzz/hunt} and the folders of corpora have. */
    Map<String, Target> ALL =
            Map.of(
                    "command", CommandTarget::fuzzerTestOneInput,
                    "address", AddressTarget::fuzzerTestOneInput,
                    "content", ContentTarget::fuzzerTestOneInput,
                    "mime", MimeTarget::fuzzerTestOneInput,
                    "header", HeaderTarget::fuzzerTestOneInput,
                    "proxy", ProxyTarget::fuzzerTestOneInput,
                    "sasl", SaslTarget::fuzzerTestOneInput,
                    "session", SessionTarget::fuzzerTestOneInput,
                    "reply", ReplyTarget::fuzzerTestOneInput);
}
