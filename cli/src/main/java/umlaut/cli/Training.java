package umlaut.cli;

import java.util.List;

/**
 * What ./umlaut runs to make the start-up cache. The cache keeps the profiles of the methods that ran often (JEP 515), so that a later JVM compiles the
 * hot paths early and well: hence this does, some thousand times each, what programs do most; what comes first is what no program does without. Programs that are missing are left out. A guest's
 * rehearsal is less of the same ({@link umlaut.machine.Machine#rehearse}).
 */
final class Training {
    /** $1 is how much of it, in hundredths: what stands before N (or $n) is the count for one. */
    static final String SCRIPT = """
            exec </dev/null >/dev/null 2>&1
            export N=$1
            cd /tmp
            dd if=/bin/sh of=a bs=1 count=$((300 * N))
            dd if=/dev/zero of=a bs=4k count=$((30 * N))
            dd if=a of=b bs=4k; dd if=a of=/dev/null bs=1M; cat a b | wc -c
            i=0
            while [ $i -lt $((N / 4)) ]; do /bin/true; /bin/true | cat; (:); : | :; /bin/true; i=$((i + 1)); done
            perl -e '
                $n = $ENV{N}; $t = "\\0" x 64; pipe R, W; $p = pack("iss", fileno R, 1, 0) x 4; open Z, "<", "/bin/sh"; open N, ">", "d";
                for (1 .. 200 * $n) {
                    sysread Z, $x, 1; syswrite N, "x"; syswrite W, "x"; sysread R, $x, 1;
                    syscall 228, 1, $t; syscall 13, 12, $t, 0, 8; syscall 14, 0, 0, $t, 8; syscall 7, $p, 4, 0
                }
                for (1 .. 400 * $n) {
                    $m = syscall 9, 0, 4096, 3, 0x22, -1, 0; syscall 10, $m, 4096, 1; syscall 10, $m, 4096, 3; syscall 11, $m, 4096
                }
                for (1 .. 150 * $n) { @a = stat "/usr/share/doc"; open F, "<", "/etc/passwd"; $x = <F>; close F }
                $SIG{USR1} = sub {}; for (1 .. 400 * $n) { kill USR1, $$ }
                for (1 .. 3 * $n) { if (!fork) { exit } wait }
                pipe R2, W2;
                if (fork) { for (1 .. 40 * $n) { syswrite W, "x"; sysread R2, $x, 1 } wait }
                else { for (1 .. 40 * $n) { sysread R, $x, 1; syswrite W2, "x" } }'
            PERL_SIGNALS=unsafe perl -e '
                $n = $ENV{N}; $m = syscall 9, 0, 4096, 0, 0x22, -1, 0; $SIG{SEGV} = sub { syscall 10, $m, 4096, 3 }; $SIG{USR1} = sub { };
                for (1 .. 150 * $n) { $x = unpack "P8", pack "Q", $m; syscall 10, $m, 4096, 0; kill USR1, $$ }'
            i=0; trap : USR1
            while [ $i -lt $((20 * N)) ]; do
                read x </etc/passwd; echo $x >c; [ -e /usr/share/doc ]; kill -USR1 $$; i=$((i + 1))
            done
            i=0
            while [ $i -lt $((N / 2)) ]; do (:); : | :; /bin/true; /bin/true | cat; i=$((i + 1)); done
            perl -e '
                $n = $ENV{N}; socketpair A, B, 1, 1, 0; for (1 .. 60 * $n) { syswrite A, "x"; sysread B, $x, 1 }
                for (1 .. 50 * $n) { $x = "a" x 300000; undef $x }
                use IO::Socket::INET; $L = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", ReuseAddr => 1);
                for (1 .. 5 * $n) {
                    $C = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $L->sockport); $A = $L->accept;
                    setsockopt $C, 1, 13, pack "ii", 1, 0; close $C; close $A
                }
                $C = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $L->sockport); $A = $L->accept;
                if (fork) { for (1 .. 20 * $n) { syswrite $C, "x"; sysread $C, $x, 1 } close $C; wait }
                else { close $C; for (1 .. 20 * $n) { sysread $A, $x, 1; syswrite $A, "x" } exit }
                $U = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1");
                $V = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1", PeerPort => $U->sockport);
                for (1 .. 20 * $n) { syswrite $V, "x"; sysread $U, $x, 9 }
                $big = "x" x 65536; if (fork) { for (1 .. 20 * $n) { syswrite A, $big } } else { for (1 .. 40 * $n) { sysread B, $x, 65536 } }'
            ls -lR /etc | cat
            i=0; while [ $i -lt $((N / 12)) ]; do sort --parallel=2 a; xz -0 -T2 -k -f a; i=$((i + 1)); done
            i=0; while [ $i -lt $((5 * N)) ]; do echo $i >f$i; i=$((i + 1)); done; ls -l; rm f*
            mkdir disk; mount /dev/ubda disk && cd disk || exit
            mkdir -p 1/2/3/4/5/6/7/8; echo x >1/2/3/4/5/6/7/8/f
            dd if=/dev/zero of=a bs=4k count=$((100 * N)); dd if=/dev/zero of=a bs=4k count=$((100 * N)); dd if=/dev/zero of=b bs=1M count=$((N / 2))
            i=0; while [ $i -lt 8 ]; do dd if=a of=/dev/null bs=4k; dd if=b of=/dev/null bs=1M; i=$((i + 1)); done
            perl -e '
                $n = $ENV{N}; $b = "x" x 4096; open F, "+<", "a";
                for (1 .. 2 * $n) { sysseek F, 4096 * ($_ % 64), 0; syswrite F, $b; syscall 74, fileno F }
                for (1 .. 100 * $n) { @a = stat "1/2/3/4/5/6/7/8/f"; open F, "<", "b"; sysseek F, 4096 * $_, 0; sysread F, $x, 4096; close F }
                mkdir "d"; for (1 .. 100 * $n) { open F, ">", "d/f$_"; syswrite F, "x" x 100; close F }
                for (1 .. 3) { opendir D, "d"; @a = readdir D; closedir D }
                for (1 .. 100 * $n) { @a = stat "d/f$_"; rename "d/f$_", "d/g$_" if $_ % 4 == 0; unlink "d/f$_" }'
            rm -r d
            """;

    /** For the start-up cache: enough for good profiles. */
    static final int ALL = 100;

    /** While a guest is already running: enough for the compilers to begin. */
    static final int REHEARSAL = 8;

    /** {@link #SCRIPT}'s shell. */
    static List<String> command(int percent) {
        return List.of("/bin/sh", "-c", SCRIPT, "training", String.valueOf(percent));
    }

    private Training() {}
}
