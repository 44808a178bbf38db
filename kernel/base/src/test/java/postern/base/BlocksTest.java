package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BlocksTest {
    @Test
    void whatIsGivenBackIsUsedAgainUpToTheBound() {
        var blocks = new Blocks(1);
        ByteBuffer first = blocks.take();
        ByteBuffer second = blocks.take();
        assertThat(second).isNotSameAs(first);

        first.put((byte) 1);
        blocks.giveBack(first);
        blocks.giveBack(second);
        assertThat(blocks.take())
                .isSameAs(first)
                .extracting(ByteBuffer::remaining)
                .isEqualTo(Blocks.OCTETS);
        assertThat(blocks.take()).isNotSameAs(first).isNotSameAs(second);
    }

    @Test
    void whatLiesInTheHeapIsNoBlock() {
        var blocks = new Blocks(1);
        ByteBuffer small = ByteBuffer.allocate(Blocks.OCTETS);
        blocks.giveBack(small);
        assertThat(blocks.take()).isNotSameAs(small);
    }
}
