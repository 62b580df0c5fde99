package umlaut.fs.hostfs;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A view built from paths to show and paths to hide. Below the root nothing is shown but what is named; below a shown
 * path everything is, but what is hidden. Built by one thread, then only read.
 */
public final class TreeView implements HostView {
    private final Map<String, @Nullable TreeView> children = new HashMap<>();
    private boolean rest;

    /** Shows {@code path} (relative, without "." or "..") with all below it, and the directories that lead there. */
    public TreeView show(String path) {
        TreeView node = this;
        for (String name : path.split("/")) {
            TreeView child = node.children.get(name);
            if (child == null) {
                child = new TreeView();
                child.rest = node.rest;
                node.children.put(name, child);
            }
            node = child;
        }
        node.rest = true;
        return this;
    }

    /** Hides {@code path} and all below it, which may lie inside something shown. */
    public TreeView hide(String path) {
        TreeView node = this;
        int slash;
        String left = path;
        while ((slash = left.indexOf('/')) >= 0) {
            String name = left.substring(0, slash);
            TreeView child = node.children.get(name);
            if (child == null) {
                if (!node.rest || node.children.containsKey(name)) {
                    return this;
                }
                child = new TreeView();
                child.rest = true;
                node.children.put(name, child);
            }
            node = child;
            left = left.substring(slash + 1);
        }
        node.children.put(left, null);
        return this;
    }

    @Override
    public @Nullable HostView child(String name) {
        TreeView child = children.get(name);
        if (child != null) {
            return child.rest && child.children.isEmpty() ? ALL : child;
        }
        return rest && !children.containsKey(name) ? ALL : null;
    }

    @Override
    public boolean names(String name) {
        return children.get(name) != null;
    }
}
