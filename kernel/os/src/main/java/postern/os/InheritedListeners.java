package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Listening descriptors as channels of the JDK. Descriptor 0 by the JDK's own way; any other by
 * opening a channel of the same kind on an address of no importance and putting the descriptor in
 * its place. Such a channel reports that other address as its own.
 */
public final class InheritedListeners {
    private static final int DESCRIPTORS_LOOKED_AT = 4096;
    private static final int LOG_DESCRIPTOR = 2;

    // statx(2)
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE = 1;
    private static final int MODE_AT = 28;
    private static final int DEVICE_MAJOR_AT = 128;
    private static final int DEVICE_MINOR_AT = 132;
    private static final int CHARACTER_DEVICE = 2;

    private InheritedListeners() {}

    /**
     * The listener on descriptor 0. Once per process, and before other threads open files.
     *
     * @throws IOException descriptor 0 is no listener
     */
    public static ServerSocketChannel first() throws IOException {
        Channel channel = System.inheritedChannel();
        if (!(channel instanceof ServerSocketChannel listener)) {
            throw new IOException("descriptor 0 is no listener");
        }
        keepLogAfterClose();
        return listener;
    }

    /**
     * The TCP listener on that descriptor, which is used up. Binds a free port of the loop-back for
     * a moment, so the sandbox must allow port 0.
     */
    public static ServerSocketChannel tcp(int descriptor) throws IOException {
        boolean six = Sockets.family(descriptor) == Sockets.AF_INET6;
        byte[] loopback = six ? new byte[16] : new byte[] {127, 0, 0, 1};
        loopback[loopback.length - 1] = 1;
        ServerSocketChannel dummy =
                ServerSocketChannel.open(
                        six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            dummy.bind(new InetSocketAddress(InetAddress.getByAddress(loopback), 0));
            int port = ((InetSocketAddress) dummy.getLocalAddress()).getPort();
            for (int candidate = 3; candidate < DESCRIPTORS_LOOKED_AT; candidate++) {
                if (Sockets.port(candidate) == port) {
                    return put(descriptor, candidate, dummy);
                }
            }
            throw new IOException("the channel's descriptor cannot be found");
        } catch (IOException | RuntimeException failed) {
            dummy.close();
            throw failed;
        }
    }

    /**
     * The Unix listener on that descriptor, which is used up.
     *
     * @param scratch a folder where a socket may be made for a moment
     */
    public static ServerSocketChannel unix(int descriptor, Path scratch) throws IOException {
        Path path = scratch.resolve("." + UUID.randomUUID().toString().substring(0, 8));
        ServerSocketChannel dummy = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            dummy.bind(UnixDomainSocketAddress.of(path));
            for (int candidate = 3; candidate < DESCRIPTORS_LOOKED_AT; candidate++) {
                if (Sockets.path(candidate).equals(path.toString())) {
                    return put(descriptor, candidate, dummy);
                }
            }
            throw new IOException("the channel's descriptor cannot be found");
        } catch (IOException | RuntimeException failed) {
            dummy.close();
            throw failed;
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static ServerSocketChannel put(int descriptor, int in, ServerSocketChannel channel)
            throws IOException {
        Descriptors.replace(descriptor, in);
        Descriptors.close(descriptor);
        return channel;
    }

    /**
     * Closing the inherited channel, the JDK turns descriptors 0 to 2 into its copy of /dev/null;
     * whatever is logged while the last sessions end would be lost. So the log takes the place of
     * that copy.
     */
    private static void keepLogAfterClose() throws IOException {
        for (int candidate = 3; candidate < DESCRIPTORS_LOOKED_AT; candidate++) {
            if (isNullDevice(candidate)) {
                Descriptors.replace(LOG_DESCRIPTOR, candidate);
            }
        }
    }

    private static boolean isNullDevice(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nothing = arena.allocateFrom("");
            MemorySegment facts = arena.allocate(256, 8);
            long told =
                    Syscall.call(
                            Syscall.STATX,
                            descriptor,
                            nothing.address(),
                            AT_EMPTY_PATH,
                            STATX_TYPE,
                            facts.address());
            return told == 0
                    && Short.toUnsignedInt(facts.get(ValueLayout.JAVA_SHORT, MODE_AT)) >> 12
                            == CHARACTER_DEVICE
                    && facts.get(ValueLayout.JAVA_INT, DEVICE_MAJOR_AT) == 1
                    && facts.get(ValueLayout.JAVA_INT, DEVICE_MINOR_AT) == 3;
        }
    }
}
