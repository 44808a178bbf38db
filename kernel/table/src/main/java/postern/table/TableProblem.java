package postern.table;

/**
 * Something wrong in a table's file.
 *
 * @param line from 1; 0 when it is about the file as a whole
 */
public record TableProblem(String file, int line, String what) {
    @Override
    public String toString() {
        return (line == 0 ? file : file + ":" + line) + ": " + what;
    }
}
