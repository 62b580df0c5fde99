/** JMH benchmarks of hot paths, without a whole guest: {@code docs/measure jmh}. kbench (see SPECIFICATION.md) measures guests from inside. */
@NullMarked
package umlaut.bench;

import org.jspecify.annotations.NullMarked;
