package umlaut.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import umlaut.kernel.cred.Credentials;

/** Who --user means, and what the guest's own account files say. */
class GuestUsersTest {
    private final GuestUsers users = new GuestUsers();

    @Test
    void numbersAndNames() {
        assertThat(users.credentials(null)).isSameAs(Credentials.ROOT);
        assertThat(users.credentials("0:0").effective()).isEqualTo(Credentials.ALL_CAPABILITIES);
        Credentials www = users.credentials("www-data");
        assertThat(www.uid()).isEqualTo(33);
        assertThat(www.gid()).isEqualTo(33);
        assertThat(www.effective()).isZero();
        assertThat(users.credentials("1000:staff").gid()).isEqualTo(50);
        assertThat(users.credentials("1000").gid()).isZero();
        assertThat(users.credentials(":5").uid()).isZero();
        assertThat(users.credentials(":5").gid()).isEqualTo(5);
        assertThatThrownBy(() -> users.credentials("stranger")).hasMessageContaining("no user 'stranger'");
        assertThatThrownBy(() -> users.credentials("0:strangers")).hasMessageContaining("no group 'strangers'");
    }

    @Test
    void accountFiles() {
        assertThat(users.passwd())
                .startsWith("root:x:0:0:root:/root:/bin/bash\n")
                .contains("nobody:x:65534:");
        assertThat(users.passwd().lines()).allMatch(line -> line.split(":", -1).length == 7);
        assertThat(users.shadow().lines()).allMatch(line -> line.split(":", -1).length == 9);
        assertThat(users.group()).startsWith("root:x:0:\n").contains("tty:x:5:\n");
        assertThat(users.gshadow().lines().count())
                .isEqualTo(users.group().lines().count());
    }
}
