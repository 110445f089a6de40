/** {@code halfopen drill}. */
@NullMarked
package io.halfopen.app.drill;

import org.jspecify.annotations.NullMarked;
