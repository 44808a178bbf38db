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
    private volatile boolean asleep; // until a peer is armed

    Deadlines() {
        thread = Thread.ofPlatform().name("deadlines").daemon(true).unstarted(this::watch);
        thread.start();
    }

    void arm(ChannelPeer peer) {
        if (armed.add(peer) && asleep) {
            LockSupport.unpark(thread);
        }
    }

    void disarm(ChannelPeer peer) {
        armed.remove(peer);
    }

    private void watch() {
        while (true) {
            asleep = true;
            while (armed.isEmpty()) {
                LockSupport.park(this);
            }
            asleep = false; // it looks on, so that one peer after the other wakes it once
            LockSupport.parkNanos(this, LOOK_NANOS);
            long now = System.nanoTime();
            for (ChannelPeer peer : armed) {
                peer.closeIfExpired(now);
            }
        }
    }
}
