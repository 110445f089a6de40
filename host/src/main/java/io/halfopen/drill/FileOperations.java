package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import java.util.List;
import java.util.Map;

/** open(), pipe(), sendfile() and splice(): octets that go from files into sockets, and from sockets into pipes. */
final class FileOperations {
    private static final int ENOENT = 2;

    private final Machine machine;
    private final Map<Integer, Descriptor> descriptors;

    /** The files that the script's commands have made, of zeros, and their lengths. */
    private final Map<String, Integer> files;

    FileOperations(Machine machine, Map<Integer, Descriptor> descriptors, Map<String, Integer> files) {
        this.machine = machine;
        this.descriptors = descriptors;
        this.files = files;
    }

    /** Only what the script has made is there: it has no business with the files of this machine. */
    Operation open(Arguments arguments) throws Stop {
        arguments.require(2, 3);
        if (!(arguments.get(0) instanceof Expression.Text path)) {
            throw Stop.failed("open(): expected a path, not " + arguments.get(0));
        }
        if (arguments.integer(1) != 0) {
            throw Stop.unsupported("open() with other flags than O_RDONLY");
        }
        return new Operation() {
            @Override
            public int attempt() throws Stop {
                Integer length = files.get(path.text());
                return length == null ? -ENOENT : machine.openFile(length);
            }

            @Override
            public void finish(int result) throws Stop {
                if (result >= 0) {
                    descriptors.put(arguments.newFd(), new Descriptor(result, false));
                }
            }
        };
    }

    Operation pipe(Arguments arguments) throws Stop {
        arguments.require(1, 1);
        List<Expression> ends = arguments.items(0);
        if (ends.size() != 2) {
            throw Stop.failed("pipe(): expected [READ, WRITE], not " + arguments.get(0));
        }
        int[] live = new int[2];
        return new Operation() {
            @Override
            public int attempt() throws Stop {
                return machine.pipe(live);
            }

            @Override
            public void finish(int result) throws Stop {
                for (int i = 0; i < live.length && result == 0; i++) {
                    descriptors.put((int) Arguments.number(ends.get(i)), new Descriptor(live[i], false));
                }
            }
        };
    }

    Operation sendfile(Arguments arguments) throws Stop {
        arguments.require(4, 4);
        Descriptor out = arguments.descriptor(0);
        Descriptor in = arguments.descriptor(1);
        boolean own = !(arguments.get(2) instanceof Expression.Items);
        long offset = own ? -1 : Arguments.number(arguments.items(2).getFirst());
        int count = arguments.integer(3);
        return () -> SystemCalls.orWait(machine.sendFile(out.live, in.live, offset, count), out.nonBlocking);
    }

    Operation splice(Arguments arguments) throws Stop {
        arguments.require(6, 6);
        Descriptor in = arguments.descriptor(0);
        Descriptor out = arguments.descriptor(2);
        int count = arguments.integer(4);
        int flags = arguments.integer(5);
        return () -> SystemCalls.orWait(machine.splice(in.live, out.live, count, flags), in.nonBlocking);
    }
}
