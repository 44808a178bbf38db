package postern.mailbox;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.User;
import postern.base.World;
import postern.os.Identity;
import postern.os.InputFile;
import postern.os.ProgramRun;

/**
 * Every delivery has the rights of the user who started Postern: there are no others without root.
 */
public final class Invoker implements Identities {
    private final World world;
    private final int ourselves;

    public Invoker(World world) {
        this.world = world;
        this.ourselves = Identity.current().uid();
    }

    @Override
    public <T> T as(User user, Delivering<T> delivery) throws IOException {
        return delivery.run();
    }

    @Override
    public void provide(Path directory, User user) throws IOException {
        world.disk().createDirectories(directory);
    }

    @Override
    public void provideFile(Path mbox, User user) {}

    @Override
    public boolean speaksFor(User user) {
        return user.uid() == ourselves && ourselves != 0;
    }

    @Override
    public ProgramRun.Result run(User user, Command command, InputFile input) throws IOException {
        if (!speaksFor(user)) {
            throw new IOException("commands of " + user.name() + " need Postern started by root");
        }
        return ProgramRun.run(command.order(Identity.current(), input), world.clock());
    }
}
