package postern.dist;

import postern.base.Bug;
import postern.base.Endpoint;
import postern.config.Settings;
import postern.qmqpd.Qmqpd;
import postern.qmqpd.QmqpdConfig;

/** The sockets that master listens on for its children, by name. */
final class Listeners {
    /** smtpd's messages to cleanup. */
    static final String HANDOVER = "handover";

    /** Operators' questions to qmgr. */
    static final String CONTROL = "queue-control";

    /** Operators' questions to smtpd. */
    static final String FRONT_CONTROL = "front-control";

    /** qmgr's orders to local. */
    static final String AGENT_LOCAL = "agent-local";

    /** smtpd's questions to auth. */
    static final String AUTH = "auth";

    private static final String AGENT = "agent-";
    private static final String LOOKUP = "lookup-";

    /** {@code sendmail}'s messages to smtpd. */
    static final String SUBMISSION_SOCKET = "submission-socket";

    private Listeners() {}

    /** qmgr's orders to a transport. */
    static String agent(String transport) {
        return AGENT + transport;
    }

    /** That domain's questions about tables of other machines. */
    static String lookup(Powers powers) {
        return LOOKUP + powers.domain();
    }

    /** Where a listener of that name listens. */
    static Endpoint endpoint(Site site, Settings settings, String name) {
        return switch (name) {
            case HANDOVER -> new Endpoint.Local(site.handover());
            case CONTROL -> new Endpoint.Local(site.run().resolve("queue-control"));
            case FRONT_CONTROL -> new Endpoint.Local(site.run().resolve("front-control"));
            case AUTH -> new Endpoint.Local(site.auth());
            case Qmqpd.NAME -> QmqpdConfig.read(settings).at().orElseThrow();
            case SUBMISSION_SOCKET -> new Endpoint.Local(site.submission());
            case String agent when agent.startsWith(AGENT) ->
                    new Endpoint.Local(site.agent(agent.substring(AGENT.length())));
            case String lookup when lookup.startsWith(LOOKUP) ->
                    new Endpoint.Local(site.run().resolve(lookup));
            default ->
                    FrontDomain.configured(settings).stream()
                            .filter(listener -> listener.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> new Bug("no listener is called " + name))
                            .at();
        };
    }
}
