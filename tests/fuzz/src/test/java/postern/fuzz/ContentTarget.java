package postern.fuzz;

import java.io.IOException;
import java.util.Arrays;
import postern.base.Endpoint;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.testkit.ScriptPeer;
import postern.testkit.SimWorld;
import postern.wire.DataDecoder;
import postern.wire.DataWriter;
import postern.wire.PeerWriter;

/**
 * The reader of content, by DATA and BDAT: the same however it is cut, nothing bare in it, and what
 * we send of it has one end and reads the same.
 */
public final class ContentTarget {
    private static final Endpoint THERE = new Endpoint.Tcp(SimWorld.address("192.0.2.1"), 25);

    private ContentTarget() {}

    private enum Form {
        DATA,
        CHUNKS,
        BINARY
    }

    /** What came of it. */
    private record Outcome(String fault, byte[] message, int taken, boolean waived) {
        boolean same(Outcome other) {
            boolean refused = !fault.isEmpty() && !other.fault.isEmpty(); // which is first may vary
            return refused && taken == other.taken
                    || fault.equals(other.fault)
                            && Arrays.equals(message, other.message)
                            && taken == other.taken
                            && waived == other.waived;
        }
    }

    /** The first octet says how it comes. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        Form form = Form.values()[(input[0] & 3) % 3];
        boolean repairs = (input[0] & 4) != 0;
        int step = 1 + ((input[0] & 0xff) >> 3);
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        Outcome whole = decoded(octets, form, repairs, octets.length);
        Finding.unless(
                whole.same(decoded(octets, form, repairs, step)), "differs in steps of " + step);
        if (!whole.fault.isEmpty()) {
            return;
        }
        if (form != Form.BINARY) {
            Finding.unless(!Stores.bare(whole.message), "something stands alone");
            rewritten(whole.message);
        } else {
            Finding.unless(
                    whole.message.length >= octets.length || repairs, "octets of it are gone");
        }
    }

    private static Outcome decoded(byte[] octets, Form form, boolean repairs, int step)
            throws IOException {
        ContentStore store = Stores.store();
        var limits = new DataDecoder.Limits(2_000, 500, 200, 3, repairs);
        Outcome outcome;
        try (DataDecoder decoder =
                switch (form) {
                    case DATA -> DataDecoder.data(store.buffer(0), limits);
                    case CHUNKS -> DataDecoder.chunks(store.buffer(0), limits);
                    case BINARY -> DataDecoder.binary(store.buffer(0), limits);
                }) {
            int at = 0;
            while (at < octets.length && !decoder.done()) {
                at = decoder.take(octets, at, Math.min(octets.length, at + step));
            }
            if (form == Form.DATA && !decoder.done()) {
                return new Outcome("unended", new byte[0], at, false);
            }
            outcome =
                    switch (decoder.finish()) {
                        case DataDecoder.Result.Refused(var fault) ->
                                new Outcome(fault.name(), new byte[0], at, false);
                        case DataDecoder.Result.Message(Content content) -> {
                            try (content) {
                                yield new Outcome(
                                        "", Stores.octets(content), at, decoder.tlsWaived());
                            }
                        }
                    };
        }
        Stores.checkEmpty(store);
        return outcome;
    }

    /** As we would send it on: one end, and the same message before it. */
    private static void rewritten(byte[] message) throws IOException {
        ContentStore store = Stores.store();
        try (Content content = Stores.content(store, message, 0)) {
            ScriptPeer peer = new ScriptPeer(THERE, new byte[0], 1);
            DataWriter.write(content, new PeerWriter(peer), peer);
            byte[] wire = peer.octets();
            try (DataDecoder decoder =
                    DataDecoder.data(
                            store.buffer(0), new DataDecoder.Limits(1 << 20, 1 << 20, 1000))) {
                int end = decoder.take(wire, 0, wire.length);
                Finding.unless(decoder.done() && end == wire.length, "ends early on the wire");
                if (decoder.finish() instanceof DataDecoder.Result.Message(Content again)) {
                    try (again) {
                        Finding.unless(
                                Arrays.equals(message, Stores.octets(again)), "arrives otherwise");
                    }
                } else {
                    throw new AssertionError("we would refuse it ourselves");
                }
            }
        }
    }
}
