package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlocksTest {
    @Test
    void whatIsGivenBackIsUsedAgainUpToTheBound() {
        var blocks = new Blocks(1);
        byte[] first = blocks.take();
        byte[] second = blocks.take();
        assertThat(second).isNotSameAs(first);

        blocks.giveBack(first);
        blocks.giveBack(second);
        assertThat(blocks.take()).isSameAs(first);
        assertThat(blocks.take()).isNotSameAs(first).isNotSameAs(second);
    }

    @Test
    void anArrayOfAnotherLengthIsNoBlock() {
        var blocks = new Blocks(1);
        blocks.giveBack(new byte[Blocks.OCTETS - 1]);
        assertThat(blocks.take()).hasSize(Blocks.OCTETS);
    }
}
