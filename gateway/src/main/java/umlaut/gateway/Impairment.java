package umlaut.gateway;

/**
 * How bad a link is, in each direction; the terms are those of tc-netem(8).
 *
 * @param delayNs of every frame
 * @param jitterNs the delay is off by up to this, either way
 * @param loss, duplicate probabilities, 0 to 1
 * @param reorder the probability that a frame is not delayed, so that it overtakes others
 * @param bytesPerSecond 0: as fast as it goes
 * @param seed the same seed does the same to the same frames
 */
public record Impairment(
        long delayNs, long jitterNs, double loss, double duplicate, double reorder, double bytesPerSecond, long seed) {}
