package umlaut.engine.scripted;

/** Guest code of a test: what runs at a registered address. */
@FunctionalInterface
public interface Program {
    void run(Guest guest);
}
