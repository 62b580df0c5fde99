#include "t.h"
/* Keys and keyrings: add_key(2), request_key(2), keyctl(2), keyrings(7). Serial numbers are random and never printed. */
enum { THREAD = -1, PROCESS = -2, SESSION = -3, USER = -4, USER_SESSION = -5 };
#define add(t, d, p, n, r) syscall(SYS_add_key, t, d, p, (long)(n), (long)(r))
#define request(t, d, c, r) syscall(SYS_request_key, t, d, c, (long)(r))
#define ctl(op, ...) ctl_(op, ##__VA_ARGS__, 0, 0, 0, 0)
#define ctl_(op, a, b, c, d, ...) syscall(SYS_keyctl, op, (long)(a), (long)(b), (long)(c), (long)(d))
enum { GET_ID, JOIN, UPDATE, REVOKE, CHOWN, SETPERM, DESCRIBE, CLEAR, LINK, UNLINK, SEARCH, READ, REQKEY = 14, TIMEOUT, ASSUME, SECURITY,
       INVALIDATE = 21, MOVE = 30, CAPS };
/* Only whether there is a serial number. */
#define ID(call) P((call) > 0 ? 1 : (call))

static void describe(const char *what, long key) {
    char text[256] = "";
    long n = ctl(DESCRIBE, key, text, sizeof text);
    unsigned perm;
    int uid, gid, at = 0;
    char type[32] = "";
    if (n < 0) {
        printf("%s: %s\n", what, strerrorname_np(errno));
        return;
    }
    sscanf(text, "%31[^;];%d;%d;%x;%n", type, &uid, &gid, &perm, &at);
    printf("%s: %s %08x %s mine %d length %d\n", what, type, perm, text + at, uid == getuid(), n == (long)strlen(text) + 1);
    fflush(stdout);
}

static void basics(void) {
    char buf[64] = {0};
    ID(ctl(JOIN, NULL));
    describe("session", SESSION);
    long key = add("user", "one", "payload", 7, SESSION);
    P(key > 0);
    describe("one", key);
    P(ctl(READ, key, buf, sizeof buf));
    printf("%s\n", buf);
    P(ctl(READ, key, NULL, 0));
    memset(buf, 0, sizeof buf);
    P(ctl(READ, key, buf, 3));
    printf("%s\n", buf);
    P(ctl(READ, key, 8, 3));
    P(add("user", "one", "again", 5, SESSION) == key);
    P(ctl(READ, key, buf, sizeof buf));
    P(ctl(UPDATE, key, "third time", 10));
    P(ctl(READ, key, buf, sizeof buf));
    P(ctl(UPDATE, key, NULL, 0));
    P(ctl(UPDATE, key, buf, 5000));
    P(ctl(UPDATE, SESSION, "x", 1));
    P(ctl(SEARCH, SESSION, "user", "one", 0) == key);
    P(ctl(SEARCH, SESSION, "user", "two", 0));
    P(ctl(SEARCH, SESSION, "keyring", "one", 0));
    P(ctl(SEARCH, SESSION, "nonsense", "one", 0));
    P(ctl(SEARCH, key, "user", "one", 0));
    P(request("user", "one", NULL, 0) == key);
    P(request("user", "two", NULL, 0));
    P(request("nonsense", "two", NULL, 0));
    P(ctl(SECURITY, key, NULL, 0) >= 1);
    P(ctl(READ, SESSION, NULL, 0));
    P(ctl(UNLINK, key, SESSION));
    P(ctl(UNLINK, key, SESSION) < 0);
    P(ctl(READ, SESSION, NULL, 0));
}

static void errors(void) {
    char big[5000];
    memset(big, 'x', sizeof big);
    big[4999] = 0;
    P(add("user", "d", "x", 1, 0));
    P(add("user", "d", "x", 1, -6));
    P(add("user", "d", "x", 1, -9));
    P(add("user", "d", "x", 1, 0x7ffffff0));
    P(add("nonsense", "d", "x", 1, SESSION));
    P(add(".user", "d", "x", 1, SESSION));
    P(add("", "d", "x", 1, SESSION));
    P(add("a type whose name is much too long for one", "d", "x", 1, SESSION));
    P(add(8, "d", "x", 1, SESSION));
    P(add("user", NULL, "x", 1, SESSION));
    P(add("user", "", "x", 1, SESSION));
    P(add("user", big, "x", 1, SESSION));
    P(add("user", 8, "x", 1, SESSION));
    P(add("user", "d", NULL, 0, SESSION));
    P(add("user", "d", 8, 1, SESSION));
    P(add("user", "d", "x", 1 << 20, SESSION));
    P(add("user", "d", "x", -1, SESSION));
    P(add("keyring", ".d", NULL, 0, SESSION));
    P(add("keyring", "d", "x", 1, SESSION));
    P(add("logon", "nocolon", "x", 1, SESSION));
    P(add("logon", ":first", "x", 1, SESSION));
    long logon = add("logon", "service:name", "secret", 6, SESSION), user = add("user", "u", "x", 1, SESSION);
    describe("logon", logon);
    P(ctl(READ, logon, NULL, 0));
    P(add("user", "d", "x", 1, user));
    P(ctl(LINK, logon, user));
    P(ctl(CLEAR, user));
    P(ctl(99));
    P(ctl(GET_ID, 0, 0));
    P(ctl(GET_ID, THREAD, 0));
    P(ctl(GET_ID, PROCESS, 0));
    P(ctl(JOIN, ".dot"));
    P(ctl(SETPERM, user, 0x80000000));
    P(ctl(ASSUME, 0));
    P(ctl(ASSUME, -1));
    P(ctl(ASSUME, 5));
    P(ctl(REQKEY, -1));
    P(ctl(REQKEY, 3));
    P(ctl(REQKEY, -1));
    P(ctl(REQKEY, 6));
    P(ctl(REQKEY, 7));
    P(ctl(12, user, "x", 1, 0));
}

static void rings(void) {
    int ids[8];
    long a = add("keyring", "a", NULL, 0, SESSION), b = add("keyring", "b", NULL, 0, a), key = add("user", "deep", "x", 1, b);
    describe("ring", a);
    P(ctl(SEARCH, SESSION, "user", "deep", 0) == key);
    P(ctl(READ, a, ids, sizeof ids));
    P(ids[0] == b);
    P(ctl(LINK, a, b));
    P(ctl(LINK, a, a));
    P(ctl(LINK, key, a));
    P(ctl(READ, a, ids, sizeof ids));
    P(ctl(UNLINK, key, b));
    P(ctl(MOVE, key, a, b, 0));
    P(ctl(MOVE, key, a, b, 0));
    P(ctl(MOVE, key, b, a, 4));
    add("user", "deep", "y", 1, a);
    P(ctl(MOVE, key, b, a, 1));
    P(ctl(MOVE, key, b, a, 0));
    P(ctl(READ, a, ids, sizeof ids));
    P(ctl(CLEAR, a));
    P(ctl(READ, a, ids, sizeof ids));
    P(ctl(SEARCH, SESSION, "user", "deep", 0));
    P(add("keyring", "a", NULL, 0, SESSION) != a);
    long ring = SESSION;
    for (int i = 0; i < 8; i++) {
        ring = add("keyring", "nested", NULL, 0, ring);
        if (ring < 0) break;
    }
    P(ring > 0);
}

static void rights(void) {
    char buf[16];
    long key = add("user", "guarded", "x", 1, SESSION);
    P(ctl(SETPERM, key, 0x3f000000));
    describe("possessed", key);
    P(ctl(SETPERM, key, 0x20010000));
    P(ctl(READ, key, buf, 16));
    P(ctl(UPDATE, key, "y", 1));
    P(ctl(LINK, key, USER));
    describe("view only", key);
    P(ctl(SETPERM, key, 0x3f3f0000));
    P(ctl(CHOWN, key, -1, -1));
    P(ctl(TIMEOUT, key, 1000));
    P(ctl(TIMEOUT, key, 0));
    P(ctl(REVOKE, key));
    describe("revoked", key);
    P(ctl(READ, key, buf, 16));
    P(ctl(SEARCH, SESSION, "user", "guarded", 0));
    P(request("user", "guarded", NULL, 0));
    P(ctl(UPDATE, key, "z", 1));
    key = add("user", "gone", "x", 1, SESSION);
    P(ctl(INVALIDATE, key));
    P(ctl(UPDATE, key, "x", 1));
    P(ctl(REVOKE, SESSION));
    P(add("user", "late", "x", 1, SESSION));
}

static void *in_thread(void *unused) {
    P(ctl(SEARCH, THREAD, "user", "t", 0));
    P(ctl(SEARCH, PROCESS, "user", "p", 0) > 0);
    P(ctl(SEARCH, SESSION, "user", "s", 0) > 0);
    return NULL;
}

static void inheritance(void) {
    pthread_t t;
    ID(ctl(JOIN, NULL));
    ID(add("user", "t", "x", 1, THREAD));
    ID(add("user", "p", "x", 1, PROCESS));
    ID(add("user", "s", "x", 1, SESSION));
    describe("thread", THREAD);
    describe("process", PROCESS);
    pthread_create(&t, NULL, in_thread, NULL);
    pthread_join(t, NULL);
    pid_t p = fork();
    if (p == 0) {
        P(ctl(SEARCH, THREAD, "user", "t", 0));
        P(ctl(SEARCH, PROCESS, "user", "p", 0));
        P(ctl(SEARCH, SESSION, "user", "s", 0) > 0);
        P(request("user", "s", NULL, 0) > 0);
        ID(ctl(JOIN, NULL));
        P(ctl(SEARCH, SESSION, "user", "s", 0));
        _exit(0);
    }
    waitpid(p, NULL, 0);
    P(ctl(SEARCH, SESSION, "user", "s", 0) > 0);
    char name[64];
    sprintf(name, "umlaut-%d", getpid());
    long named = ctl(JOIN, name);
    char text[128] = "";
    P(ctl(DESCRIBE, named, text, sizeof text) > 0);
    P(strstr(text, ";3f130000;umlaut-") != NULL);
    ID(ctl(JOIN, NULL));
    char desc[64];
    P(ctl(DESCRIBE, USER, desc, sizeof desc) > 0);
    P(strstr(desc, ";1f3f0000;_uid.") != NULL);
    P(ctl(DESCRIBE, USER_SESSION, desc, sizeof desc) > 0);
    P(strstr(desc, ";1f3f0000;_uid_ses.") != NULL);
    P(ctl(CAPS, desc, 64) > 0);
}

int main(void) {
    NEEDS(ctl(GET_ID, SESSION, 0));
    basics();
    errors();
    rings();
    rights();
    inheritance();
    return 0;
}
