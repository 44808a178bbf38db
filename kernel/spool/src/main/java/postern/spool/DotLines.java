package postern.spool;

/** Looks for lines that begin with a dot, in pieces of any size. */
final class DotLines {
    private boolean found;
    private boolean lineBegins = true;

    void scan(byte[] octets, int offset, int length) {
        if (found || length == 0) {
            return;
        }
        int end = offset + length;
        if (lineBegins && octets[offset] == '.') {
            found = true;
            return;
        }
        for (int i = offset + 1; i < end; i++) {
            if (octets[i] == '.' && octets[i - 1] == '\n') {
                found = true;
                return;
            }
        }
        lineBegins = octets[end - 1] == '\n';
    }

    boolean found() {
        return found;
    }
}
