package postern.base;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Users as another database tells them, its answers kept for a while: the queue asks for each
 * message, and a name service may be slow. Known and unknown names are kept apart, so that a
 * stranger who tries names does not drive out those that are. That the database could not be asked
 * is not kept. Any thread.
 */
public final class RecentUsers implements Users {
    /** How long a user stays known. What changes meanwhile, uid or home, is seen so much later. */
    public static final Duration KNOWN = Duration.ofSeconds(60);

    /** How long a name stays unknown. Short: a new user's mail must not be refused for long. */
    public static final Duration UNKNOWN = Duration.ofSeconds(5);

    /** Names kept of each kind; beyond it the oldest go, which costs questions only. */
    public static final int NAMES_MAX = 4_096;

    /** Longest name kept, in characters. Origin: LOGIN_NAME_MAX of Linux. */
    private static final int NAME_CHARS_MAX = 256;

    private final Users users;
    private final Clock clock;
    private final Object lock = new Object(); // guards both maps; never held over a question
    private final Map<String, Answer> known = new LinkedHashMap<>();
    private final Map<String, Answer> unknown = new LinkedHashMap<>();

    private record Answer(Optional<User> user, long until) {}

    public RecentUsers(Users users, Clock clock) {
        this.users = users;
        this.clock = clock;
    }

    @Override
    public Optional<User> byName(String name) throws IOException {
        synchronized (lock) {
            long now = clock.nanoTime();
            Answer answer = known.getOrDefault(name, unknown.get(name));
            if (answer != null && answer.until - now > 0) {
                return answer.user;
            }
        }
        Optional<User> user = users.byName(name);
        if (name.length() <= NAME_CHARS_MAX) {
            keep(name, user);
        }
        return user;
    }

    /** Asked each time: few do. */
    @Override
    public Optional<User> byUid(int uid) throws IOException {
        return users.byUid(uid);
    }

    private void keep(String name, Optional<User> user) {
        Map<String, Answer> kind = user.isPresent() ? known : unknown;
        Duration lasts = user.isPresent() ? KNOWN : UNKNOWN;
        synchronized (lock) {
            known.remove(name);
            unknown.remove(name);
            if (kind.size() >= NAMES_MAX) {
                var oldest = kind.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            kind.put(name, new Answer(user, clock.nanoTime() + lasts.toNanos()));
        }
    }
}
