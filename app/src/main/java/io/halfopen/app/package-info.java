/** The command line. */
@NullMarked
package io.halfopen.app;

import org.jspecify.annotations.NullMarked;
