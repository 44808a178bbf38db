package postern.command.sendmail;

import postern.command.ExitStatus;
import postern.command.MasterClient;
import postern.command.StateFolder;
import postern.command.Terminal;

/** {@code -bi}: aliases have no database; what reads them is told to read them anew. */
record AliasReload(Terminal terminal, StateFolder state) {
    ExitStatus run() {
        return new MasterClient(terminal, state).reload(false);
    }
}
