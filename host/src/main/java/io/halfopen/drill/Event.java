package io.halfopen.drill;

/** One line of a script: at this time, that is done or expected. */
record Event(Place place, When when, Action action) {}
