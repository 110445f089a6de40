/*
 * lwIP as Debian builds it (liblwip-dev), driven with the segments that HandshakeBench and BulkBench give to Halfopen's
 * stack: packets in, packets out, in one process without an interface. Prints operations a second.
 *
 *   lwip handshake OPEN SECONDS   SYN, SYN-ACK, ACK, the accept callback, RST; OPEN other connections are there
 *   lwip bulk SECONDS             octets from one connection to the other, MTU 1500, both ends here
 */
#include <lwip/init.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IP = 20, TCP_SUM = IP + 16, CHUNK = 1 << 16, QUEUE = 4096 };

static struct netif one, other;
static struct tcp_pcb *accepted;

static void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "lwip: %s\n", what);
        exit(1);
    }
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static u32_t get(const u8_t *at) { return (u32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

/* A number in a packet is changed, and its checksum follows by the difference (RFC 1624). */
static void put(u8_t *packet, int at, int checksum, u32_t is) {
    u32_t was = get(packet + at);
    u32_t sum = (u16_t) ~(packet[checksum] << 8 | packet[checksum + 1]);
    sum += (u16_t)(~was >> 16) + (u16_t)~was + (is >> 16) + (is & 0xffff);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    packet[checksum] = (u8_t)(~sum >> 8);
    packet[checksum + 1] = (u8_t)~sum;
    packet[at] = (u8_t)(is >> 24);
    packet[at + 1] = (u8_t)(is >> 16);
    packet[at + 2] = (u8_t)(is >> 8);
    packet[at + 3] = (u8_t)is;
}

static u16_t checksum(const u8_t *bytes, int length, u32_t sum) {
    for (int i = 0; i < length; i += 2) {
        sum += bytes[i] << 8 | bytes[i + 1];
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (u16_t)~sum;
}

/* From 10.0.0.2 to port 80 of 10.0.0.1, with correct checksums; returns its length. */
static int packet(u8_t *to, int flags, const u8_t *options, int octets) {
    int tcp = 20 + octets, length = IP + tcp;
    const u8_t header[] = {0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1};
    memset(to, 0, length);
    memcpy(to, header, IP);
    to[IP + 3] = 80;
    to[IP + 12] = tcp / 4 << 4;
    to[IP + 13] = flags;
    to[IP + 14] = 64240 >> 8;
    to[IP + 15] = 64240 & 0xff;
    memcpy(to + IP + 20, options, octets);
    u16_t sum = checksum(to, IP, 0);
    to[10] = sum >> 8;
    to[11] = sum & 0xff;
    sum = checksum(to + IP, tcp, 2 * 0x0a00 + 2 + 1 + 6 + tcp);
    to[TCP_SUM] = sum >> 8;
    to[TCP_SUM + 1] = sum & 0xff;
    return length;
}

static void input(const u8_t *bytes, int length) {
    struct pbuf *p = pbuf_alloc(PBUF_RAW, length, PBUF_RAM); /* lwIP writes into what it gets */
    memcpy(p->payload, bytes, length);
    ip4_input(p, &one);
}

static u32_t their_seq;
static int answers;

static err_t note(struct netif *n, struct pbuf *p, const ip4_addr_t *to) {
    (void)n, (void)to;
    their_seq = get((u8_t *)p->payload + IP + 4);
    answers++;
    return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg, (void)err;
    accepted = pcb;
    return ERR_OK;
}

static err_t starts(struct netif *n) {
    n->mtu = 1500;
    n->flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void add(struct netif *n, int subnet, netif_output_fn output) {
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 10, 0, subnet, 1);
    IP4_ADDR(&mask, 255, 255, 0, 0);
    ip4_addr_set_zero(&gateway);
    require(netif_add(n, &address, &mask, &gateway, NULL, starts, ip4_input) != NULL, "no interface");
    n->output = output;
    netif_set_up(n);
    netif_set_link_up(n);
}

static void listens(struct netif *n) {
    struct tcp_pcb *pcb = tcp_new();
    require(tcp_bind(pcb, netif_ip_addr4(n), 80) == ERR_OK, "no bind");
    tcp_bind_netif(pcb, n);
    pcb = tcp_listen_with_backlog(pcb, 128);
    tcp_accept(pcb, on_accept);
}

static u8_t syn[64], ack[64], rst[64];
static int syn_length, ack_length, rst_length;

static void connects(u32_t port, u32_t iss) {
    put(syn, IP, TCP_SUM, port << 16 | 80);
    put(syn, IP + 4, TCP_SUM, iss);
    answers = 0;
    input(syn, syn_length);
    require(answers == 1, "no SYN-ACK");
    put(ack, IP, TCP_SUM, port << 16 | 80);
    put(ack, IP + 4, TCP_SUM, iss + 1);
    put(ack, IP + 8, TCP_SUM, their_seq + 1);
    accepted = NULL;
    input(ack, ack_length);
    require(accepted != NULL, "not accepted");
}


static void handshake(int open, double duration) {
    static const u8_t all[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};
    static const u8_t stamps[] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0};
    syn_length = packet(syn, TCP_SYN, all, sizeof all);
    ack_length = packet(ack, TCP_ACK, stamps, sizeof stamps);
    rst_length = packet(rst, TCP_RST, stamps, sizeof stamps);
    add(&one, 0, note);
    listens(&one);
    for (int i = 0; i < open; i++) {
        connects(1024 + i, i); /* below the ports that are used again and again */
    }
    double start = seconds(), end = start;
    long done = 0;
    while (end - start < duration) {
        for (int i = 0; i < 1000; i++, done++) {
            u32_t port = 32768 + (done & 0x7fff);
            connects(port, (u32_t)done);
            put(rst, IP, TCP_SUM, port << 16 | 80);
            put(rst, IP + 4, TCP_SUM, (u32_t)done + 1);
            input(rst, rst_length);
            if (done % 250000 == 0) {
                tcp_tmr(); /* each 250 ms of a clock in which a connection takes a microsecond */
            }
        }
        end = seconds();
    }
    printf("%.0f\n", done / (end - start));
}

static struct { struct netif *to; struct pbuf *packet; } queue[QUEUE];
static unsigned head, tail;
static long received;
static u8_t source[CHUNK], target[CHUNK];

static err_t sends(struct netif *n, struct pbuf *p, const ip4_addr_t *to) {
    (void)to;
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_RAM);
    require(tail - head < QUEUE, "too many packets on their way");
    pbuf_copy(copy, p);
    queue[tail % QUEUE].to = n == &one ? &other : &one;
    queue[tail++ % QUEUE].packet = copy;
    return ERR_OK;
}

static void exchange(void) {
    while (head != tail) {
        unsigned at = head++ % QUEUE;
        ip4_input(queue[at].packet, queue[at].to);
    }
}

static err_t reads(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err) {
    (void)arg, (void)err;
    require(p != NULL, "the end of the data");
    pbuf_copy_partial(p, target, p->tot_len, 0);
    received += p->tot_len;
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg, (void)pcb;
    return err;
}

static void bulk(double duration) {
    add(&one, 1, sends);
    add(&other, 2, sends);
    listens(&other);
    struct tcp_pcb *pcb = tcp_new();
    require(tcp_bind(pcb, netif_ip_addr4(&one), 0) == ERR_OK, "no bind");
    tcp_bind_netif(pcb, &one);
    require(tcp_connect(pcb, netif_ip_addr4(&other), 80, connected) == ERR_OK, "no connect");
    exchange();
    require(accepted != NULL, "not accepted");
    tcp_recv(accepted, reads);
    double start = seconds(), end = start, ticks = start;
    long written = 0;
    while (end - start < duration) {
        for (int i = 0; i < 100; i++) {
            u16_t room = tcp_sndbuf(pcb);
            if (room > 0 && tcp_write(pcb, source, room, TCP_WRITE_FLAG_COPY) == ERR_OK) {
                written += room;
            }
            tcp_output(pcb);
            exchange();
        }
        end = seconds();
        if (end - ticks > 0.25) {
            ticks = end;
            tcp_tmr();
        }
    }
    require(received > 0 && received <= written, "not what was sent");
    printf("%.0f\n", received / (end - start));
}

int main(int argc, char **argv) {
    lwip_init();
    if (argc == 4 && !strcmp(argv[1], "handshake")) {
        handshake(atoi(argv[2]), atof(argv[3]));
    } else if (argc == 3 && !strcmp(argv[1], "bulk")) {
        bulk(atof(argv[2]));
    } else {
        fprintf(stderr, "usage: lwip handshake OPEN SECONDS | lwip bulk SECONDS\n");
        return 2;
    }
    return 0;
}
