package io.halfopen.drill;

/** A place in a script, printed as compilers do; lines and columns count from 1. */
record Place(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
