/**
 * Questions that people had about connect() and accept(), each as a test: read the comment, run it, change a number, and
 * see what happens. {@code net.story()} tells all of it.
 */
@NullMarked
package io.halfopen.samples;

import org.jspecify.annotations.NullMarked;
