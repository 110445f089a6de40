package io.halfopen.app.explain;

/** How sure an explanation is. */
enum Certainty {
    /** These packets have no other reading. */
    CERTAIN,
    /** There is another reading, and it is a rare one. */
    LIKELY,
    /** There are two, and something outside of this capture would tell them apart. */
    OPEN
}
