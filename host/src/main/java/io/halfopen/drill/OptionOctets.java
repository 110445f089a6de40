package io.halfopen.drill;

import java.util.List;

/** Options of segments, well and badly formed, as octets in hexadecimal: each a multiple of four. */
final class OptionOctets {
    /** All that the segment has. */
    static final List<String> ALL = List.of(
            // MSS: usual, none, one, the largest, too short, too long, twice
            "020405b4",
            "02040000",
            "02040001",
            "0204ffff",
            "02030501",
            "020505b401010101",
            "020405b402040218",
            // window scale: none, 14, more than 14, too long, twice
            "01030300",
            "0103030e",
            "0103030f",
            "010303ff",
            "03040707",
            "0103030701030302",
            // SACK permitted, and badly so
            "01010402",
            "01040301",
            "0101040201010402",
            // timestamps: padded, not padded, too short, too long, 0, twice
            "0101080a000f424000000000",
            "080a000f4240000000000101",
            "0809000f4240000000010101",
            "080b000f424000000000aa01",
            "0101080a0000000000000000",
            "0101080affffffff00000000",
            "0101080a000f4240000000000101080a000f424100000000",
            // no length, lengths of 0 and 1, beyond the header, after the end
            "05000000",
            "01010205",
            "01010101",
            "00000000",
            "00020405b4010101",
            "01010200",
            "01010201",
            "010102ff",
            "fe000000",
            "fe010000",
            "fe280000",
            "01010101010101010101010101010101010101010101010101010101010101010101010101010101",
            // MD5: a digest, a short one, none
            "1312000000000000000000000000000000000101",
            "1304aaaa",
            "01011302",
            // TCP-AO, MPTCP, user timeout, experiments
            "1d100102000000000000000000000000",
            "1e0c00810000000000000000",
            "1c048064",
            "fd040000",
            "fe06e2d4c3d90101",
            // Fast Open: asks, cookies of 4, 8, 16 and 18, odd, the experiment's
            "01012202",
            "2206aabbccdd0101",
            "220aaabbccddeeff00110101",
            "2212aabbccddeeff0011aabbccddeeff00110101",
            "2214aabbccddeeff0011aabbccddeeff0011aabb",
            "2205aabbcc010101",
            "fe04f989",
            // SACK: no block, of nothing, backwards, not of eight octets
            "01010502",
            "0101050a0000000100000001",
            "0101050a0000100000000001",
            "0506000000010101",
            // Accurate ECN's, echo, partial order, and one that nobody knows
            "ac0b00000100000100000101",
            "ae020101",
            "06060000000a0101",
            "09020101",
            "fc04dead");

    /** After what was agreed on. */
    static final List<String> BEHIND_OTHERS = List.of(
            "01010101",
            "020405b4",
            "01030302",
            "01010402",
            "fd040000",
            "05000000",
            "010102ff",
            "1304aaaa",
            "1312000000000000000000000000000000000101",
            "0101050a0000000100000001",
            "0101080a0000000000000000");

    private OptionOctets() {}
}
