package postern.command.sendmail;

import java.io.IOException;

/** Message data with its dots stuffed: RFC 5321 §4.5.2. */
final class DotStuffing {
    private static final byte[] DOT = {'.'};
    private static final byte[] END = {'.', '\r', '\n'};

    private final Dialogue dialogue;
    private boolean lineStart = true;

    DotStuffing(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    void write(byte[] octets) throws IOException {
        int from = 0;
        for (int i = 0; i < octets.length; i++) {
            if (lineStart && octets[i] == '.') {
                dialogue.data(octets, from, i - from);
                dialogue.data(DOT, 0, 1);
                from = i;
            }
            lineStart = octets[i] == '\n';
        }
        dialogue.data(octets, from, octets.length - from);
    }

    void end() throws IOException {
        dialogue.data(END, 0, END.length);
    }
}
