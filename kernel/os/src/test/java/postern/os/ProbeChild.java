package postern.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Runs in a child: installs a profile, tries what is forbidden, prints the findings. */
final class ProbeChild {
    private ProbeChild() {}

    /** Arguments: a secret file, a granted folder, another folder, a sibling's pid. */
    public static void main(String[] args) throws IOException {
        long began = System.nanoTime();
        String inForce = Seccomp.install(new Seccomp.Profile(false, false, true));
        System.out.println("install_us " + (System.nanoTime() - began) / 1000);
        System.out.println("in force " + inForce);
        System.out.println("uid " + Processes.uid((int) ProcessHandle.current().pid()).isPresent());
        System.out.println("identity " + Identity.current().uid());
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        int sibling = Integer.parseInt(args[3]);
        System.out.println(ConfinementProbe.read(Path.of("/etc/shadow")));
        System.out.println(ConfinementProbe.read(Path.of(args[0])));
        System.out.println("granted " + ConfinementProbe.write(Path.of(args[1])));
        System.out.println(ConfinementProbe.write(Path.of(args[2])));
        Path environ = Path.of("/proc", args[3], "environ");
        System.out.println("sibling " + ConfinementProbe.read(environ));
        System.out.println(ConfinementProbe.exec());
        System.out.println(ConfinementProbe.start(Path.of("/bin/true")));
        System.out.println(ConfinementProbe.connect(new InetSocketAddress(loopback, 9)));
        System.out.println(ConfinementProbe.bind(new InetSocketAddress(loopback, 4711)));
        System.out.println(ConfinementProbe.trace(sibling));
        System.out.println(ConfinementProbe.signal(sibling));
        System.out.println(ConfinementProbe.becomeRoot());
        System.out.println(ConfinementProbe.namespace());
        Thread virtual = Thread.ofVirtual().start(() -> System.out.println("threads work"));
        try {
            virtual.join();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
