package umlaut.net.core;

import java.util.ArrayList;
import java.util.List;

/** Passes changes of routes and rules on to all who listen. */
public final class RouteEvents implements Fib.Listener {
    private final List<Fib.Listener> listeners = new ArrayList<>();

    public void listen(Fib.Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void routeChanged(Route route, boolean added, boolean replaced) {
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).routeChanged(route, added, replaced);
        }
    }

    @Override
    public void ruleChanged(Rule rule, boolean added, boolean v4) {
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).ruleChanged(rule, added, v4);
        }
    }
}
