package umlaut.daemon;

/**
 * When a guest that has ended starts again (docker run --restart).
 *
 * @param kind as docker names it
 * @param most restarts after a failure; 0: no limit
 */
public record RestartPolicy(Kind kind, int most) {
    /** docker's words. */
    public enum Kind {
        NO("no"),
        ON_FAILURE("on-failure"),
        ALWAYS("always"),
        UNLESS_STOPPED("unless-stopped");

        final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /** @throws DaemonException for what is none */
    public static RestartPolicy parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        for (Kind kind : Kind.values()) {
            if (kind.text.equals(name)) {
                if (colon < 0) {
                    return new RestartPolicy(kind, 0);
                }
                if (kind == Kind.ON_FAILURE && text.substring(colon + 1).matches("[0-9]{1,6}")) {
                    return new RestartPolicy(kind, Integer.parseInt(text.substring(colon + 1)));
                }
            }
        }
        throw new DaemonException(
                125, "--restart: '" + text + "' must be no, on-failure[:MOST], always or unless-stopped");
    }

    /** @param restarts that there have been. @param stopped somebody has asked for its end */
    boolean again(int status, int restarts, boolean stopped) {
        return !stopped
                && switch (kind) {
                    case NO -> false;
                    case ON_FAILURE -> status != 0 && (most == 0 || restarts < most);
                    case ALWAYS, UNLESS_STOPPED -> true;
                };
    }

    @Override
    public String toString() {
        return kind.text + (most > 0 ? ":" + most : "");
    }
}
