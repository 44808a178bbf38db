package postern.base.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import postern.base.DiskFile;

/**
 * A file over a channel. Never used by a thread that might be interrupted: that would close the
 * channel.
 */
final class ChannelFile implements DiskFile {
    private final FileChannel channel;

    ChannelFile(FileChannel channel) {
        this.channel = channel;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return channel.read(into, position);
    }

    @Override
    public ByteBuffer map() throws IOException {
        if (channel.size() > Integer.MAX_VALUE) {
            throw new IOException("file exceeds 2 GiB");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }

    @Override
    public void write(long position, ByteBuffer... buffers) throws IOException {
        if (buffers.length == 1) {
            writeOne(position, buffers[0]);
            return;
        }
        // the channel's cursor is used by no one else: the file has one writer
        channel.position(position);
        int first = 0;
        while (first < buffers.length) {
            if (!buffers[first].hasRemaining()) {
                first++;
            } else {
                channel.write(buffers, first, buffers.length - first);
            }
        }
    }

    private void writeOne(long position, ByteBuffer buffer) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    @Override
    public void sync() throws IOException {
        channel.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    @Override
    public boolean tryLock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException here) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
