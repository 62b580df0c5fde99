package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void numbersAndMessages() {
        assertThat(Errno.values()).hasSize(131);
        assertThat(Errno.of(2)).isSameAs(Errno.ENOENT);
        assertThat(Errno.of(133)).isSameAs(Errno.EHWPOISON);
        assertThat(Errno.EAGAIN.negative()).isEqualTo(-11);
        assertThat(Errno.ENOENT.message()).isEqualTo("No such file or directory");
        assertThatThrownBy(() -> Errno.of(41)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Errno.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void exceptionsAreSharedAndStackless() {
        ErrnoException exception = Errno.EINVAL.exception();
        assertThat(exception).isSameAs(Errno.EINVAL.exception());
        assertThat(exception.errno()).isSameAs(Errno.EINVAL);
        assertThat(exception.getStackTrace()).isEmpty();
        exception.addSuppressed(new IllegalStateException());
        assertThat(exception.getSuppressed()).isEmpty();
    }

    @Test
    void resultsThatAreErrors() {
        assertThat(Errno.isError(-1)).isTrue();
        assertThat(Errno.isError(-4095)).isTrue();
        assertThat(Errno.isError(-4096)).isFalse();
        assertThat(Errno.isError(0)).isFalse();
    }
}
