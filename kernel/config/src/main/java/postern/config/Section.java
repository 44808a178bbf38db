package postern.config;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import postern.base.Bug;

/**
 * A table of postern.toml: the keys of one program, or of one thing that there may be several of.
 *
 * @param name {@code smtpd} for {@code [smtpd]}, {@code smtp.tls} for {@code [smtp.tls]}; empty for
 *     the top of the file
 * @param doc what the section is about: sentences
 * @param form how often it is written, and how
 * @param retired keys that were here once
 */
public record Section(
        String name, String doc, Form form, List<Key<?>> keys, List<Retired> retired) {
    private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*)?");

    /** What a {@link Form#NAMED} section may be called. */
    static final Pattern OWN_NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    /** How a section is written. */
    public enum Form {
        /** {@code [section]}, at most once. */
        ONCE,
        /** {@code [[section]]}, any number of times. */
        REPEATED,
        /** {@code [section.NAME]}, once for each name that the operator gives. */
        NAMED
    }

    /**
     * A key that is no more.
     *
     * @param replacement what to write instead, as a sentence in the imperative: {@code use
     *     "timeout"}
     */
    public record Retired(String name, String replacement, String since) {}

    public Section {
        keys = List.copyOf(keys);
        retired = List.copyOf(retired);
        Bug.unless(NAME.matcher(name).matches(), "section names are lower case: " + name);
        Bug.unless(doc.endsWith("."), "documentation is sentences: " + name);
        Set<String> names = new HashSet<>();
        for (Key<?> key : keys) {
            Bug.unless(names.add(key.name()), "a key is declared once: " + key.name());
        }
        for (Retired old : retired) {
            Bug.unless(names.add(old.name()), "a retired key stays retired: " + old.name());
        }
    }

    public Section(String name, String doc, List<Key<?>> keys) {
        this(name, doc, Form.ONCE, keys, List.of());
    }

    /** Keys at the top of the file, before the first header. */
    public static Section top(String doc, List<Key<?>> keys) {
        return new Section("", doc, Form.ONCE, keys, List.of());
    }

    /** {@code [[name]]}, any number of times; each is one {@link Settings.Group}. */
    public static Section repeated(String name, String doc, List<Key<?>> keys) {
        return new Section(name, doc, Form.REPEATED, keys, List.of());
    }

    /** {@code [name.NAME]}, any number of names; each is one {@link Settings.Group}. */
    public static Section named(String name, String doc, List<Key<?>> keys) {
        return new Section(name, doc, Form.NAMED, keys, List.of());
    }

    public boolean repeated() {
        return form == Form.REPEATED;
    }

    public Section withRetired(List<Retired> old) {
        return new Section(name, doc, form, keys, old);
    }

    /** As its header is written. */
    public String header() {
        if (name.isEmpty()) {
            return "the top of the file";
        }
        return switch (form) {
            case ONCE -> "[" + name + "]";
            case REPEATED -> "[[" + name + "]]";
            case NAMED -> "[" + name + ".NAME]";
        };
    }

    Optional<Key<?>> key(String wanted) {
        return keys.stream().filter(key -> key.name().equals(wanted)).findFirst();
    }
}
