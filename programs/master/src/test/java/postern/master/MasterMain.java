package postern.master;

import java.nio.file.Path;
import java.util.List;
import postern.base.system.SystemWorld;

/** A master as a process of its own, with one domain. Argument: the state folder. */
final class MasterMain {
    private MasterMain() {}

    public static void main(String[] args) {
        Path state = Path.of(args[0]);
        Plan plan = new Plan(state, List.of(), List.of(Tiny.domain("front", state, "main")));
        try {
            Master master =
                    Master.open(
                            SystemWorld.create("master"),
                            plan,
                            () -> new Replanned.Problems(List.of("postern.toml:1:1: no")));
            master.run(() -> System.out.println("serving"), () -> Runtime.getRuntime().halt(0));
        } catch (Master.Refused refused) {
            System.out.println("refused: " + refused.getMessage());
            System.exit(69);
        }
    }
}
