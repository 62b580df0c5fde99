package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.daemon.GuestState.Status;

/** Guests come, go, are found and outlive whoever watched over them. */
class GuestsTest {
    @TempDir
    Path dir;

    private Guests guests;

    @BeforeEach
    void places() throws IOException {
        Files.createDirectories(dir.resolve("state/guests"));
        Files.createDirectories(dir.resolve("state/names"));
        guests = new Guests(new Places(dir.resolve("state"), dir));
    }

    private Guest make(@Nullable String name, boolean autoRemove) {
        Fields fields = new Fields()
                .set("id", Guests.newId())
                .set("created", "2030-01-01T00:00:00Z")
                .set("auto-remove", autoRemove);
        return guests.create(new GuestRecord(fields), name, true);
    }

    @Test
    void foundByNameIdAndBeginning() {
        Guest web = make("web", false);
        assertThat(guests.get("web").id()).isEqualTo(web.id());
        assertThat(guests.get(web.id()).name()).isEqualTo("web");
        assertThat(guests.get(web.shortId()).name()).isEqualTo("web");
        assertThat(make(null, false).name()).matches("[a-z]+_[a-z]+[0-9]*");
        assertThat(guests.list()).hasSize(2);
        assertThatThrownBy(() -> guests.get("db")).isInstanceOf(DaemonException.class);
        assertThatThrownBy(() -> guests.get("../web")).isInstanceOf(DaemonException.class);
    }

    @Test
    void aNameIsOnesAlone() throws IOException {
        Guest web = make("web", false);
        assertThatThrownBy(() -> make("web", false)).hasMessageContaining("in use");
        assertThat(guests.list()).hasSize(1);
        guests.rename(web, "db");
        make("web", false);
        assertThatThrownBy(() -> guests.rename(guests.get("web"), "db")).hasMessageContaining("in use");
        guests.remove(guests.get("db"));
        assertThat(guests.find("db")).isNull();
        // A name whose guest went in a crash is free.
        Files.createSymbolicLink(dir.resolve("state/names/lost"), Path.of("../guests/nothing"));
        assertThat(make("lost", false).name()).isEqualTo("lost");
        assertThat(guests.list()).hasSize(2);
    }

    @Test
    void whoseProcessIsGoneHasEnded() {
        Guest guest = make("g", false);
        guest.write(GuestState.FRESH.started(HostProcess.own(), "2030-01-01T00:00:01Z", 0), true);
        assertThat(guest.state().status()).isEqualTo(Status.RUNNING);
        HostProcess own = HostProcess.own();
        HostProcess other = new HostProcess(own.pid(), own.startTicks() + 1, own.boot());
        guest.write(GuestState.FRESH.started(other, "2030-01-01T00:00:01Z", 0), true);
        assertThat(guest.state().status()).isEqualTo(Status.EXITED);
        assertThat(guest.state().exitCode()).isEqualTo(137);
        HostProcess before = new HostProcess(own.pid(), own.startTicks(), "another boot");
        guest.write(GuestState.FRESH.started(before, "2030-01-01T00:00:01Z", 0), true);
        assertThat(guest.state().status()).isEqualTo(Status.EXITED);
    }

    @Test
    void whatShouldHaveGoneWithItsProcessIsSwept() throws IOException {
        Guest guest = make("g", true);
        assertThat(guests.list()).hasSize(1);
        Files.createFile(guest.socket());
        HostProcess none = new HostProcess(1 << 30, 1, "never");
        guest.write(GuestState.FRESH.started(none, "2030-01-01T00:00:01Z", 0), true);
        assertThat(guests.list()).isEmpty();
        assertThat(guest.socket()).doesNotExist();
        assertThat(dir.resolve("state/guests")).isEmptyDirectory();
        assertThat(dir.resolve("state/names")).isEmptyDirectory();
    }

    @Test
    void restartPolicies() {
        assertThat(RestartPolicy.parse("on-failure:3").again(1, 2, false)).isTrue();
        assertThat(RestartPolicy.parse("on-failure:3").again(1, 3, false)).isFalse();
        assertThat(RestartPolicy.parse("on-failure").again(0, 0, false)).isFalse();
        assertThat(RestartPolicy.parse("always").again(0, 99, false)).isTrue();
        assertThat(RestartPolicy.parse("always").again(0, 0, true)).isFalse();
        assertThat(RestartPolicy.parse("no").again(1, 0, false)).isFalse();
        assertThatThrownBy(() -> RestartPolicy.parse("always:3")).isInstanceOf(DaemonException.class);
        assertThatThrownBy(() -> RestartPolicy.parse("sometimes")).isInstanceOf(DaemonException.class);
    }
}
