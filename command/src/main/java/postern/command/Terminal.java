package postern.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import postern.base.World;

/**
 * All that a command can touch.
 *
 * @param user name of the invoking user
 * @param environment environment variables
 */
public record Terminal(
        World world,
        InputStream in,
        PrintStream out,
        PrintStream err,
        String user,
        Map<String, String> environment) {
    public Terminal {
        environment = Map.copyOf(environment);
    }

    /** The variable; an empty text when it is not set. */
    public String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
