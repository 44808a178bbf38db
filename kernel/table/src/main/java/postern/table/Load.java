package postern.table;

import java.util.List;

/** What reading a table's file came to: all of it, or what is wrong with it. */
sealed interface Load {
    record Loaded(Table table) implements Load {}

    /** In the order of the file; never empty. */
    record Broken(List<TableProblem> problems) implements Load {
        public Broken {
            problems = List.copyOf(problems);
        }
    }
}
