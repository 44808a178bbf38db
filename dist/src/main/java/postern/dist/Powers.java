package postern.dist;

import java.nio.file.Path;
import java.util.Set;
import postern.base.Bug;
import postern.local.LocalConfig;
import postern.os.Sandbox;
import postern.os.Sandbox.Ports;
import postern.os.Seccomp;

/**
 * What each domain may do. The kernel holds them to it: Landlock from before their first
 * instruction, seccomp from their first.
 */
enum Powers {
    /**
     * Speaks to strangers: inherited listeners, Unix sockets, a scratch folder. No file of the
     * queue, no program, no connection but to name servers where rules need them.
     */
    FRONT,

    /** Keeps the queue: its folder and Unix sockets. No network. */
    QUEUE,

    /**
     * Delivers to other hosts: TCP and DNS. No file but a scratch folder, and one for what it has
     * to remember of other domains.
     */
    OUT,

    /** Becomes the recipient: their files, their commands. No network. */
    LOCAL,

    /** Asks the servers that keep tables: their ports. Sees keys, never mail; no file. */
    LOOKUP,

    /**
     * Tells who a client is: the password file and keys of tokens, for reading. No network but the
     * issuer's port, where tokens make it necessary; nothing else.
     */
    AUTH;

    /** The domain's name in commands, logs and status. */
    String domain() {
        return switch (this) {
            case FRONT -> "front";
            case QUEUE -> "queue";
            case OUT -> "out";
            case LOCAL -> "local";
            case LOOKUP -> "lookup";
            case AUTH -> "auth";
        };
    }

    static Powers of(String domain) {
        for (Powers powers : values()) {
            if (powers.domain().equals(domain)) {
                return powers;
            }
        }
        throw new Bug("no domain is called " + domain);
    }

    /** Where the domain may put what outgrows memory. */
    Path scratch(Site site) {
        return site.state().resolve("tmp").resolve(domain());
    }

    /**
     * @param library the folder of our own jars
     * @param ports of the servers that it asks: of names, where front does, by TCP what is too long
     *     for UDP; of tables; of the issuer of tokens
     * @param tables files and folders that its tables and aliases lie in
     */
    Sandbox sandbox(
            Site site,
            LocalConfig local,
            Path javaHome,
            Path library,
            Standing standing,
            Set<Integer> ports,
            Set<Path> tables) {
        Ports none = new Ports.Only(Set.of());
        Sandbox.Builder builder =
                Sandbox.forJava(javaHome).readable(library).writable(scratch(site));
        tables.forEach(builder::readable);
        return switch (this) {
            case FRONT ->
                    builder.connect(new Ports.Only(ports)).bind(new Ports.Only(Set.of(0))).build();
            case LOOKUP, AUTH -> builder.connect(new Ports.Only(ports)).bind(none).build();
            case QUEUE -> builder.writable(site.queue()).connect(none).bind(none).build();
            case OUT -> // port 0: connections may come from a source address of choice
                    builder.writable(site.out())
                            .connect(new Ports.All())
                            .bind(new Ports.Only(Set.of(0)))
                            .build();
            case LOCAL -> {
                // a command inherits the sandbox, and may do whatever its user may
                if (standing.everywhere()) {
                    builder.allFiles();
                } else {
                    builder.writable(local.root());
                }
                Ports commands = standing.network() ? new Ports.All() : none;
                yield builder.connect(commands).bind(commands).build();
            }
        };
    }

    /** The calls that are left to it. */
    Seccomp.Profile system(Standing standing) {
        return switch (this) {
            case FRONT, OUT, LOOKUP -> new Seccomp.Profile(false, false, true);
            case QUEUE -> new Seccomp.Profile(false, false, false);
            case AUTH -> new Seccomp.Profile(false, false, standing.issuer());
            case LOCAL ->
                    new Seccomp.Profile(standing.programs(), standing.root(), standing.network());
        };
    }
}
