package umlaut.kernel.system;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.Personality;
import umlaut.abi.Utsname;
import umlaut.kernel.UtsName;
import umlaut.kernel.task.Task;

/** uname(2), sethostname(2), setdomainname(2). */
public final class Names {
    private Names() {}

    public static long uname(Task task, long address) {
        UtsName uts = task.ns().uts();
        MemorySegment out = task.memory.build(Utsname.SIZE);
        put(out, Utsname.SYSNAME, UtsName.SYSNAME);
        put(out, Utsname.NODENAME, uts.hostname());
        boolean old = (task.settings.personality & Personality.UNAME26) != 0;
        put(out, Utsname.RELEASE, old ? UtsName.RELEASE_AS_2_6 : UtsName.RELEASE);
        put(out, Utsname.VERSION, UtsName.VERSION);
        put(out, Utsname.MACHINE, UtsName.MACHINE);
        put(out, Utsname.DOMAINNAME, uts.domainname());
        task.memory.write(address, out);
        return 0;
    }

    private static void put(MemorySegment out, int at, String text) {
        Le.putBytes(out, at, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public static long setHostname(Task task, long address, int length) {
        String name = read(task, address, length);
        task.ns().uts().setHostname(name);
        return 0;
    }

    public static long setDomainname(Task task, long address, int length) {
        String name = read(task, address, length);
        task.ns().uts().setDomainname(name);
        return 0;
    }

    private static String read(Task task, long address, int length) {
        if (!task.credentials().capableIn(task.ns().uts().owner(), Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
        if (length < 0 || length > Limits.HOST_NAME_MAX) {
            throw Errno.EINVAL.exception();
        }
        String name = new String(task.memory.bytes(address, length), StandardCharsets.ISO_8859_1);
        int end = name.indexOf('\0');
        return end < 0 ? name : name.substring(0, end);
    }
}
