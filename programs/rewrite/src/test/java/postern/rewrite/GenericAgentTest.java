package postern.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;

final class GenericAgentTest {
    private static final String SITE =
            """
            [rewrite]
            generic = ["generic"]
            [table.generic]
            kind = "inline"
            entries = { "@pc.localdomain" = "ann@example.org", "bad@x.example" = "two@@ats",
              "one@x.example" = "two@x.example", "two@x.example" = "three@x.example",
              "bob@x.example" = "bob@example.org", "carl" = "carl@example.org" }
            """;

    @TempDir Path folder;
    private final List<String> sent = new ArrayList<>();
    private final List<ByteBuffer> resident = new ArrayList<>();

    /** Writes down what it was asked to send. */
    private List<Delivery> record(DeliveryRequest request) {
        sent.add(request.sender() + " -> " + request.recipients().getFirst().mailbox());
        sent.add(text(request.content()));
        resident.addAll(request.content().resident());
        return List.of(new Delivery(new Outcome.Delivered("2.0.0", "ok"), "sink"));
    }

    private static String text(Content content) {
        byte[] octets = new byte[(int) content.octets()];
        int done = 0;
        try {
            while (done < octets.length) { // in small pieces, so that the seam is met
                int n = content.read(done, octets, done, Math.min(5, octets.length - done));
                assertThat(n).isPositive();
                done += n;
            }
            assertThat(content.read(done, new byte[1], 0, 1)).isEqualTo(-1);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    private List<Delivery> deliver(String toml, String sender, String recipient, String message)
            throws IOException {
        SiteUnderTest site = SiteUnderTest.of(toml);
        DeliveryAgent agent =
                GenericAgent.before(this::record, site.config, site.addressing, site.tables);
        var store = new ContentStore(SystemWorld.create((_, _) -> {}).disk(), folder);
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        ContentBuffer buffer = store.buffer(octets.length);
        buffer.append(octets, 0, octets.length);
        try (Content content = buffer.finish()) {
            return agent.deliver(
                    new DeliveryRequest(
                            new QueueId(1),
                            "far.example",
                            ReversePath.of(SiteUnderTest.mailbox(sender)),
                            MailOptions.NONE,
                            List.of(Recipient.of(SiteUnderTest.mailbox(recipient))),
                            content,
                            Origin.OURSELVES));
        }
    }

    @Test
    void addressesLeaveInTheFormThatTheOutsideKnows() throws IOException {
        String message = "From: Ann <ann@pc.localdomain>\r\nTo: b@far.example\r\n\r\nann@pc\r\n";
        assertThat(deliver(SITE, "ann@pc.localdomain", "b@far.example", message))
                .extracting(delivery -> delivery.outcome().status())
                .containsExactly("2.0.0");
        assertThat(sent)
                .containsExactly(
                        "ann@example.org -> b@far.example",
                        "From: Ann <ann@example.org>\r\nTo: b@far.example\r\n\r\nann@pc\r\n");
        StringBuilder written = new StringBuilder();
        resident.forEach(part -> written.append(StandardCharsets.UTF_8.decode(part)));
        assertThat(written).hasToString(sent.getLast());
    }

    /** generic(5): asked once; what a key leaves out of an address is left out. */
    @ParameterizedTest
    @CsvSource({
        "one@x.example, two@x.example",
        "bob@x.example, bob@example.org",
        "bob+list@x.example, bob@example.org",
        "carl@localhost, carl@example.org",
        "carl+list@localhost, carl@example.org",
        "carl@far.example, carl@far.example",
    })
    void aTableIsAskedOnceAndDropsExtensions(String sender, String seen) throws IOException {
        List<Delivery> unused =
                deliver(SITE, sender, "b@far.example", "From: " + sender + "\r\n\r\n");
        assertThat(sent).containsExactly(seen + " -> b@far.example", "From: " + seen + "\r\n\r\n");
    }

    @Test
    void whatHasNoHeaderEndPassesAsItIs() throws IOException {
        String message = "From: ann@pc.localdomain\r\n";
        List<Delivery> unused = deliver(SITE, "a@b.example", "b@far.example", message);
        assertThat(sent.getLast()).isEqualTo(message);
    }

    @Test
    void whatCannotBeRewrittenIsPutOff() throws IOException {
        assertThat(deliver(SITE, "bad@x.example", "b@far.example", "\r\n"))
                .singleElement()
                .satisfies(
                        delivery ->
                                assertThat(delivery.outcome())
                                        .isInstanceOf(Outcome.Deferred.class));
        assertThat(sent).isEmpty();
    }

    @Test
    void withoutTablesNothingStandsBetween() {
        SiteUnderTest site = SiteUnderTest.of("");
        DeliveryAgent agent = this::record;
        assertThat(GenericAgent.before(agent, site.config, site.addressing, site.tables))
                .isSameAs(agent);
    }
}
