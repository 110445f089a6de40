package io.halfopen.lab.server;

/** When a server has read enough to answer. */
public enum Request {
    /** The server does not wait for one. */
    NONE,
    /** Any octet will do. */
    ANYTHING,
    /** A header up to its empty line. */
    HTTP
}
