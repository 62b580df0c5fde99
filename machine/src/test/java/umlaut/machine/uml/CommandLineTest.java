package umlaut.machine.uml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private static CommandLine.Parsed parse(String line) {
        return CommandLine.parse(List.of(line.split(" ")), Map.of("HOME", "/home/ann"));
    }

    private static UmlConfig config(String line) {
        return parse(line).config();
    }

    /** The command line of user_mode_linux_howto_v2.rst. */
    @Test
    void theHowTosCommandLine() {
        CommandLine.Parsed parsed = parse(
                "mem=2048M umid=TEST ubd0=Filesystem.img"
                        + " vec0:transport=tap,ifname=tap0,depth=128,gro=1 root=/dev/ubda con=null con0=null,fd:2 con1=fd:0,fd:1");
        assertThat(parsed.memoryBytes()).isEqualTo(2L << 30);
        UmlConfig config = parsed.config();
        assertThat(config.identity().umid()).isEqualTo("TEST");
        assertThat(config.identity().directory()).isEqualTo(Path.of("/home/ann/.uml"));
        assertThat(config.disks()).containsOnlyKeys(0);
        assertThat(config.root().device()).isEqualTo("/dev/ubda");
        assertThat(config.root().readOnly()).isTrue();
        assertThat(config.lines()).isEqualTo(Map.of("con", "null", "con0", "null,fd:2", "con1", "fd:0,fd:1"));
        assertThat(config.networks().getFirst().options()).containsEntry("ifname", "tap0");
        assertThat(config.problems()).isEmpty();
        assertThat(config.commandLine()).doesNotContain("umid").endsWith(" console=tty0");
    }

    @Test
    void unknownWordsGoToInit() {
        UmlConfig config = config("before A=1 init=/bin/sh single x.y=2 -- a=b ro");
        assertThat(config.initArguments()).containsExactly("single", "a=b", "ro");
        assertThat(config.initEnvironment()).containsExactly("HOME=/", "TERM=linux", "A=1");
        assertThat(config.problems())
                .containsExactly(
                        "Unknown kernel command line parameters \"A=1 single\", will be passed to user space.");
        assertThat(config.commandLine())
                .isEqualTo("before A=1 init=/bin/sh single x.y=2 -- a=b ro root=98:0 console=tty0");
    }

    @Test
    void disks() {
        UmlConfig config = config("ubd0rs=cow,back ubdb=a:b ubd2cdt=one,,serial ubd3=~/x");
        UbdDisk first = config.disks().get(0);
        assertThat(first.file()).isEqualTo("cow");
        assertThat(first.backing()).isEqualTo("back");
        assertThat(first.readOnly() && first.sync() && !first.plain()).isTrue();
        assertThat(config.disks().get(1).text()).isEqualTo("a,b");
        UbdDisk third = config.disks().get(2);
        assertThat(third.shared() && third.plain() && third.noTrim()).isTrue();
        assertThat(third.serial()).isEqualTo("serial");
        assertThat(third.backing()).isNull();
        assertThat(config.problems()).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidAndNothingElseIsLost() {
        UmlConfig config = config(
                "udb0=x ubd16=x ubd1 ubd2= con16=null console=lp0 mem=lots umid=a/b time-travel=x eth0=daemon,zz ro");
        assertThat(config.problems())
                .containsExactly(
                        "'udb' passed on command line -> did you mean 'ubd'?",
                        "ubd_setup: index 16 out of range (16 devices)",
                        "ubd_setup : expected '=' after ubd1 and its flags (r, s, c, d, t), found '1'",
                        "ubd_setup: ubd2= names no file",
                        "Failed to set up con with configuration string \"16=null\" : Device number out of range",
                        "console=lp0: no such terminal (tty0 to tty15, ttyS0 to ttyS63)",
                        "mem='lots' is no number",
                        "umid 'a/b' is no name of a machine",
                        "time-travel=x: only inf-cpu is known",
                        "eth0: 'zz' is no Ethernet address (aa:bb:cc:dd:ee:ff)");
        assertThat(config.disks()).isEmpty();
    }

    @Test
    void networks() {
        UmlConfig config = config("eth0=daemon,fe:fd:0:0:0:1,unix,/tmp/ctl eth1=tuntap,tap3,,10.0.0.1 eth1=slirp"
                + " vec2:transport=raw,ifname=v0,mac=2:0:0:0:0:9");
        assertThat(config.networks()).extracting(NetSpec::name).containsExactly("eth0", "eth1", "vec2");
        NetSpec daemon = config.networks().getFirst();
        assertThat(daemon.mac()).containsExactly(0xfe, 0xfd, 0, 0, 0, 1);
        assertThat(daemon.arguments()).containsExactly("unix", "/tmp/ctl");
        assertThat(config.networks().get(1).transport()).isEqualTo("slirp");
        assertThat(config.networks().get(2).mac()).containsExactly(2, 0, 0, 0, 0, 9);
    }

    @Test
    void messages() {
        assertThat(config("quiet").printk().level()).isEqualTo(4);
        assertThat(config("quiet debug stderr=1").printk()).isEqualTo(new UmlConfig.Printk(10, true));
        assertThat(config("loglevel=3").printk().level()).isEqualTo(3);
        assertThat(config("panic=-1 noreboot").panicSeconds()).isEqualTo(-1);
    }
}
