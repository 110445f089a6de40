/** {@code halfopen watch}: the listeners of this machine's own kernel, and why they drop what they drop. */
@NullMarked
package io.halfopen.app.watch;

import org.jspecify.annotations.NullMarked;
