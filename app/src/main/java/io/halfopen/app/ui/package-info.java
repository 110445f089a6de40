/** {@code halfopen ui}: the page, served to this machine's browsers. */
@NullMarked
package io.halfopen.app.ui;

import org.jspecify.annotations.NullMarked;
