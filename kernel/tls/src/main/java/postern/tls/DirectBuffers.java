package postern.tls;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.conscrypt.AllocatedBuffer;
import org.conscrypt.BufferAllocator;

/**
 * Memory outside the heap, through which Conscrypt passes each record. Lent for one call that never
 * waits: as many are enough as threads run at once, where each engine of an idle connection would
 * otherwise keep one. Any thread.
 */
final class DirectBuffers extends BufferAllocator {
    /** A record with all that goes around it: RFC 8446 §5.2, RFC 5246 §6.2.3. */
    private static final int OCTETS = 18 * 1024;

    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

    @Override
    public AllocatedBuffer allocateDirectBuffer(int capacity) {
        if (capacity > OCTETS) {
            return BufferAllocator.unpooled().allocateDirectBuffer(capacity);
        }
        ByteBuffer buffer = free.poll();
        return new Lent(buffer == null ? ByteBuffer.allocateDirect(OCTETS) : buffer.clear());
    }

    private final class Lent extends AllocatedBuffer {
        private final ByteBuffer buffer;

        Lent(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer nioBuffer() {
            return buffer;
        }

        @Override
        public AllocatedBuffer release() {
            free.add(buffer);
            return this;
        }
    }
}
