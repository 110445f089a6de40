package io.halfopen.app.explain;

import io.halfopen.sim.Server;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes the corpus. */
abstract class CorpusMaker {
    /**
     * One of them.
     *
     * @param cause what is to be found
     * @param beside what else is true of some connection in it
     * @param elsewhere what is the right reading where the packets that would tell are not seen: a flood with other
     *     addresses at the client, a lost SYN at the server
     * @param alone what is the right reading where only this direction is seen; an empty set: these packets are those of
     *     a connection to which nothing happened
     */
    record Case(
            String name,
            Cause cause,
            Set<Cause> beside,
            Set<Cause> elsewhere,
            Map<Direction, Set<Cause>> alone,
            Supplier<Scene> scene,
            Consumer<Scene> story) {
        /** Nothing of it shows in this direction. */
        boolean isSilent(Direction direction) {
            return alone.getOrDefault(direction, EnumSet.of(cause)).isEmpty();
        }

        Scene play() {
            Scene made = scene.get();
            story.accept(made);
            return made;
        }
    }

    /** Whose packets are seen. */
    enum Direction {
        CLIENTS,
        SERVER
    }

    final List<Case> all = new ArrayList<>();

    abstract void addAll();

    final void add(String name, Cause cause, Consumer<Scene> story, Cause... beside) {
        Set<Cause> also = EnumSet.noneOf(Cause.class);
        also.addAll(List.of(beside));
        all.add(new Case(
                name, cause, also, EnumSet.noneOf(Cause.class), new EnumMap<>(Direction.class), Scene::new, story));
    }

    /** At the other end the last one looks like this. */
    final void elsewhere(Cause... causes) {
        all.getLast().elsewhere().addAll(List.of(causes));
    }

    /** What this direction alone tells of the last one: nothing, or something else. */
    final void alone(Direction direction, Cause... causes) {
        Set<Cause> set = EnumSet.noneOf(Cause.class);
        set.addAll(List.of(causes));
        all.getLast().alone().put(direction, set);
    }

    final void add(String name, Cause cause, Supplier<Scene> scene, Consumer<Scene> story) {
        all.add(new Case(
                name,
                cause,
                EnumSet.noneOf(Cause.class),
                EnumSet.noneOf(Cause.class),
                new EnumMap<>(Direction.class),
                scene,
                story));
    }

    static void serve(Scene scene, Server server) {
        for (int fd : server.acceptAll()) {
            scene.read(scene.server, fd);
            scene.answer(fd, 100);
            scene.server.close(fd);
        }
    }
}
