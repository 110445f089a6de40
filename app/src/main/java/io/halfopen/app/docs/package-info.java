/** The reference pages under docs/ that are printed from the enums, so that they cannot say something else. */
@NullMarked
package io.halfopen.app.docs;

import org.jspecify.annotations.NullMarked;
