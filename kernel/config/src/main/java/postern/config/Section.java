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
 * @param repeated whether it is written {@code [[name]]}, any number of times
 * @param retired keys that were here once
 */
public record Section(
        String name, String doc, boolean repeated, List<Key<?>> keys, List<Retired> retired) {
    private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*)?");

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
        this(name, doc, false, keys, List.of());
    }

    /** Keys at the top of the file, before the first header. */
    public static Section top(String doc, List<Key<?>> keys) {
        return new Section("", doc, false, keys, List.of());
    }

    /** {@code [[name]]}, any number of times; each is one {@link Settings.Group}. */
    public static Section repeated(String name, String doc, List<Key<?>> keys) {
        return new Section(name, doc, true, keys, List.of());
    }

    public Section withRetired(List<Retired> old) {
        return new Section(name, doc, repeated, keys, old);
    }

    /** As its header is written. */
    public String header() {
        if (name.isEmpty()) {
            return "the top of the file";
        }
        return repeated ? "[[" + name + "]]" : "[" + name + "]";
    }

    Optional<Key<?>> key(String wanted) {
        return keys.stream().filter(key -> key.name().equals(wanted)).findFirst();
    }
}
