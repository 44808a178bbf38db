package postern.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.User;
import postern.base.Users;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Settings;
import postern.table.Aliases;
import postern.table.LocalNames;

final class LocalTrailTest {
    private static final String SITE =
            """
            [local]
            mailbox = "/var/mail/{user}/"
            mailbox_command_maps = { bob = "/usr/bin/procmail" }
            mailbox_transport_maps = { carla = "/run/lmtp" }
            """;
    private static final String ALIASES =
            "# comment\nsales: ann,\n bob\ntickets: \"|cat\", /file, :include:/list, \\ann\n";

    @TempDir Path folder;

    private List<String> told(String localPart) {
        Settings settings =
                switch (Configuration.parse("postern.toml", SITE, List.of(LocalConfig.SECTION))) {
                    case Configuration.Result.Loaded(Settings loaded) -> loaded;
                    case Configuration.Result.Broken(var problems) ->
                            throw new AssertionError(problems);
                };
        Users users =
                name ->
                        List.of("ann", "bob", "carla", "root").contains(name)
                                ? Optional.of(
                                        new User(
                                                name,
                                                name.equals("root") ? 0 : 1001,
                                                1001,
                                                folder.resolve(name)))
                                : Optional.empty();
        var trail =
                new LocalTrail(
                        settings,
                        LocalConfig.read(settings, "mx.example.org", folder),
                        SystemWorld.create((_, _) -> {}).disk(),
                        users,
                        Aliases.parse(ALIASES).aliases(),
                        new LocalNames("+"));
        return trail.of(localPart).stream()
                .map(step -> step.rule() + " -> " + step.value() + " [" + step.origin() + "]")
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    Sales+x; local: alias sales -> ann, bob [aliases:2]
                    tickets; local: alias tickets -> |cat, /file, :include:/list, \\ann [aliases:4]
                    ann    ; local.mailbox -> /var/mail/ann/ [postern.toml:2]
                    bob    ; local.mailbox_command_maps -> /usr/bin/procmail [postern.toml:3]
                    carla  ; local.mailbox_transport_maps -> /run/lmtp [postern.toml:4]
                    """)
    void whatCountsIsNamedWithItsPlace(String localPart, String step) {
        assertThat(told(localPart)).containsExactly(step);
    }

    @Test
    void theUsersInstructionsComeFirst() throws IOException {
        Files.createDirectory(folder.resolve("ann"));
        Path file = Files.createFile(folder.resolve("ann/.forward"));
        assertThat(told("ann"))
                .containsExactly(
                        "local: instructions of ann -> " + file + " [default]",
                        "local.mailbox -> /var/mail/ann/ [postern.toml:2]");
        Path extended = Files.createFile(folder.resolve("ann/.forward+x"));
        assertThat(told("ann+x")).first().asString().contains(extended.toString());
        assertThat(told("nobody")).isEmpty();
    }

    @Test
    void rootHasNone() throws IOException {
        Files.createDirectory(folder.resolve("root"));
        Files.createFile(folder.resolve("root/.forward"));
        assertThat(told("root"))
                .containsExactly("local.mailbox -> /var/mail/root/ [postern.toml:2]");
    }
}
