package postern.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import postern.os.ConfinementProbe;
import postern.os.ConfinementProbe.Finding;

/** What a domain must not do, unless it is its job. */
enum Deed {
    SHADOW("open /etc/shadow"),
    QUEUE_FILE("open a file of the queue"),
    WRITE("make a file elsewhere"),
    EXEC("become another program"),
    START("start /bin/true"),
    CONNECT("connect by TCP"),
    BIND("listen on a TCP port"),
    TRACE("ptrace a sibling"),
    SIGNAL("signal a sibling"),
    ROOT("become root"),
    NAMESPACE("make a namespace");

    private final String words;

    Deed(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * What the deeds are tried on.
     *
     * @param queueFile a file of the queue
     * @param elsewhere a folder that anybody may write to
     * @param listening a port where somebody listens
     * @param free a port where nobody does
     * @param sibling a process of the same user
     */
    record Targets(Path queueFile, Path elsewhere, int listening, int free, int sibling) {}

    /**
     * Whether it is that domain's job. As root local(8) acts for every user, so that their files
     * are open to it, and becomes whom it delivers to: that is why it has no network. Where
     * commands are configured it starts them, and they inherit what it may not.
     */
    boolean granted(Powers powers, Standing standing) {
        boolean local = powers == Powers.LOCAL;
        boolean everybody = local && standing.everywhere();
        boolean networked = local && standing.network();
        return switch (this) {
            case SHADOW, ROOT -> local && standing.root();
            case WRITE -> everybody;
            case QUEUE_FILE -> everybody || powers == Powers.QUEUE;
            case EXEC, START -> local && standing.programs();
            case CONNECT -> powers == Powers.OUT || networked;
            case BIND, SIGNAL -> networked; // without any rule of Landlock's there is no scope
            case TRACE, NAMESPACE -> false;
        };
    }

    Finding attempt(Targets targets) throws IOException {
        return switch (this) {
            case SHADOW -> ConfinementProbe.read(Path.of("/etc/shadow"));
            case QUEUE_FILE -> ConfinementProbe.read(targets.queueFile());
            case WRITE -> ConfinementProbe.write(targets.elsewhere());
            case EXEC -> ConfinementProbe.exec();
            case START -> ConfinementProbe.start(Path.of("/bin/true"));
            case CONNECT -> ConfinementProbe.connect(loopback(targets.listening()));
            case BIND -> ConfinementProbe.bind(loopback(targets.free()));
            case TRACE -> ConfinementProbe.trace(targets.sibling());
            case SIGNAL -> ConfinementProbe.signal(targets.sibling());
            case ROOT -> ConfinementProbe.becomeRoot();
            case NAMESPACE -> ConfinementProbe.namespace();
        };
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
