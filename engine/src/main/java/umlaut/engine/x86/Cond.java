package umlaut.engine.x86;

/** Conditions of jcc and setcc, with their code. */
public enum Cond {
    O(0),
    C(2),
    AE(3),
    E(4),
    NE(5),
    BE(6),
    A(7),
    S(8),
    NS(9);

    final int code;

    Cond(int code) {
        this.code = code;
    }
}
