package postern.command;

import java.util.Locale;
import postern.config.Troff;

/** Builds a manual page: man(7). */
public final class Manual {
    private final StringBuilder page = new StringBuilder(4096);

    /**
     * @param what one line: what the command is for
     */
    public Manual(String name, int chapter, String what) {
        page.append(".\\\" written from the code; a test compares it\n");
        page.append(".TH ").append(name.toUpperCase(Locale.ROOT)).append(' ');
        page.append(chapter).append(" \"\" Postern \"User commands\"\n");
        page.append(".SH NAME\n").append(Troff.escape(name)).append(" \\- ");
        page.append(Troff.text(what));
    }

    public Manual section(String title) {
        page.append(".SH ").append(Troff.quoted(title)).append('\n');
        return this;
    }

    public Manual paragraph(String text) {
        page.append(".PP\n").append(Troff.text(text));
        return this;
    }

    /** A line in bold as it is typed. */
    public Manual typed(String text) {
        page.append(".br\n.B ").append(Troff.text(text));
        return this;
    }

    /** A term and what it means. */
    public Manual item(String term, String text) {
        page.append(".TP\n.B ").append(Troff.text(term)).append(Troff.text(text));
        return this;
    }

    /** The codes that our commands share. */
    public Manual exitStatus() {
        section("EXIT STATUS");
        item("0", "It was done.");
        item("64", "The command was used wrongly.");
        item("65", "The message, or an address in it, is malformed or was refused.");
        item("66", "There is no such message.");
        item("67", "A recipient does not exist.");
        item("69", "Postern does not run.");
        item("74", "Reading or writing failed.");
        item("75", "It did not work now and may work later; sendmail: Postern does not run.");
        item("77", "This user may not.");
        return item("78", "The configuration has problems.");
    }

    public Manual seeAlso(String... pages) {
        page.append(".SH SEE ALSO\n");
        for (int i = 0; i < pages.length; i++) {
            int chapter = pages[i].indexOf('(');
            page.append(".BR ").append(Troff.escape(pages[i].substring(0, chapter))).append(' ');
            page.append(pages[i].substring(chapter)).append(i == pages.length - 1 ? "\n" : ",\n");
        }
        return this;
    }

    public String text() {
        return page.toString();
    }
}
