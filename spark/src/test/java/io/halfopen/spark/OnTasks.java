package io.halfopen.spark;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import org.jspecify.annotations.Nullable;

/** Does something once, when the second task has begun; and notes what became of those that failed. Spark makes it by its name. */
public final class OnTasks extends SparkListener {
    private static final AtomicReference<@Nullable Consumer<TaskInfo>> ONCE = new AtomicReference<>();
    private static final List<String> FAILED = new CopyOnWriteArrayList<>();

    static void once(Consumer<TaskInfo> what) {
        FAILED.clear();
        ONCE.set(what);
    }

    /** Why, in Spark's words, of each. */
    static List<String> failed() {
        return FAILED;
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
        if (start.taskInfo().index() > 0) {
            @Nullable Consumer<TaskInfo> what = ONCE.getAndSet(null);
            if (what != null) {
                what.accept(start.taskInfo());
            }
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.reason() != Success$.MODULE$) {
            FAILED.add(end.reason().toString());
        }
    }
}
