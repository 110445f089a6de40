/** Programs on this machine's own kernel: the calls of {@link io.halfopen.lab.server.Calls}, and a loop that drives them. */
@NullMarked
package io.halfopen.app.server;

import org.jspecify.annotations.NullMarked;
