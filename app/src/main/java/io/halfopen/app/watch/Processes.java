package io.halfopen.app.watch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whose a socket is: the processes' descriptors in /proc name its inode. Of other users' processes only root may see
 * them. Where several hold one, such as the workers of a server, it is the one with the lowest number.
 */
final class Processes {
    private static final Path PROC = Path.of("/proc");
    private static final long SECONDS_BETWEEN = 2;

    /** A name and a number, and how many others hold the same socket. */
    record Owner(String name, long pid, int others) {
        @Override
        public String toString() {
            return name + "[" + pid + "]";
        }
    }

    private final Map<Long, Owner> owners = new HashMap<>();
    private final Set<Long> unknown = new HashSet<>();
    private long nextLook = Long.MIN_VALUE;

    /** Looks, where one of these sockets is new. */
    void look(Set<Long> inodes, long now) {
        if (owners.keySet().containsAll(inodes) || unknown.containsAll(inodes) && now < nextLook) {
            return;
        }
        if (now < nextLook) {
            return;
        }
        nextLook = now + SECONDS_BETWEEN * 1_000_000_000L;
        owners.keySet().retainAll(inodes);
        Map<Long, Owner> found = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                look(process, inodes, found);
            }
        } catch (IOException noProc) {
            return;
        }
        owners.putAll(found);
        unknown.clear();
        unknown.addAll(inodes);
        unknown.removeAll(owners.keySet());
    }

    private static void look(Path process, Set<Long> inodes, Map<Long, Owner> found) {
        Set<Long> seen = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                long inode = inode(descriptor);
                if (inodes.contains(inode) && seen.add(inode)) {
                    found.merge(inode, owner(process), Processes::older);
                }
            }
        } catch (IOException notOurs) {
            // another user's, or gone
        }
    }

    private static Owner older(Owner one, Owner other) {
        Owner first = one.pid < other.pid ? one : other;
        return new Owner(first.name, first.pid, one.others + other.others + 1);
    }

    private static long inode(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[") ? Long.parseLong(target.substring(8, target.length() - 1)) : -1;
        } catch (IOException | NumberFormatException gone) {
            return -1;
        }
    }

    private static Owner owner(Path process) throws IOException {
        String name = Files.readString(process.resolve("comm")).strip();
        return new Owner(name, Long.parseLong(process.getFileName().toString()), 0);
    }

    /** A dash where nobody is to be seen. */
    String of(Watched listener) {
        Owner owner = owners.get(listener.inode);
        return owner == null ? "-" : owner.toString();
    }

    /** The program's name, or an empty text. */
    String program(Watched listener) {
        Owner owner = owners.get(listener.inode);
        return owner == null ? "" : owner.name;
    }
}
