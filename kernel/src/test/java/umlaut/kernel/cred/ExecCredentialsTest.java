package umlaut.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import umlaut.abi.Capability;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;

/** The table of capabilities(7) "Transformation of capabilities during execve()". */
class ExecCredentialsTest {
    private static final int PROGRAM = Mode.S_IFREG | 0755;
    private static final Credentials USER = Credentials.user(1000, 1000, new int[0]);

    @Test
    void plainProgramOfAUserGetsNothing() {
        ExecCredentials got = ExecCredentials.compute(USER, PROGRAM, 0, 0, false, null);
        assertThat(got.credentials().effective()).isZero();
        assertThat(got.credentials().euid()).isEqualTo(1000);
        assertThat(got.secure()).isFalse();
    }

    @Test
    void rootKeepsAllWithoutSecureMode() {
        ExecCredentials got = ExecCredentials.compute(Credentials.ROOT, PROGRAM, 0, 0, false, null);
        assertThat(got.credentials().effective()).isEqualTo(Credentials.ALL_CAPABILITIES);
        assertThat(got.secure()).isFalse();
    }

    @Test
    void setUserIdRootGivesAllSecurely() {
        ExecCredentials got = ExecCredentials.compute(USER, PROGRAM | Mode.S_ISUID, 0, 0, false, null);
        assertThat(got.credentials().uid()).isEqualTo(1000);
        assertThat(got.credentials().euid()).isZero();
        assertThat(got.credentials().suid()).isZero();
        assertThat(got.credentials().effective()).isEqualTo(Credentials.ALL_CAPABILITIES);
        assertThat(got.secure()).isTrue();
    }

    @Test
    void nosuidMountAndNoNewPrivsGiveNothing() {
        assertThat(ExecCredentials.compute(USER, PROGRAM | Mode.S_ISUID, 0, 0, true, null)
                        .credentials()
                        .euid())
                .isEqualTo(1000);
        NewCredentials locked = new NewCredentials(USER);
        Credentials noNewPrivs = new Credentials(
                1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, locked.groups, 0, 0, 0, locked.bounding, 0, 0, true);
        assertThat(ExecCredentials.compute(noNewPrivs, PROGRAM | Mode.S_ISUID, 0, 0, false, null)
                        .credentials()
                        .euid())
                .isEqualTo(1000);
    }

    @Test
    void setGroupIdNeedsGroupExecute() {
        int sgid = Mode.S_IFREG | Mode.S_ISGID | 0745;
        assertThat(ExecCredentials.compute(USER, sgid, 0, 5, false, null)
                        .credentials()
                        .egid())
                .isEqualTo(1000);
        assertThat(ExecCredentials.compute(USER, sgid | Mode.S_IXGRP, 0, 5, false, null)
                        .credentials()
                        .egid())
                .isEqualTo(5);
    }

    @Test
    void fileCapabilitiesAreGiven() {
        byte[] netRaw = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        ExecCredentials got = ExecCredentials.compute(USER, PROGRAM, 0, 0, false, netRaw);
        assertThat(got.credentials().capable(Capability.CAP_NET_RAW)).isTrue();
        assertThat(got.credentials().permitted()).isEqualTo(1L << Capability.CAP_NET_RAW);
        assertThat(got.secure()).isTrue();
    }

    @Test
    void fileCapabilitiesOutsideTheBoundingSetFail() {
        byte[] netRaw = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        Credentials bounded =
                new Credentials(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, new int[0], 0, 0, 0, 0, 0, 0, false);
        assertThatThrownBy(() -> ExecCredentials.compute(bounded, PROGRAM, 0, 0, false, netRaw))
                .isInstanceOf(ErrnoException.class);
    }

    @Test
    void ambientCapabilitiesSurviveAPlainProgramOnly() {
        long net = 1L << Capability.CAP_NET_BIND_SERVICE;
        Credentials ambient = new Credentials(
                1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, new int[0], net, net, net, net, net, 0, false);
        assertThat(ExecCredentials.compute(ambient, PROGRAM, 0, 0, false, null)
                        .credentials()
                        .effective())
                .isEqualTo(net);
        assertThat(ExecCredentials.compute(ambient, PROGRAM | Mode.S_ISUID, 1001, 0, false, null)
                        .credentials()
                        .effective())
                .isZero();
    }
}
