package umlaut.cli;

/**
 * What ./umlaut runs to make the start-up cache. The cache keeps the profiles of the methods that ran often (JEP 515), so that a later JVM compiles the
 * hot paths early and well: hence this does, some thousand times each, what programs do most. Programs that are missing are left out.
 */
final class Training {
    static final String SCRIPT = """
            exec 2>/dev/null
            ls -lR /etc | cat
            cd /tmp
            dd if=/dev/zero of=/dev/null bs=1 count=30000
            dd if=/dev/zero of=a bs=4k count=3000
            dd if=a of=b bs=4k; dd if=a of=/dev/null bs=1M; cat a b | wc -c
            i=0; trap : USR1
            while [ $i -lt 2000 ]; do
                read x </etc/passwd; echo $x >c; [ -e /usr/share/doc ]; kill -USR1 $$; i=$((i + 1))
            done
            i=0
            while [ $i -lt 300 ]; do (:); : | :; i=$((i + 1)); done
            i=0
            while [ $i -lt 60 ]; do /bin/true; /bin/true | cat; i=$((i + 1)); done
            perl -e '
                for (1 .. 20000) { getppid; umask }
                pipe R, W; for (1 .. 10000) { syswrite W, "x"; sysread R, $x, 1 }
                for (1 .. 5000) { @a = stat "/usr/share/doc"; open F, "<", "/etc/passwd"; $x = <F>; close F }
                $SIG{USR1} = sub {}; for (1 .. 5000) { kill USR1, $$ }
                for (1 .. 5000) { $x = "a" x 300000; undef $x }
                pipe R2, W2;
                if (fork) { for (1 .. 4000) { syswrite W, "x"; sysread R2, $x, 1 } wait }
                else { for (1 .. 4000) { sysread R, $x, 1; syswrite W2, "x" } }
                for (1 .. 300) { if (!fork) { exit } wait }
                use IO::Socket::INET; $L = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", ReuseAddr => 1);
                for (1 .. 500) {
                    $C = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $L->sockport); $A = $L->accept;
                    setsockopt $C, 1, 13, pack "ii", 1, 0; close $C; close $A
                }
                $C = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $L->sockport); $A = $L->accept;
                if (fork) { for (1 .. 2000) { syswrite $C, "x"; sysread $C, $x, 1 } close $C; wait }
                else { close $C; for (1 .. 2000) { sysread $A, $x, 1; syswrite $A, "x" } exit }
                $U = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1");
                $V = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1", PeerPort => $U->sockport);
                for (1 .. 2000) { syswrite $V, "x"; sysread $U, $x, 9 }'
            perl -e '
                $t = "\\0" x 64; pipe R, W; open Z, "<", "/dev/zero"; open N, ">", "/dev/null";
                for (1 .. 12000) {
                    sysread Z, $x, 1; syswrite N, "x"; syswrite W, "x"; sysread R, $x, 1;
                    syscall 228, 1, $t; syscall 13, 12, $t, 0, 8; syscall 14, 0, 0, $t, 8; syscall 7, $t, 1, 0
                }
                for (1 .. 12000) {
                    $m = syscall 9, 0, 4096, 3, 0x22, -1, 0; syscall 10, $m, 4096, 1; syscall 10, $m, 4096, 3; syscall 11, $m, 4096
                }
                socketpair A, B, 1, 1, 0; for (1 .. 6000) { syswrite A, "x"; sysread B, $x, 1 }
                $big = "x" x 65536; if (fork) { for (1 .. 2000) { syswrite A, $big } } else { for (1 .. 4000) { sysread B, $x, 65536 } }'
            PERL_SIGNALS=unsafe perl -e '
                $m = syscall 9, 0, 4096, 0, 0x22, -1, 0; $SIG{SEGV} = sub { syscall 10, $m, 4096, 3 }; $SIG{USR1} = sub { };
                for (1 .. 6000) { $x = unpack "P8", pack "Q", $m; syscall 10, $m, 4096, 0; kill USR1, $$ }'
            for i in 1 2 3 4 5 6 7 8; do sort --parallel=2 a; xz -0 -T2 -k -f a; done
            for i in $(seq 500); do echo $i >f$i; done; ls -l; rm f*
            :
            """;

    private Training() {}
}
