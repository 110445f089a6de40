/**
 * The articles' server and what it runs on: {@link io.halfopen.lab.server.ArticleServer} is one program for the
 * simulator and for real packets, since it only knows {@link io.halfopen.lab.server.Calls}.
 */
@NullMarked
package io.halfopen.lab.server;

import org.jspecify.annotations.NullMarked;
