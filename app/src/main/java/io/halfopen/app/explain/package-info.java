/** {@code halfopen explain}: what happened in a capture, why, and how sure that is. */
@NullMarked
package io.halfopen.app.explain;

import org.jspecify.annotations.NullMarked;
