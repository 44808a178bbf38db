package postern.command;

import java.io.IOException;

/** What a command works out. */
interface Question {
    /**
     * @return its exit status
     * @throws IllegalArgumentException the words given to it are wrong
     */
    int answer() throws IOException;

    /** Works it out; where that fails, says why and ends as sysexits(3) has it. */
    static int put(Terminal terminal, Question question) {
        try {
            return question.answer();
        } catch (IllegalArgumentException wrong) {
            terminal.err().println("postern: " + wrong.getMessage());
            return ExitStatus.USAGE.code();
        } catch (IOException failed) {
            terminal.err().println("postern: " + failed);
            return ExitStatus.IO_ERROR.code();
        }
    }
}
