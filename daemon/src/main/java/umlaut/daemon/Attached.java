package umlaut.daemon;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody who looks at the output of a guest: a queue between the two, so that one who does not read holds up the guest for a while only, and then is let go. */
final class Attached {
    private static final int FRAMES = 64, PATIENCE_SECONDS = 10;

    private final Connection connection;
    private final BlockingQueue<Frame> queue = new ArrayBlockingQueue<>(FRAMES);

    Attached(Connection connection) {
        this.connection = connection;
        Thread.ofPlatform().daemon().name("attached").start(this::send);
    }

    /** @return false if it is no longer there */
    boolean offer(Frame frame) {
        try {
            if (queue.offer(frame, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.shutdown();
        return false;
    }

    private void send() {
        try {
            Frame frame;
            do {
                frame = queue.take();
                connection.write(frame);
            } while (frame.kind() != Frame.EXIT);
        } catch (IOException | InterruptedException e) {
            queue.clear(); // it has gone; its reader notices, too
        }
        connection.shutdown();
    }
}
