/**
 * The stack on real packets: {@link io.halfopen.app.live.ServeCommand} is the articles' server behind a TUN device,
 * {@link io.halfopen.app.live.ConnectCommand} a client, {@link io.halfopen.app.live.Wire} what both stand on.
 */
@NullMarked
package io.halfopen.app.live;

import org.jspecify.annotations.NullMarked;
