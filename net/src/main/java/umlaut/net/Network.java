package umlaut.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;
import umlaut.kernel.Kernel;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.PlainNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.time.KernelTimers;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.NsInode;
import umlaut.net.core.ChunkPool;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.NetTimers;
import umlaut.net.inet.InetNetwork;
import umlaut.net.inet.InterfaceIoctl;
import umlaut.net.netlink.NetlinkNetwork;
import umlaut.net.packet.PacketNetwork;
import umlaut.net.proc.NetSysctl;
import umlaut.net.proc.ProcNet;
import umlaut.net.tun.TunTap;
import umlaut.net.unix.UnixNetwork;

/** A machine's network; to be attached before the first task runs. */
public final class Network {
    private static final int ERROR_LEVEL = 3;

    public final SocketFamilies families = new SocketFamilies();
    private final Kernel kernel;
    private final ChunkPool chunks = new ChunkPool();
    private final ThreadLocal<@Nullable ArrayDeque<NetNamespace>> handOvers = new ThreadLocal<>();
    private final AtomicLong cookies = new AtomicLong();
    private final NetlinkNetwork netlink = new NetlinkNetwork(this);

    @GuardedBy("others") private final Map<PlainNamespace, NetNamespace> others = new WeakHashMap<>();

    /** The namespace that the machine starts with. */
    public final NetNamespace initial;

    private Network(Kernel kernel) {
        this.kernel = kernel;
        this.initial = create();
    }

    /** Gives a kernel its socket calls and address families, and a namespace with lo switched on. */
    public static Network attach(Kernel kernel) {
        Network network = new Network(kernel);
        network.families.register(new UnixNetwork(
                (task, command, argument) -> InterfaceIoctl.ioctl(network.namespaceOf(task), task, command, argument)));
        network.families.register(new InetNetwork(network, SockConst.AF_INET));
        network.families.register(new InetNetwork(network, SockConst.AF_INET6));
        network.families.register(network.netlink);
        network.families.register(new PacketNetwork(network));
        network.netlink.watch(network.initial);
        kernel.syscalls.add(new SocketSystemCalls(network.families));
        network.initial.netfilter.setLog(kernel.log::log);
        network.initial.bringLoopbackUp();
        ProcNet.addTo(kernel.procFiles, network);
        NetSysctl.addTo(kernel.procFiles, network);
        TunTap.register(kernel, network);
        return network;
    }

    /** A new namespace with lo, switched off. */
    public NetNamespace create() {
        Host host = new Host(kernel);
        NetNamespace net = new NetNamespace(host, chunks, this::oops, handOvers, cookies.incrementAndGet());
        host.start(net);
        return net;
    }

    private void oops(RuntimeException fault) {
        kernel.log.log(ERROR_LEVEL, "net: a packet was dropped by a fault: " + fault);
    }

    /** Whose system call this thread is in, if it is in one. */
    public @Nullable Task currentTask() {
        return kernel.onThread();
    }

    /** The namespace that a task's new sockets belong to. */
    public NetNamespace namespaceOf(Task task) {
        return of(task.ns().net());
    }

    /** What is in a namespace, made when it is first asked for. */
    private NetNamespace of(PlainNamespace ns) {
        if (ns == kernel.namespaces.initial().net()) {
            return initial;
        }
        synchronized (others) {
            NetNamespace net = others.get(ns);
            if (net == null) {
                net = create();
                netlink.watch(net);
                others.put(ns, net);
            }
            return net;
        }
    }

    /** The namespace of a process. @throws umlaut.abi.ErrnoException ESRCH */
    public NetNamespace namespaceOfProcess(Task task, int process) {
        ThreadGroup group = task.kernel.tasks.group(process);
        Task leader = group == null ? null : group.leader();
        if (leader == null) {
            throw Errno.ESRCH.exception();
        }
        return of(leader.ns().net());
    }

    /** The namespace that a descriptor stands for. @throws umlaut.abi.ErrnoException EBADF, EINVAL */
    public NetNamespace namespaceOfFile(Task task, int fd) {
        File file = task.files().hold(fd);
        try {
            if (NsInode.of(file) instanceof PlainNamespace ns && ns.kind() == NamespaceKind.NET) {
                return of(ns);
            }
            throw Errno.EINVAL.exception();
        } finally {
            file.release();
        }
    }

    /** The kernel's clock and timers for one namespace. */
    private static final class Host implements NetTimers.Host {
        private final Kernel kernel;
        private KernelTimers.@Nullable Timer timer;
        private long early = Long.MAX_VALUE;

        Host(Kernel kernel) {
            this.kernel = kernel;
        }

        void start(NetNamespace net) {
            KernelTimers.Timer made = kernel.timers.create(net::runTimers);
            timer = made;
            if (early != Long.MAX_VALUE) {
                kernel.timers.arm(made, early);
            }
        }

        @Override
        public long nowNs() {
            return kernel.clock.monotonicNs();
        }

        @Override
        public long realtimeNs() {
            return kernel.clock.realtimeNs();
        }

        @Override
        public void alarm(long atNs) {
            KernelTimers.Timer t = timer;
            if (t == null) {
                early = atNs;
            } else {
                kernel.timers.arm(t, atNs);
            }
        }
    }
}
