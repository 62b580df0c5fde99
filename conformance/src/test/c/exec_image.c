#include "t.h"
#include <elf.h>
#include <sys/auxv.h>
/* Writes a program file. */
static void put(const char *name, const void *data, size_t n, int mode) {
    unlink(name);
    int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0700);
    MUST(write(fd, data, n));
    fchmod(fd, mode);
    close(fd);
}
static void try(const char *what, const char *file, char **argv) {
    char *env[] = {"A=b", NULL};
    fflush(stdout);
    if (fork() == 0) { execve(file, argv, env); printf("%s: %s\n", what, strerrorname_np(errno)); fflush(stdout); _exit(42); }
    int st;
    wait(&st);
    show_status(what, st);
}
static void script(const char *what, const char *text) {
    char *argv[] = {"zero", "one", "two words", NULL};
    put("./script", text, strlen(text), 0755);
    try(what, "./script", argv);
}
static Elf64_Ehdr base(int type, int n) {
    Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', 2, 1, 1}, .e_type = type, .e_machine = EM_X86_64, .e_version = 1, .e_entry = 0x400000 + 64 + 56 * 4,
        .e_phoff = 64, .e_ehsize = 64, .e_phentsize = 56, .e_phnum = n};
    return e;
}
struct image { Elf64_Ehdr e; Elf64_Phdr p[4]; unsigned char code[4096]; };
static struct image good(void) {
    struct image im = {.e = base(ET_EXEC, 1)};
    im.p[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0x400000, sizeof im, sizeof im, 4096};
    unsigned char code[] = {0xbf, 7, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 5};
    memcpy(im.code, code, sizeof code);
    return im;
}
static void elf(const char *what, struct image *im, size_t n) {
    char *argv[] = {"x", NULL};
    put("./image", im, n, 0755);
    try(what, "./image", argv);
}
int main(int argc, char **argv, char **envp) {
    if (argc > 1 && !strcmp(argv[1], "show")) {
        printf("argc %d", argc);
        for (int i = 0; i < argc; i++) printf(" [%s]", argv[i]);
        puts("");
        for (char **e = envp; *e; e++) printf("env %s\n", *e);
        printf("%ld %ld %ld %ld %s %s\n", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), getauxval(AT_PHENT), getauxval(AT_SECURE),
               (char *)getauxval(AT_PLATFORM), (char *)getauxval(AT_EXECFN));
        printf("%d %d\n", getauxval(AT_RANDOM) != 0, getauxval(AT_ENTRY) != 0);
        char name[20] = ""; prctl(PR_GET_NAME, name); puts(name);
        return 0;
    }
    char self[4096]; ssize_t n = readlink("/proc/self/exe", self, 4095); self[n] = 0;
    symlink(self, "./prog");
    char *a[] = {"show it", "show", "", "last", NULL};
    try("argv", "./prog", a);
    char *none[] = {NULL};
    try("no argv", "/bin/true", none);
    script("script", "#!./prog show\n");
    script("script without argument", "#! /bin/echo\nrest");
    script("script with blanks", "#!\t /bin/echo  a  b \t\n");
    script("script of script", "#!./second\n");
    put("./second", "#!/bin/echo second\n", 19, 0755);
    script("script of script", "#!./second x\n");
    script("script of itself", "#!./script\n");
    script("no interpreter", "#!\n");
    script("missing interpreter", "#!/nowhere/at/all\n");
    script("interpreter is a directory", "#!/tmp\n");
    script("empty", "");
    script("text", "echo hello\n");
    put("./noexec", "#!/bin/echo\n", 12, 0644);
    try("not executable", "./noexec", a);
    try("directory", "/", a);
    try("missing", "./missing", a);
    try("not a directory", "./noexec/x", a);
    struct image im = good();
    elf("good", &im, sizeof im);
    elf("cut in code", &im, 64 + 56 * 4 + 20);
    elf("cut in headers", &im, 80);
    elf("cut in header", &im, 40);
    im = good(); im.e.e_phnum = 0; elf("no segments", &im, sizeof im);
    im = good(); im.e.e_phentsize = 57; elf("phentsize", &im, sizeof im);
    im = good(); im.e.e_ident[EI_CLASS] = ELFCLASS32; elf("class", &im, sizeof im);
    im = good(); im.e.e_machine = EM_386; elf("machine", &im, sizeof im);
    im = good(); im.e.e_type = ET_REL; elf("relocatable", &im, sizeof im);
    im = good(); im.e.e_type = ET_CORE; elf("core", &im, sizeof im);
    im = good(); im.p[0].p_type = PT_NOTE; elf("nothing to load", &im, sizeof im);
    im = good(); im.p[0].p_filesz = 1L << 62; elf("filesz", &im, sizeof im);
    im = good(); im.p[0].p_memsz = 16; elf("memsz below filesz", &im, sizeof im);
    im = good(); im.p[0].p_memsz = 1L << 46; elf("memsz large", &im, sizeof im);
    im = good(); im.p[0].p_memsz = -1L; elf("memsz -1", &im, sizeof im);
    im = good(); im.p[0].p_vaddr = 0x400010; elf("misaligned", &im, sizeof im);
    im = good(); im.p[0].p_vaddr = 0xffff800000000000; elf("kernel address", &im, sizeof im);
    im = good(); im.p[0].p_offset = -4096L; elf("negative offset", &im, sizeof im);
    im = good(); im.e.e_entry = 0; elf("entry 0", &im, sizeof im);
    im = good(); im.e.e_entry = -1L; elf("entry -1", &im, sizeof im);
    im = good(); im.p[0].p_flags = PF_R; elf("not executable segment", &im, sizeof im);
    im = good(); im.e.e_phnum = 2; im.p[1] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 0, 0x400000, 0x400000, 100, 9000, 4096}; elf("overlapping", &im, sizeof im);
    im = good(); im.e.e_phnum = 2; im.p[1] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 0, 0x500000, 0, 0, 9000, 4096}; elf("bss only", &im, sizeof im);
    im = good(); im.e.e_phnum = 2; im.p[1] = (Elf64_Phdr){PT_INTERP, PF_R, 64 + 56 * 4 + 100, 0, 0, 10, 10, 1}; memcpy(im.code + 100, "/bin/cat\0", 10); elf("interpreter", &im, sizeof im);
    memcpy(im.code + 100, "/nowhere\0", 10); elf("missing interpreter", &im, sizeof im);
    memcpy(im.code + 100, "aaaaaaaaaa", 10); elf("endless interpreter", &im, sizeof im);
    im.p[1].p_filesz = 1; elf("short interpreter", &im, sizeof im);
    im.p[1].p_filesz = 5000; elf("long interpreter", &im, sizeof im);
    im = good(); im.e.e_phnum = 2; im.p[1] = (Elf64_Phdr){PT_INTERP, PF_R, 64 + 56 * 4 + 100, 0, 0, 10, 10, 1}; strcpy(im.code + 100, "./script"); im.p[1].p_filesz = 9; elf("script as interpreter", &im, sizeof im);
    im = good(); im.e.e_type = ET_DYN; im.e.e_entry -= 0x400000; im.p[0].p_vaddr = 0; elf("movable", &im, sizeof im);
    im.p[0].p_align = 0x200000; elf("aligned", &im, sizeof im);
    im.p[0].p_align = 3; elf("odd alignment", &im, sizeof im);
    im = good(); im.p[0].p_vaddr = 0; im.e.e_entry = 64 + 56 * 4; if (getuid()) elf("at zero", &im, sizeof im);
    im = good(); put("./busy", &im, sizeof im, 0755);
    int fd = open("./busy", O_WRONLY);
    try("busy", "./busy", a);
    close(fd);
    int p[2]; pipe(p);
    char *cat[] = {"cat", NULL};
    int c = open("./mycat", O_CREAT | O_WRONLY, 0755), src = open("/bin/cat", O_RDONLY);
    while (sendfile(c, src, NULL, 1 << 20) > 0) {}
    close(c);
    pid_t kid = fork();
    if (!kid) { dup2(p[0], 0); close(p[1]); execv("./mycat", cat); _exit(1); }
    nap(200);
    P(open("./mycat", O_WRONLY));
    P(truncate("./mycat", 0));
    P(open("./mycat", O_RDONLY) >= 0);
    close(p[1]);
    waitpid(kid, NULL, 0);
    P(open("./mycat", O_WRONLY) >= 0);
    char *huge = malloc(140000); memset(huge, 'x', 139999); huge[139999] = 0;
    char *big[] = {"true", huge, NULL};
    try("argument of 140000", "/bin/true", big);
    huge[131071] = 0;
    try("argument of 131071", "/bin/true", big);
    char **many = malloc(200002 * 8);
    for (int i = 0; i < 200001; i++) many[i] = "0123456789";
    many[200001] = NULL;
    try("200001 arguments", "/bin/true", many);
    many[90000] = NULL;
    try("90000 arguments", "/bin/true", many);
    char *bad[] = {"true", (char *)16, NULL};
    try("bad argument", "/bin/true", bad);
    try("bad argv", "/bin/true", (char **)16);
    int ex = open("/bin/echo", O_RDONLY | O_CLOEXEC);
    char *ec[] = {"echo", "by descriptor", NULL};
    fflush(stdout);
    if (!fork()) { syscall(SYS_execveat, ex, "", ec, NULL, AT_EMPTY_PATH); _exit(errno); }
    wait(NULL);
    int dir = open("/bin", O_RDONLY | O_DIRECTORY);
    if (!fork()) { syscall(SYS_execveat, dir, "echo", ec, NULL, 0); _exit(errno); }
    wait(NULL);
    int sc = open("./second", O_RDONLY | O_CLOEXEC), sc2 = dup2(open("./second", O_RDONLY), 50), st;
    if (!fork()) { syscall(SYS_execveat, sc, "", ec, NULL, AT_EMPTY_PATH); _exit(errno); }
    wait(&st); show_status("script by cloexec descriptor", st);
    if (!fork()) { syscall(SYS_execveat, sc2, "", ec, NULL, AT_EMPTY_PATH); _exit(errno); }
    wait(&st); show_status("script by descriptor", st);
    if (!fork()) { syscall(SYS_execveat, AT_FDCWD, "./prog", a, NULL, AT_SYMLINK_NOFOLLOW); _exit(errno); }
    wait(&st); show_status("nofollow", st);
    P(syscall(SYS_execveat, 77, "", ec, NULL, AT_EMPTY_PATH));
    P(syscall(SYS_execveat, 77, "x", ec, NULL, 0));
    P(syscall(SYS_execveat, AT_FDCWD, "/bin/true", ec, NULL, 0x8));
    int mf = memfd_create("prog", 0); src = open("/bin/echo", O_RDONLY);
    while (sendfile(mf, src, NULL, 1 << 20) > 0) {}
    fflush(stdout);
    char path[40]; sprintf(path, "/proc/self/fd/%d", mf);
    int mro = open(path, O_RDONLY | O_CLOEXEC); close(mf);
    if (!fork()) { fexecve(mro, ec, envp); _exit(errno); }
    wait(&st); show_status("memfd", st);
    return 0;
}
