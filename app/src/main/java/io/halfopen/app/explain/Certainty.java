package io.halfopen.app.explain;

/** How sure an explanation is. */
enum Certainty {
    /** These packets have no other reading. */
    CERTAIN("certain"),
    /** There is another reading, and it is a rare one. */
    LIKELY("likely"),
    /** There are two, and something outside of this capture would tell them apart. */
    OPEN("one of two");

    private final String word;

    Certainty(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
