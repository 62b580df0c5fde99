package umlaut.machine.uml;

/** What {@code linux --help} prints: the options of User-mode Linux, and those of every Linux that it makes most use of. */
public final class UmlHelp {
    public static final String TEXT = """
            Usage: linux [kernel arguments]

            Boots a Linux system from a disk image or a directory, as User-mode Linux does:

                linux ubd0=cow,root_fs mem=256M umid=web con=null con0=fd:0,fd:1
                linux rootfstype=hostfs rootflags=/srv/tree rw init=/bin/sh

            Words that the kernel does not know go to init.

            --help                      print this
            --version                   print the kernel's version
            --showconfig                print the kernel's configuration

            Disks and the root file system
              ubd<n><flags>=<file>[,<backing file>][,<serial>]
                                        /dev/ubda for n = 0 (to 15); a colon is as good as a comma. With two files
                                        changes go to the first, a copy-on-write file that is made if it is missing.
                                        Flags: r read only, s write synchronously, c shared with other machines,
                                        d not a copy-on-write file whatever it looks like, t no discard.
                                        Without ubd0= the file root_fs, if it is here
              root=<device>             /dev/ubda, ubda1, 98:0; ubd0 if not given
              rootfstype=<types>        ext4, squashfs...; with hostfs the root is a directory of the host's,
              rootflags=<options>       the one named here
              ro, rw                    mount it read only (unless told otherwise) or for writing
              initrd=<file>             a cpio archive, plain or compressed, whose /init is run
              init=<program>, rdinit=<program>
              hostfs=<directory>[,append]   confine all mounts of hostfs

            Consoles and serial lines
              con<n>=<channel>          /dev/tty<n>, n to 15; con= is for all not named; con0 is fd:0,fd:1 if not given
              ssl<n>=<channel>          /dev/ttyS<n>, n to 63
                channels: fd:<n>  null  none  port:<n> (telnet to it)  pts  pty  tty:<device>  xterm,
                          or two, one for input and one for output: fd:0,fd:1
              console=<tty>             where the kernel's messages go: tty0, ttyS0
              xterm=<program>,<title switch>,<exec switch>
              stderr=1                  the kernel's messages to standard error, too

            Network
              eth<n>=daemon[,<mac>,unix,<socket>] | tuntap,<device>[,<mac>] | vde,<switch> | slirp | mcast... | ucast...
              vec<n>:transport=<name>,<option>=<value>...

            The machine
              mem=<size>                64M, 2G; of the host's if not given
              ncpus=<n>                 processors; the host's if not given
              umid=<name>               the machine's name; mconsole and pid are in <uml_dir>/<name>
              uml_dir=<directory>       ~/.uml if not given
              mconsole=notify:<socket>  tell a socket where the mconsole is
              iomem=<name>,<file>       taken, without effect
              time-travel[=inf-cpu]     time jumps when nobody runs; with inf-cpu it stands still while anybody does
              time-travel-start=<seconds>   what the clock says at boot, since 1970
              panic=<seconds>           start again so long after a panic
              noreboot                  end instead of starting again
              quiet, debug, loglevel=<n>    fewer or more messages on the console
              mode=, fake_ide, nosysemu, ssl-non-raw    taken and ignored
            """;

    private UmlHelp() {}
}
