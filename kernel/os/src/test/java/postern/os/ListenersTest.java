package postern.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenersTest {
    @TempDir Path folder;

    @Test
    void aChildServesInheritedListenersAndDrains() throws IOException {
        int unix = Sockets.listenUnix(folder.resolve("first"), 0666, Identity.current().uid());
        InetAddress any = InetAddress.getByAddress(new byte[16]);
        int tcp = Sockets.listenTcp(new InetSocketAddress(any, 0));
        int port = Sockets.port(tcp);
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        List<String> log = converse("tcp", unix, tcp, new InetSocketAddress(loopback, port));
        assertThat(log).containsExactly("drained", "status 7");
    }

    @Test
    void aChildWithoutInternetServesTwoUnixListeners() throws IOException {
        int first = Sockets.listenUnix(folder.resolve("first"), 0600, Identity.current().uid());
        int second = Sockets.listenUnix(folder.resolve("second"), 0600, Identity.current().uid());
        List<String> log =
                converse(
                        "unix",
                        first,
                        second,
                        UnixDomainSocketAddress.of(folder.resolve("second")));
        assertThat(log).hasSize(3).last().isEqualTo("status 7");
        assertThat(log.getFirst()).startsWith("socket refused");
        assertThat(log.get(1)).isEqualTo("drained");
    }

    private List<String> converse(String kind, int first, int second, SocketAddress secondAt)
            throws IOException {
        Children children = new Children(folder);
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        Descriptors.Pipe status = Descriptors.pipe();
        Descriptors.Pipe lifeline = Descriptors.pipe();
        Descriptors.Pipe output = Descriptors.pipe();
        int settings = Descriptors.memoryFile("settings", "greeting");
        Map<Integer, Integer> descriptors = new HashMap<>();
        descriptors.put(0, first);
        descriptors.put(1, output.writeEnd());
        descriptors.put(2, output.writeEnd());
        descriptors.put(ChildLink.SETTINGS, settings);
        descriptors.put(ChildLink.STATUS, status.writeEnd());
        descriptors.put(ChildLink.LIFELINE, lifeline.readEnd());
        descriptors.put(ChildLink.FIRST_LISTENER, second);
        Sandbox sandbox =
                children.sandbox()
                        .writable(scratch)
                        .bind(new Sandbox.Ports.Only(Set.of(0)))
                        .build();
        Spawner.Started child =
                Spawner.start(
                        new Spawner.Order(
                                children.command(LinkChild.class, kind, scratch.toString()),
                                Map.of(),
                                Identity.current(),
                                sandbox,
                                descriptors,
                                Path.of("/")));
        descriptors.values().stream().distinct().forEach(Descriptors::close);
        List<String> log = new ArrayList<>();
        Optional<String> ready = Descriptors.readLine(status.readEnd(), 100);
        if (ready.isEmpty()) {
            throw new AssertionError(Descriptors.readLine(output.readEnd(), 1000));
        }
        assertThat(ready.get()).startsWith("ready seccomp=7");
        assertThat(greeting(UnixDomainSocketAddress.of(folder.resolve("first"))))
                .isEqualTo("first greeting\n");
        assertThat(greeting(secondAt)).isEqualTo("second greeting\n");
        assertThat(greeting(secondAt)).isEqualTo("second greeting\n");
        Descriptors.write(lifeline.writeEnd(), "drain\n");
        Descriptors.readLine(output.readEnd(), 1000).ifPresent(log::add);
        Descriptors.readLine(output.readEnd(), 1000).ifPresent(log::add);
        log.add(Processes.await(child.pid()).toString());
        for (int ours : List.of(status.readEnd(), lifeline.writeEnd(), output.readEnd())) {
            Descriptors.close(ours);
        }
        return log;
    }

    private static String greeting(SocketAddress at) throws IOException {
        try (SocketChannel channel = SocketChannel.open(at)) {
            return new String(
                    Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aPortInUseIsSaidSo() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        int one = Sockets.listenTcp(new InetSocketAddress(loopback, 0));
        int port = Sockets.port(one);
        assertThatThrownBy(() -> Sockets.listenTcp(new InetSocketAddress(loopback, port)))
                .isInstanceOf(IOException.class)
                .hasMessage("127.0.0.1:" + port + ": address in use");
        Descriptors.close(one);
    }

    @Test
    void aLiveUnixSocketIsRespectedAndAStaleOneReplaced() throws IOException {
        Path path = folder.resolve("socket");
        int uid = Identity.current().uid();
        int one = Sockets.listenUnix(path, 0600, uid);
        assertThat(Files.getPosixFilePermissions(path))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Sockets.listenUnix(path, 0600, uid))
                .isInstanceOf(IOException.class)
                .hasMessage(path + ": address in use");
        Descriptors.close(one);
        int two = Sockets.listenUnix(path, 0666, uid);
        assertThat(Files.getPosixFilePermissions(path))
                .isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
        Descriptors.close(two);
    }

    @Test
    void aUnixSocketIsGivenToItsOwner() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Path path = folder.resolve("socket");
        Descriptors.close(Sockets.listenUnix(path, 0600, 61_101));
        assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(61_101);
    }

    @Test
    void aFileThatIsNoSocketIsNotRemoved() throws IOException {
        Path path = Files.writeString(folder.resolve("mine"), "text");
        assertThatThrownBy(() -> Sockets.listenUnix(path, 0600, Identity.current().uid()))
                .isInstanceOf(IOException.class);
        assertThat(path).hasContent("text");
    }

    @Test
    void aPathTooLongForASocketIsSaidSo() {
        Path path = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> Sockets.listenUnix(path, 0600, 0))
                .hasMessageContaining("too long for a socket's name");
    }
}
