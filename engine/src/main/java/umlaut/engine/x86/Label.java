package umlaut.engine.x86;

import java.util.ArrayList;
import java.util.List;

/** A place in the code, known or still to come. */
public final class Label {
    final List<Integer> fixups = new ArrayList<>();
    int position = -1;

    /** Offset from the start of the code. @throws IllegalStateException when the label was never bound */
    public int position() {
        if (position < 0) {
            throw new IllegalStateException("unbound label");
        }
        return position;
    }
}
