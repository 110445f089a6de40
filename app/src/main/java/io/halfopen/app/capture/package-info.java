/** Packets as captures have them: cut off, half a conversation, of any link layer. */
@NullMarked
package io.halfopen.app.capture;

import org.jspecify.annotations.NullMarked;
