package umlaut.machine.console;

import org.jspecify.annotations.Nullable;

/** "null": what is written goes nowhere, and nothing ever comes. */
final class NullChannel implements Channel {
    @Override
    public String text() {
        return "null";
    }

    @Override
    public @Nullable Wire connect() {
        return null;
    }

    @Override
    public boolean immediate() {
        return true;
    }

    @Override
    public boolean comesBack() {
        return false;
    }

    @Override
    public void close() {}
}
