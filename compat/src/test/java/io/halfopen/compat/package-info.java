/**
 * Servers and clients as their projects publish them, on the stack: that they work, that they leave nothing behind, and what
 * each client makes of each thing that can go wrong while it connects. One class a component.
 */
@NullMarked
package io.halfopen.compat;

import org.jspecify.annotations.NullMarked;
