package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Every process of Postern begins here; the first argument says what it is to be. */
public final class Main {
    private Main() {}

    /** Ends the process with a status of sysexits(3). */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String kind = arguments.length == 0 ? "" : arguments[0];
        List<String> rest =
                Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        switch (kind) {
            case "domain" -> Child.run(rest);
            case "probe" -> Probe.run(rest);
            case "train" -> Training.run(Path.of(rest.getFirst()));
            default -> System.exit(Commands.run(kind, rest));
        }
    }
}
