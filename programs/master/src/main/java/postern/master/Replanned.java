package postern.master;

import java.util.List;

/** What reading the configuration again came to. */
public sealed interface Replanned {
    record Planned(Plan plan) implements Replanned {}

    /** It is not valid; each problem is one line with its remedy. The old plan stays. */
    record Problems(List<String> lines) implements Replanned {
        public Problems {
            lines = List.copyOf(lines);
        }
    }
}
