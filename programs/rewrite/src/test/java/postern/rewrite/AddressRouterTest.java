package postern.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Admission;
import postern.mail.ReversePath;
import postern.mail.Rewriter;

final class AddressRouterTest {
    private static final String SITE =
            """
            [domains]
            local = ["example.org", ".branch.example.org", "b\u00fccher.example", "table:ours"]
            virtual_alias = ["alias.example"]
            virtual_mailbox = ["box.example"]
            relay = ["relay.example"]
            relay_recipients = ["bob@relay.example", "table:relayed"]
            virtual_aliases = ["virtual"]
            virtual_mailboxes = ["boxes"]

            [routing]
            transport = ["transport"]
            sender_relayhost = ["by-sender"]
            sender_transport = ["sender-transport"]
            relocated = ["moved"]

            [table.ours]
            kind = "inline"
            entries = { "third.example" = "x" }
            [table.relayed]
            kind = "inline"
            entries = { "carol@relay.example" = "x" }
            [table.boxes]
            kind = "inline"
            entries = { "ann@box.example" = "ann/", "ann+special@box.example" = "s/" }
            [table.moved]
            kind = "inline"
            entries = { "gone@example.org" = "gone@elsewhere.example", "away" = "Timbuktu" }
            [table.by-sender.entries]
            "boss@example.org" = "[boss-relay.example]:587"
            "@branch.example" = "branch-relay.example"
            "quiet@branch.example" = "DUNNO"
            "<>" = "[bounces.example]"
            [table.by-sender]
            kind = "inline"
            [table.sender-transport]
            kind = "inline"
            entries = { "@slow.example" = "slow:", "@fixed.example" = "slow:[fixed.example]" }
            [table.transport]
            kind = "inline"
            [table.transport.entries]
            "list@example.org" = "pipe:mailman"
            "ann@far.example" = ":[ann.example]"
            "far.example" = "smtp:[far-in.example]"
            ".sub.example" = "lmtp:[sub.example]:24"
            "uucp.example" = "pipe:uucp"
            "bare.example" = "other"
            "error.example" = "error:5.7.1 closed for good"
            "plainerror.example" = "error:no mail here"
            "softerror.example" = "error:4.3.5 not now"
            "retry.example" = "retry:4.4.1 on holiday"
            "hole.example" = "discard:into the void"
            "hold.example" = "hold:look at it"
            "usual.example" = ":"
            [table.virtual]
            kind = "inline"
            [table.virtual.entries]
            "info@alias.example" = "ann@example.org"
            "dead@alias.example" = "nobody@example.org, gone@example.org"
            """;

    private static final SiteUnderTest FULL = SiteUnderTest.of(SITE);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    # local users, RFC 5321 §2.4: names do not differ by case here
                    ann@example.org          | local:mx.example.org
                    Ann+Lists@Example.ORG    | local:mx.example.org
                    ann@mx.example.org       | local:mx.example.org
                    ann@pc.branch.example.org | local:mx.example.org
                    ann@b\u00fccher.example      | local:mx.example.org
                    ann@xn--bcher-kva.example | local:mx.example.org
                    ann@third.example        | local:mx.example.org
                    postmaster@example.org   | local:mx.example.org
                    later@example.org        | unanswered user database: directory server is down
                    nobody@example.org       | unknown 5.1.1 unknown user: "nobody"
                    ann@branch.example.org   | smtp:branch.example.org
                    # virtual domains
                    info@alias.example       | unknown 5.1.1 User unknown in virtual alias table
                    ann@box.example          | virtual:box.example
                    ann+x@box.example        | virtual:box.example
                    bob@box.example          | unknown 5.1.1 User unknown in virtual mailbox table
                    # relayed
                    Bob@relay.example        | smtp:relay.example
                    carol@relay.example      | smtp:relay.example
                    dan@relay.example        | unknown 5.1.1 User unknown in relay recipient table
                    # relocated
                    gone@example.org         | refused 5.1.6 User has moved to gone@elsewhere.example
                    away@example.org         | refused 5.1.6 User has moved to Timbuktu
                    away@box.example         | unknown 5.1.1 User unknown in virtual mailbox table
                    # transport table
                    x@elsewhere.example      | smtp:elsewhere.example
                    list@example.org         | unknown 5.1.1 unknown user: "list"
                    ann@far.example          | smtp:[ann.example]
                    ann+x@far.example        | smtp:[ann.example]
                    bob@far.example          | smtp:[far-in.example]
                    bob@in.far.example       | smtp:in.far.example
                    bob@deep.in.sub.example  | lmtp:[sub.example]:24
                    bob@sub.example          | smtp:sub.example
                    bob@uucp.example         | pipe:uucp
                    bob@bare.example         | other:bare.example
                    bob@usual.example        | smtp:usual.example
                    bob@error.example        | refused 5.7.1 closed for good
                    bob@plainerror.example   | refused 5.0.0 no mail here
                    bob@softerror.example    | retry 4.3.5 not now
                    bob@retry.example        | retry 4.4.1 on holiday
                    bob@hole.example         | discard into the void
                    bob@hold.example         | hold look at it then smtp:hold.example
                    """)
    void whereAnAddressGoes(String recipient, String route) {
        assertThat(FULL.words("someone@elsewhere.example", recipient)).isEqualTo(route);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    boss@example.org     | smtp:[boss-relay.example]:587
                    boss+x@example.org   | smtp:[boss-relay.example]:587
                    x@branch.example     | smtp:branch-relay.example
                    quiet@branch.example | smtp:elsewhere.example
                    ''                   | smtp:[bounces.example]
                    x@slow.example       | slow:elsewhere.example
                    x@fixed.example      | slow:[fixed.example]
                    x@other.example      | smtp:elsewhere.example
                    """)
    void theNextHopMayDependOnTheSender(String sender, String route) {
        assertThat(FULL.words(sender, "x@elsewhere.example")).isEqualTo(route);
    }

    @Test
    void relayhostCountsForAllThatIsNotHere() {
        var site =
                SiteUnderTest.of(
                        """
                        [domains]
                        local = []
                        relay = ["relay.example"]
                        relayhost = "[smart.example]:587"
                        [routing]
                        transport = ["t"]
                        [table.t]
                        kind = "inline"
                        entries = { "*" = "other:", "direct.example" = "smtp:" }
                        """);
        assertThat(site.words("", "x@direct.example")).isEqualTo("smtp:direct.example");
        assertThat(site.words("", "x@else.example")).isEqualTo("other:else.example");
        var plain =
                SiteUnderTest.of(
                        "[domains]\nrelay = [\"relay.example\"]\nrelayhost = \"[smart.example]\"\n");
        assertThat(plain.words("", "x@else.example")).isEqualTo("smtp:[smart.example]");
        assertThat(plain.words("", "x@relay.example")).isEqualTo("smtp:[smart.example]");
        assertThat(plain.words("", "ann@localhost")).isEqualTo("local:mx.example.org");
    }

    @Test
    void tablesMaySayWhoIsKnownHere() {
        var site =
                SiteUnderTest.of(
                        """
                        [domains]
                        local = ["example.org"]
                        local_recipients = ["known"]
                        [table.known]
                        kind = "inline"
                        entries = { "carol" = "x", "@mx.example.org" = "x" }
                        """);
        assertThat(site.words("", "carol+x@example.org")).isEqualTo("local:mx.example.org");
        assertThat(site.words("", "anybody@mx.example.org")).isEqualTo("local:mx.example.org");
        assertThat(site.words("", "postmaster@example.org")).isEqualTo("local:mx.example.org");
        assertThat(site.words("", "ann@example.org"))
                .isEqualTo("unknown 5.1.1 User unknown in local recipient table");
    }

    @Test
    void aTableOutOfReachIsNoAnswer() {
        String missing = "\n[table.t]\nkind = \"file\"\npath = \"/nonexistent/table\"\n";
        for (String key :
                List.of(
                        "[domains]\nlocal = [\"table:t\"]",
                        "[domains]\nrelay = [\"table:t\"]",
                        "[domains]\nvirtual_mailbox = [\"x.example\"]\nvirtual_mailboxes = [\"t\"]",
                        "[domains]\nlocal = [\"x.example\"]\nlocal_recipients = [\"t\"]",
                        "[routing]\ntransport = [\"t\"]",
                        "[routing]\nrelocated = [\"t\"]",
                        "[routing]\nsender_relayhost = [\"t\"]",
                        "[routing]\nsender_transport = [\"t\"]")) {
            var site = SiteUnderTest.of(key + missing);
            assertThat(site.words("a@b.example", "x@x.example"))
                    .as(key)
                    .startsWith("unanswered table t: ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    x@elsewhere.example  | not ours
                    x@error.example      | refused 5.7.1 closed for good
                    x@retry.example      | not ours
                    ann@example.org      | local:mx.example.org
                    nobody@example.org   | unknown 5.1.1 unknown user: "nobody"
                    info@alias.example   | local:mx.example.org
                    nope@alias.example   | unknown 5.1.1 User unknown in virtual alias table
                    dead@alias.example   | unknown 5.1.1 unknown user: "nobody"
                    later@example.org    | unanswered user database: directory server is down
                    """)
    void whatWillBounceIsRefused(String recipient, String said) {
        assertThat(words(FULL.router.admit(SiteUnderTest.mailbox(recipient)))).isEqualTo(said);
    }

    private static String words(Admission admission) {
        return switch (admission) {
            case Admission.NotOurs(boolean domain) ->
                    domain ? "not ours, nor is its domain" : "not ours";
            case Admission.Ours ours -> SiteUnderTest.words(ours.route());
        };
    }

    @ParameterizedTest // RFC 5321 §4.5.1
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    admin@else.example | postmaster@mx.example.org | smtp:else.example               | admin@else.example
                    admin@else.example | Postmaster@MX.example.org | smtp:else.example               | admin@else.example
                    admin@else.example | ann@mx.example.org        | not ours                        | ann@mx.example.org
                    admin@else.example | postmaster@far.example    | not ours, nor is its domain     | postmaster@far.example
                    root               | postmaster@mx.example.org | not ours, nor is its domain     | postmaster@mx.example.org
                    """)
    void aHostWithoutUsersHasAPostmasterWhoReadsElsewhere(
            String postmaster, String recipient, String said, String expanded) {
        var site = SiteUnderTest.of("[domains]\nlocal = []\npostmaster = \"" + postmaster + "\"\n");
        assertThat(words(site.router.admit(SiteUnderTest.mailbox(recipient)))).isEqualTo(said);
        assertThat(site.expanded(recipient)).isEqualTo(expanded);
    }

    @Test
    void theTrailNamesRuleAndPlace() {
        var explanation = new Explanation(FULL.router, Rewriter.NONE);
        Explanation.Told told =
                explanation.explain(
                        ReversePath.NOBODY, SiteUnderTest.mailbox("info@alias.example"));
        assertThat(told.steps())
                .containsExactly(
                        new Explanation.Step(
                                "virtual alias info@alias.example",
                                "ann@example.org",
                                "postern.toml:56"));
        assertThat(told.destinations())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.addressClass()).isEqualTo("local");
                            assertThat(one.steps())
                                    .containsExactly(
                                            new Explanation.Step(
                                                    "domain is in domains.local",
                                                    "example.org",
                                                    "postern.toml:2"),
                                            new Explanation.Step(
                                                    "a user of this machine",
                                                    "ann",
                                                    "user database"),
                                            new Explanation.Step(
                                                    "routing.local_transport", "local", "default"));
                        });
    }

    @Test
    void aDomainIsOfOneClass() {
        assertThat(
                        SiteUnderTest.problems(
                                "[domains]\nlocal = [\"a.example\"]\nrelay = [\"A.example\"]\n"))
                .containsExactly(
                        "postern.toml:3:1: domain a.example is in \"local\" too; leave it in one of"
                                + " them");
    }
}
