package umlaut.kernel.vfs;

import umlaut.abi.Mode;
import umlaut.engine.KnownPaths;

/**
 * The directories that a walk has looked something up in, each with the counter that tells of changes there, read before the look-up. Sound as long as anybody at all would have walked the same way and nothing but this kernel's
 * own calls can change where it leads.
 */
final class PathTrail {
    /** Search permission for owner, group and others. */
    private static final int ALL_SEARCH = 0111;

    private final PathFacts facts;
    final short[] counters = new short[KnownPaths.MOST_DIRECTORIES];
    private int count;
    private long sum;
    private boolean sound = true;

    PathTrail(PathFacts facts) {
        this.facts = facts;
        add(KnownPaths.GENERAL);
    }

    private void add(int counter) {
        counters[count++] = (short) counter;
        sum += facts.known.count(counter);
    }

    /** A name is about to be looked up in {@code directory}. */
    void enters(Dentry directory) {
        Inode inode = directory.inode();
        sound &= count < KnownPaths.MOST_DIRECTORIES
                && directory.superBlock.namesSettled()
                && (inode.mode & ALL_SEARCH) == ALL_SEARCH
                && inode.accessAcl() == null;
        if (sound) {
            add(directory.counter(facts));
        }
    }

    /** A link in {@code directory} is about to be followed, which protected_symlinks may forbid some. */
    void follows(Inode directory) {
        sound &= (directory.mode & Mode.S_IWOTH) == 0;
    }

    boolean isSound() {
        return sound;
    }

    int count() {
        return count;
    }

    long sum() {
        return sum;
    }
}
