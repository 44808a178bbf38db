package postern.config;

/**
 * Something wrong in the configuration.
 *
 * @param line from 1; 0 when it is about the file as a whole
 * @param column from 1
 * @param what what is wrong, without a full stop
 * @param remedy what to do, in the imperative, without a full stop
 */
public record Problem(String file, int line, int column, String what, String remedy) {

    /** {@code postern.toml:12:1: unknown key "timout" in [smtpd]; did you mean "timeout"?}. */
    @Override
    public String toString() {
        String where = line == 0 ? file : file + ":" + line + ":" + column;
        return where + ": " + what + "; " + remedy;
    }
}
