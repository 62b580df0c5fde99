package umlaut.machine;

import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Signal;
import umlaut.host.SignalCatcher;
import umlaut.machine.console.Screen;

/**
 * Signals sent to the machine's host process reach the guest's first process, as docker run forwards them. A booted machine is switched off by those that end a program: all its processes go at once, and
 * its file systems are left clean.
 */
final class SignalForwarder {
    private static final List<Integer> FORWARDED = List.of(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGALRM,
            Signal.SIGVTALRM,
            Signal.SIGPROF,
            Signal.SIGIO,
            Signal.SIGPWR);

    private static final Set<Integer> SWITCH_OFF =
            Set.of(Signal.SIGHUP, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTERM, Signal.SIGPWR);

    private final SignalCatcher catcher;
    private final Machine machine;
    private final boolean switchesOff;

    /** Catches signals from now on; they are kept until {@link #start}. */
    SignalForwarder(Machine machine, boolean boot) {
        this.machine = machine;
        this.switchesOff = boot;
        List<Integer> all = new java.util.ArrayList<>(FORWARDED);
        all.add(Signal.SIGWINCH);
        all.add(Signal.SIGCONT);
        catcher = SignalCatcher.install(all);
    }

    void start(Program program, @Nullable Screen terminal) {
        IntConsumer deliver = signo -> {
            switch (signo) {
                case Signal.SIGWINCH -> {
                    if (terminal != null) {
                        terminal.resize();
                    } else {
                        forward(program, signo);
                    }
                }
                case Signal.SIGCONT -> {
                    if (terminal != null) {
                        terminal.resumed();
                    } else {
                        forward(program, signo);
                    }
                }
                default -> forward(program, signo);
            }
        };
        Thread.ofPlatform().daemon().name("signals").start(() -> {
            while (true) {
                deliver.accept(catcher.next());
            }
        });
    }

    private void forward(Program program, int signo) {
        if (switchesOff) {
            if (SWITCH_OFF.contains(signo)) {
                machine.powerOff(program);
            }
            return;
        }
        program.signalAsKeys(signo);
    }
}
