package umlaut.gateway;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.net.device.Link;

/**
 * What is done to a link's frames on their way, whatever the link.
 *
 * @param impairment null: none
 * @param capture file that gets them all; null: none
 */
public record LinkOptions(
        @Nullable Impairment impairment, @Nullable Path capture) {
    public static final LinkOptions NONE = new LinkOptions(null, null);

    /** Is every frame to have its checksums, as if it left the machine? */
    public boolean needsChecksums() {
        return capture != null;
    }

    /**
     * Puts what is asked for before a link: what is captured is what the device sends and gets.
     *
     * @throws GatewayException when the file cannot be written
     */
    public Link.Opener around(Link.Opener opener) {
        Link.Opener inner = opener;
        Impairment how = impairment;
        if (how != null) {
            Link.Opener before = inner;
            inner = end -> new ImpairedLink(how, before, end);
        }
        Path file = capture;
        if (file != null) {
            Link.Opener before = inner;
            Capture log = Capture.to(file);
            inner = end -> new CapturedLink(log, before, end);
        }
        return inner;
    }
}
