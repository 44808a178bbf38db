package postern.smtp;

import java.util.LinkedHashMap;
import java.util.concurrent.locks.ReentrantLock;
import postern.base.Endpoint;
import postern.dns.HostPlan.Target;

/** Hosts that offer what they do not know, until we end or others take their place. Any task. */
final class Quirks {
    private static final int HOSTS_MAX = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Endpoint, Boolean> withoutChunking = new LinkedHashMap<>();

    boolean chunking(Target target) {
        lock.lock();
        try {
            return !withoutChunking.containsKey(target.endpoint());
        } finally {
            lock.unlock();
        }
    }

    void noChunking(Target target) {
        lock.lock();
        try {
            withoutChunking.put(target.endpoint(), true);
            if (withoutChunking.size() > HOSTS_MAX) {
                withoutChunking.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }
}
