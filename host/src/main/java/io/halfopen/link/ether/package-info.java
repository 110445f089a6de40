/**
 * A host's side of an Ethernet: which addresses are reached by which station, by ARP (RFC 826) and neighbour discovery
 * (RFC 4861). Frames and time go in, frames come out; everything that arrives may be hostile.
 */
@NullMarked
package io.halfopen.link.ether;

import org.jspecify.annotations.NullMarked;
