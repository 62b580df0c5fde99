package umlaut.kernel.signal;

import java.util.List;
import umlaut.kernel.Kernel;
import umlaut.kernel.task.ProcessGroup;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;

/** Sending signals from inside the kernel (kernel/signal.c send_signal and complete_signal): no permission is checked here. */
public final class SignalSend {
    private SignalSend() {}

    /** To every process of a group, as the terminal does. */
    public static void toGroup(Kernel kernel, ProcessGroup group, SigInfo info) {
        List<ThreadGroup> members;
        kernel.tasks.lock.lock();
        try {
            members = List.copyOf(group.members);
        } finally {
            kernel.tasks.lock.unlock();
        }
        for (ThreadGroup member : members) {
            toProcess(kernel, member, info);
        }
    }

    /** To a process as a whole. */
    public static void toProcess(Kernel kernel, ThreadGroup group, SigInfo info) {
        group.signalLock.lock();
        try {
            group.shared.add(info);
        } finally {
            group.signalLock.unlock();
        }
        for (Task task : group.threads()) {
            task.kick();
        }
    }
}
