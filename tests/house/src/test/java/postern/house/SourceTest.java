package postern.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sizes and shapes of the sources, as the compiler's own parser sees them. */
class SourceTest {
    private static final int FILE_LINES_MAX = 600;
    private static final int METHOD_LINES_MAX = 70;
    private static final int PARAMETERS_MAX = 7;

    /** {@code File.java} or {@code Class.method}, and why it may be longer. */
    private static final Map<String, String> SIZE_WAIVERS = Map.of();

    /** {@code Class.name} or {@code Class}, and why it may break the rules of shape. */
    private static final Map<String, String> SHAPE_WAIVERS =
            Map.of(
                    "LayeredPeer",
                    "layers over a peer pass nine calls on; each of them had written them out",
                    "LayeredPeer.<init>",
                    "as LayeredPeer",
                    "LocalDomain.start",
                    "the composition root hands over all that the domain may have, each by name",
                    "QueueDomain.start",
                    "as LocalDomain.start");

    @Test
    void filesAndMethodsStayShort() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : sources()) {
            long lines = Tree.text(file).lines().count();
            String name = file.getFileName().toString();
            if (lines > FILE_LINES_MAX && !SIZE_WAIVERS.containsKey(name)) {
                wrong.add(Tree.shown(file) + " has " + lines + " lines");
            }
        }
        for (Found method : scan().methods) {
            if (method.lines > METHOD_LINES_MAX && !SIZE_WAIVERS.containsKey(method.name)) {
                wrong.add(method.where + " " + method.name + " has " + method.lines + " lines");
            }
        }
        assertThat(wrong).as("files over 600 or methods over 70 lines").isEmpty();
    }

    @Test
    void thereIsNoStaticMutableStateAndNoInheritanceOfImplementation() throws IOException {
        List<String> wrong =
                scan().shapes.stream()
                        .filter(found -> !SHAPE_WAIVERS.containsKey(found.name))
                        .map(found -> found.where + " " + found.name + " " + found.what)
                        .toList();

        assertThat(wrong).isEmpty();
    }

    @Test
    void waiversCarryAReason() {
        assertThat(SIZE_WAIVERS.values()).allMatch(reason -> reason.length() > 10);
        assertThat(SHAPE_WAIVERS.values()).allMatch(reason -> reason.length() > 10);
    }

    private static List<Path> sources() {
        return Tree.modules().stream().flatMap(module -> module.allSources().stream()).toList();
    }

    private record Found(String where, String name, int lines, String what) {}

    private static Scan scan() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        Scan scan = new Scan();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(sources()));
            scan.positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                scan.unit(unit);
            }
        }
        return scan;
    }

    /** Collects what the rules are about. */
    private static final class Scan extends TreeScanner<@Nullable Void, String> {
        final List<Found> methods = new ArrayList<>();
        final List<Found> shapes = new ArrayList<>();
        @Nullable SourcePositions positions;
        private @Nullable CompilationUnitTree unit;
        private String file = "";
        private boolean main;

        void unit(CompilationUnitTree next) {
            unit = next;
            Path path = Path.of(next.getSourceFile().toUri());
            file = Tree.shown(path);
            main = file.contains("src/main/");
            scan(next, "");
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, String owner) {
            String name = type.getSimpleName().toString();
            boolean anonymous = name.isEmpty();
            if (main && !anonymous) {
                shape(type, name);
            }
            return super.visitClass(type, anonymous ? owner : name);
        }

        private void shape(ClassTree type, String name) {
            Set<Modifier> flags = type.getModifiers().getFlags();
            if (type.getKind() == Kind.CLASS
                    && (flags.contains(Modifier.ABSTRACT) || !flags.contains(Modifier.FINAL))) {
                shapes.add(new Found(file, name, 0, "is neither final nor a record"));
            }
            Set<Kind> withFields = Set.of(Kind.CLASS, Kind.ENUM, Kind.RECORD);
            if (!withFields.contains(type.getKind())) {
                return;
            }
            for (var member : type.getMembers()) {
                if (member instanceof VariableTree field) {
                    Set<Modifier> of = new HashSet<>(field.getModifiers().getFlags());
                    if (of.contains(Modifier.STATIC) && !of.contains(Modifier.FINAL)) {
                        shapes.add(
                                new Found(
                                        file,
                                        name + "." + field.getName(),
                                        0,
                                        "is static and changes"));
                    }
                }
            }
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, String owner) {
            String name = owner + "." + method.getName();
            if (main && method.getModifiers().getFlags().contains(Modifier.PROTECTED)) {
                shapes.add(new Found(file, name, 0, "is protected"));
            }
            boolean constructor = method.getReturnType() == null; // a record's lists its components
            if (main && !constructor && method.getParameters().size() > PARAMETERS_MAX) {
                shapes.add(
                        new Found(
                                file,
                                name,
                                0,
                                "has " + method.getParameters().size() + " parameters"));
            }
            if (unit != null && positions != null) {
                LineMap lines = unit.getLineMap();
                long first = positions.getStartPosition(unit, method);
                long last = positions.getEndPosition(unit, method);
                if (first >= 0 && last >= 0) {
                    int length = (int) (lines.getLineNumber(last) - lines.getLineNumber(first) + 1);
                    methods.add(new Found(file, name, length, ""));
                }
            }
            return super.visitMethod(method, owner);
        }
    }
}
