/**
 * Real packets and real time. A {@link io.halfopen.link.Link} carries packets, {@link io.halfopen.link.Tun} is the one
 * to the host's kernel, {@link io.halfopen.link.Interface} sets up the kernel's end of it,
 * {@link io.halfopen.link.EtherLink} is a station of its own on an Ethernet, and {@link io.halfopen.link.EventLoop} runs a {@link io.halfopen.tcp.Stack} on it, watched by a
 * {@link io.halfopen.link.PacketTap}. Whatever goes wrong outside is a {@link io.halfopen.link.LinkException} with a
 * line for the user.
 *
 * <p>{@link io.halfopen.link.KernelHost} is this machine's kernel itself, in a network namespace of its own, with the
 * surface of a stack: the judge of what the stack does. {@link io.halfopen.link.PacketCapture} shows its packets.
 *
 * <p>Underneath: {@code Pump} is a turn of the loop, {@code Waiter} is ppoll(2) and eventfd(2), {@code TunOpener}
 * knows how /dev/net/tun is opened and why it may not be, {@code Libc} and {@code SocketLibc} are the system
 * calls by java.lang.foreign, {@code KernelSockets} those of sockets with arrays of Java; {@code PacketSocket} with its
 * two rings is packet(7), {@code OffloadInput} and {@code OffloadOutput} what a network card with offloads does.
 */
@NullMarked
package io.halfopen.link;

import org.jspecify.annotations.NullMarked;
