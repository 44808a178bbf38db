package postern.testkit;

/** Unwinds a task whose process died. Nobody catches it but the simulation. */
final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed(String process) {
        super(process + " was killed", null, false, false);
    }
}
