package io.halfopen.app.watch;

/** Where what is seen is shown once a second. */
interface View {
    void show(Watch watch);

    /** Does what has been typed. */
    default void keys(Watch watch) {}

    /** Whether the one who looks has had enough. */
    default boolean isOver() {
        return false;
    }

    default void close() {}
}
