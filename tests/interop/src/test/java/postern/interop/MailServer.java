package postern.interop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import postern.testkit.TestAuthority;

/** The mail servers of others, each in an image of its packages: how one is set up and started. */
final class MailServer {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Users and folders that the package's own scripts would make. */
    private static final String USERS =
            """
            set -eu
            user() { echo "$1:x:$2:$2::${3:-/}:/bin/false" >> /etc/passwd; echo "$1:x:$2:" >> /etc/group; }
            """;

    private MailServer() {}

    /**
     * A folder that a server may call its own; skips the test where it cannot run.
     *
     * @param server postfix, exim or opensmtpd
     */
    static Path prepare(String server, Path parent) throws IOException {
        assumeTrue(Tool.isRoot(), "the peers' processes need users of their own, hence root");
        Tool.needs("unshare");
        Path unused =
                Tool.peer(
                        switch (server) {
                            case "postfix" -> "postfix/usr/lib/postfix/sbin/master";
                            case "exim" -> "exim/usr/sbin/exim4";
                            default -> "opensmtpd/usr/sbin/smtpd";
                        });
        Path own = Files.createDirectory(parent.resolve("peer"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
        return own;
    }

    private static Path image(String server) {
        return Tool.root().resolve("tests/interop/target/peers").resolve(server);
    }

    /** One of its own, for peer.test. */
    static void certificate(Path own) throws IOException {
        SelfSigned.write(own.resolve("cert"), own.resolve("key"), "peer.test");
    }

    /** One that the authority issued under that name. */
    static void certificate(Path own, TestAuthority authority, String name) throws IOException {
        String credential = authority.credential(name);
        int certificate = credential.indexOf("-----BEGIN CERTIFICATE");
        Files.writeString(own.resolve("key"), credential.substring(0, certificate));
        Files.writeString(own.resolve("cert"), credential.substring(certificate));
    }

    /**
     * @param script of {@link #script}, perhaps changed
     */
    static Image start(String server, Path own, String script) throws IOException {
        return Image.start(image(server), own, script);
    }

    static void greeted(Path own, int port) {
        await("it greets; see " + own.resolve("out")).atMost(SOON).until(() -> greets(port));
    }

    private static boolean greets(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(2000);
            return socket.getInputStream().read() == '2';
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What it has delivered. */
    static List<Path> mails(Path own) throws IOException {
        if (!Files.isDirectory(own.resolve("mail"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(own.resolve("mail"))) {
            return files.filter(file -> file.toString().contains("/new/")).toList();
        }
    }

    /** How a server is set up and started, in an image of its package. */
    static String script(String server, Path own, int port) {
        String script =
                switch (server) {
                    case "postfix" -> POSTFIX;
                    case "exim" -> EXIM;
                    default -> OPENSMTPD;
                };
        return USERS + script.replace("@F@", own.toString()).replace("@P@", "" + port);
    }

    private static final String POSTFIX =
            """
            user postfix 31001
            user postdrop 31002
            mkdir -p /etc/postfix /var/spool/postfix /var/lib/postfix @F@/mail
            chown postfix /var/lib/postfix
            chown nobody @F@/mail
            cat @F@/key @F@/cert > @F@/chain
            cp -r /usr/share/postfix/. /etc/postfix/
            cat > /etc/postfix/main.cf <<C
            compatibility_level = 3.6
            maillog_file = @F@/log
            maillog_file_prefixes = @F@
            myhostname = postfix.test
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            virtual_mailbox_domains = example.com
            virtual_mailbox_base = @F@/mail
            virtual_mailbox_maps = static:box/
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            virtual_minimum_uid = 1
            smtpd_tls_security_level = may
            smtpd_tls_chain_files = @F@/chain
            C
            cat > /etc/postfix/master.cf <<C
            127.0.0.1:@P@ inet n - n - - smtpd
            tlsmgr unix - - n 1000? 1 tlsmgr
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd
            C
            postfix set-permissions || true
            exec /usr/sbin/postfix start-fg
            """;

    private static final String EXIM =
            """
            user Debian-exim 31003
            mkdir -p /var/spool/exim4 /var/log/exim4 @F@/mail
            chown Debian-exim /var/spool/exim4 /var/log/exim4 @F@/key
            chown nobody @F@/mail
            mkdir -p /etc/exim4
            cat > /etc/exim4/exim4.conf <<C
            primary_hostname = exim.test
            daemon_smtp_ports = @P@
            local_interfaces = 127.0.0.1
            disable_ipv6 = true
            keep_environment =
            host_lookup =
            rfc1413_query_timeout = 0s
            acl_smtp_rcpt = acl_rcpt
            tls_advertise_hosts = *
            tls_certificate = @F@/cert
            tls_privatekey = @F@/key
            begin acl
            acl_rcpt:
              accept
            begin routers
            box:
              driver = accept
              transport = maildir
            begin transports
            maildir:
              driver = appendfile
              directory = @F@/mail/box
              maildir_format
              create_directory
              user = nobody
            begin retry
            * * F,2h,1m
            C
            chmod 644 /etc/exim4/exim4.conf
            exec /usr/sbin/exim4 -bdf -q1m
            """;

    private static final String OPENSMTPD =
            """
            user opensmtpd 31004 /var/lib/opensmtpd/empty
            user opensmtpq 31005 /var/lib/opensmtpd/empty
            mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd @F@/mail
            chmod 711 /var/spool/smtpd
            chown nobody @F@/mail
            chmod 600 @F@/key
            echo opensmtpd.test > /etc/mailname
            cat > /etc/smtpd.conf <<C
            pki opensmtpd.test cert "@F@/cert"
            pki opensmtpd.test key "@F@/key"
            table vusers { "@example.com" = nobody }
            listen on 127.0.0.1 port @P@ hostname opensmtpd.test tls pki opensmtpd.test
            action "local" maildir "@F@/mail/box" virtual <vusers>
            match from any for domain "example.com" action "local"
            C
            exec /usr/sbin/smtpd -d -f /etc/smtpd.conf
            """;
}
