package umlaut.machine;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.ErrnoException;
import umlaut.block.ImageException;
import umlaut.gateway.GatewayException;
import umlaut.kernel.Kernel;
import umlaut.machine.console.ChannelException;
import umlaut.machine.console.Lines;
import umlaut.machine.mconsole.Hardware.Kind;
import umlaut.machine.mconsole.MconsoleException;
import umlaut.machine.uml.CommandLine;
import umlaut.machine.uml.NetSpec;
import umlaut.machine.uml.UbdDisk;

/** The devices of a User-mode Linux that come and go while it runs: disks, network devices, consoles, memory. */
final class UmlDevices {
    private UmlDevices() {}

    static List<Kind> all(
            Kernel kernel,
            Disks disks,
            SortedMap<Integer, UbdDisk> attached,
            UmlNetwork network,
            Lines lines,
            LongConsumer setMemory) {
        return List.of(
                new UbdKind(disks, attached),
                new NetKind(network, "eth"),
                new NetKind(network, "vec"),
                new LineKind(lines, "con"),
                new LineKind(lines, "ssl"),
                new MemoryKind(kernel, setMemory));
    }

    private static final class UbdKind implements Kind {
        private final Disks disks;
        private final SortedMap<Integer, UbdDisk> attached;

        UbdKind(Disks disks, SortedMap<Integer, UbdDisk> attached) {
            this.disks = disks;
            this.attached = new TreeMap<>(attached);
        }

        @Override
        public String prefix() {
            return "ubd";
        }

        private static int number(String name) {
            boolean letter = name.matches("[a-p]");
            if (!letter && !name.matches("\\d{1,2}") || !letter && Integer.parseInt(name) >= UbdDisk.MOST) {
                throw new MconsoleException("Invalid device number - must be between 0 and " + (UbdDisk.MOST - 1));
            }
            return letter ? name.charAt(0) - 'a' : Integer.parseInt(name);
        }

        @Override
        public String get(String name) {
            UbdDisk disk = attached.get(number(name));
            return disk == null ? "" : disk.text();
        }

        @Override
        public void set(String assignment) {
            try {
                UbdDisk.Numbered wanted = UbdDisk.parse(assignment);
                if (disks.has(wanted.number())) {
                    throw new MconsoleException("Device is already configured");
                }
                disks.attach(wanted.number(), wanted.disk());
                attached.put(wanted.number(), wanted.disk());
            } catch (IllegalArgumentException e) {
                throw new MconsoleException(String.valueOf(e.getMessage()));
            } catch (ImageException e) {
                throw new MconsoleException(e.line);
            }
        }

        @Override
        public void remove(String name) {
            int number = number(name);
            try {
                disks.detach(number);
                attached.remove(number);
            } catch (ErrnoException e) {
                throw UmlHardware.failure(e);
            }
        }
    }

    private record NetKind(UmlNetwork network, String prefix) implements Kind {
        @Override
        public String get(String name) {
            String text = network.configuration(prefix + name);
            if (text == null) {
                throw new MconsoleException("Device doesn't exist");
            }
            return text;
        }

        @Override
        public void set(String assignment) {
            int at = assignment.indexOf(prefix.equals("vec") ? ':' : '=');
            if (at < 0) {
                throw new MconsoleException("Couldn't parse device number");
            }
            try {
                String number = assignment.substring(0, at);
                String value = assignment.substring(at + 1);
                network.plug(prefix.equals("vec") ? NetSpec.vec(number, value) : NetSpec.eth(number, value));
            } catch (IllegalArgumentException | MachineException e) {
                throw new MconsoleException(String.valueOf(e.getMessage()));
            } catch (GatewayException e) {
                throw new MconsoleException(e.line);
            }
        }

        @Override
        public void remove(String name) {
            try {
                network.unplug(prefix + name);
            } catch (ErrnoException e) {
                throw UmlHardware.failure(e);
            }
        }
    }

    private record LineKind(Lines lines, String prefix) implements Kind {
        private interface Action {
            @Nullable String run();
        }

        private static String attempt(Action action) {
            try {
                String result = action.run();
                return result == null ? "" : result;
            } catch (ChannelException e) {
                throw new MconsoleException(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public String get(String name) {
            return attempt(() -> lines.configuration(prefix + name));
        }

        @Override
        public void set(String assignment) {
            int equals = assignment.indexOf('=');
            if (equals == 0) {
                throw new MconsoleException("Can't configure all devices from mconsole");
            }
            configure(assignment.substring(0, equals), assignment.substring(equals + 1));
        }

        @Override
        public void remove(String name) {
            configure(name, "none");
        }

        private void configure(String name, String channel) {
            attempt(() -> {
                lines.configure(prefix + name, channel);
                return null;
            });
        }
    }

    private record MemoryKind(Kernel kernel, LongConsumer setter) implements Kind {
        @Override
        public String prefix() {
            return "mem";
        }

        @Override
        public String get(String name) {
            return String.valueOf(kernel.memoryBytes());
        }

        @Override
        public void set(String assignment) {
            String amount = assignment.substring(assignment.indexOf('=') + 1);
            boolean more = amount.startsWith("+");
            boolean less = amount.startsWith("-");
            try {
                long bytes = CommandLine.size("mem", more || less ? amount.substring(1) : amount);
                long total = more ? kernel.memoryBytes() + bytes : less ? kernel.memoryBytes() - bytes : bytes;
                if (total <= 0) {
                    throw new MconsoleException("that is more memory than there is");
                }
                setter.accept(total);
            } catch (IllegalArgumentException e) {
                throw new MconsoleException(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void remove(String name) {
            throw new MconsoleException("Memory doesn't support the remove operation");
        }
    }
}
