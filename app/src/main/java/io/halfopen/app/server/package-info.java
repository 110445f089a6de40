/**
 * The articles' server and what it runs on: {@link io.halfopen.app.server.ArticleServer} is one program for the
 * simulator and for real packets, since it only knows {@link io.halfopen.app.server.Calls}.
 */
@NullMarked
package io.halfopen.app.server;

import org.jspecify.annotations.NullMarked;
