/** The lab for a page: {@link io.halfopen.web.Engine} is what the page's scripts call, compiled to JavaScript by TeaVM. */
@NullMarked
package io.halfopen.web;

import org.jspecify.annotations.NullMarked;
