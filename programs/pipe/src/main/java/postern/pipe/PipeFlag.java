package postern.pipe;

/** A flag of pipe(8), by Postfix's letter. */
enum PipeFlag {
    EMPTY_LINE('B'),
    DELIVERED_TO('D'),
    FROM_LINE('F'),
    ORIGINAL_TO('O'),
    RETURN_PATH('R'),
    FINAL('X'),
    DOMAIN_LOWER('h'),
    QUOTED('q'),
    USER_LOWER('u'),
    DOTS('.'),
    FROM_QUOTED('>');

    private final char letter;

    PipeFlag(char letter) {
        this.letter = letter;
    }

    static PipeFlag of(char letter) {
        for (PipeFlag flag : values()) {
            if (flag.letter == letter) {
                return flag;
            }
        }
        throw new IllegalArgumentException("has the unknown flag " + letter);
    }

    /** The letters again, all known. */
    static String checked(String letters) {
        letters.chars().forEach(letter -> of((char) letter));
        return letters;
    }
}
