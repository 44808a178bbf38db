package postern.smtpd.access;

import java.util.List;

/**
 * A rule of the configuration.
 *
 * @param place where it stands: {@code postern.toml:12}
 * @param conditions all of which must hold; none at all holds always
 */
public record Rule(
        String name, String place, Stage stage, List<Condition> conditions, Action action) {
    public Rule {
        conditions = List.copyOf(conditions);
    }

    boolean applies(Facts facts) {
        for (Condition condition : conditions) {
            if (condition.ask(facts) != Condition.Answer.YES) {
                return false;
            }
        }
        return true;
    }
}
