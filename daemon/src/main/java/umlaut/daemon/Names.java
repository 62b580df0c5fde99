package umlaut.daemon;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** Names for guests that were given none, and identifiers, which are long and random as docker's. */
final class Names {
    private static final List<String> HOW = List.of(
            "able", "agile", "amber", "ample", "azure", "bold", "brave", "brisk", "calm", "candid", "clear", "clever",
            "cosy", "crisp", "deft", "eager", "early", "exact", "fair", "fleet", "fond", "frank", "fresh", "gentle",
            "glad", "golden", "grand", "handy", "happy", "hardy", "honest", "humble", "jolly", "keen", "kind", "lively",
            "loyal", "lucid", "lucky", "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient",
            "placid", "polite", "proud", "quick", "quiet", "ready", "robust", "serene", "sharp", "silent", "sincere",
            "smooth", "sober", "solid", "steady", "stout", "sunny", "swift", "tender", "tidy", "tough", "trusty",
            "upbeat", "vivid", "warm", "wise", "witty", "zesty");
    private static final List<String> WHO = List.of(
            "abel",
            "ampere",
            "babbage",
            "banach",
            "bernoulli",
            "bohr",
            "boole",
            "cantor",
            "cauchy",
            "cerf",
            "church",
            "curie",
            "dijkstra",
            "diophant",
            "dirac",
            "einstein",
            "erdos",
            "euclid",
            "euler",
            "faraday",
            "fermat",
            "feynman",
            "fourier",
            "galois",
            "gauss",
            "germain",
            "goedel",
            "goldberg",
            "hamming",
            "heaviside",
            "hertz",
            "hilbert",
            "hoare",
            "hopper",
            "huygens",
            "hypatia",
            "jacobi",
            "kahan",
            "kepler",
            "kleene",
            "knuth",
            "kolmogorov",
            "lagrange",
            "lamport",
            "laplace",
            "leibniz",
            "liskov",
            "lovelace",
            "markov",
            "maxwell",
            "meitner",
            "mendel",
            "mendeleev",
            "napier",
            "naur",
            "newton",
            "nightingale",
            "noether",
            "pascal",
            "pauli",
            "perlman",
            "planck",
            "poincare",
            "ramanujan",
            "riemann",
            "ritchie",
            "shannon",
            "sobolev",
            "tarski",
            "tesla",
            "thompson",
            "turing",
            "volta",
            "weber",
            "wirth",
            "zuse");

    private Names() {}

    static String id() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** @param attempt how often a name was taken already: then there is a number behind it */
    static String invent(RandomGenerator random, int attempt) {
        return HOW.get(random.nextInt(HOW.size())) + "_" + WHO.get(random.nextInt(WHO.size()))
                + (attempt == 0 ? "" : Integer.toString(random.nextInt(1, 100 * attempt)));
    }
}
