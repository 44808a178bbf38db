package postern.base.system;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes peers whose time is over. One daemon thread looks once a second while anything is armed,
 * which costs far less than a timer for every read.
 */
final class Deadlines {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Set<ChannelPeer> armed = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    Deadlines() {
        thread = Thread.ofPlatform().name("deadlines").daemon(true).unstarted(this::watch);
        thread.start();
    }

    void arm(ChannelPeer peer) {
        boolean first = armed.isEmpty();
        if (armed.add(peer) && first) {
            LockSupport.unpark(thread);
        }
    }

    void disarm(ChannelPeer peer) {
        armed.remove(peer);
    }

    private void watch() {
        while (true) {
            if (armed.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, LOOK_NANOS);
                long now = System.nanoTime();
                for (ChannelPeer peer : armed) {
                    peer.closeIfExpired(now);
                }
            }
        }
    }
}
