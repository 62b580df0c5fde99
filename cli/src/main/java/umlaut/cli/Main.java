package umlaut.cli;

/** The program {@code umlaut}: reads the command line, runs a machine, ends with its exit status. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("umlaut");
    }
}
