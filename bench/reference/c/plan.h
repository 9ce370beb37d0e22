/* What is sent and when: long streams that start one after the other, then short requests at a constant rate, or of some users. */
#ifndef METRON_REFERENCE_PLAN_H
#define METRON_REFERENCE_PLAN_H

#include "common.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

enum { SHORT_CONNECTIONS = 256, REQUEST_BYTES = 512 };

struct connection {
  int fd;
  /* Digits of a stamp read so far, NO_STAMP between stamps. */
  int digits;
  int64_t value;
  int tokens_seen, tokens_per_answer;
};
enum { NO_STAMP = -1 };

struct request {
  int64_t due;
  struct connection *connection;
  int tokens;
};

struct plan {
  struct request *requests;
  /* The first `scheduled` of them leave when they are due, each other one when an answer has ended. */
  int count, scheduled, connections;
  int64_t tokens;
  struct connection *connection;
};

static inline struct plan plan_of(char **arguments, int64_t from, int64_t to) {
  int streams = (int)number(arguments, "streams", "0"), tokens = (int)number(arguments, "tokens", "1");
  int64_t ramp = number(arguments, "ramp", "0"), rate = number(arguments, "shorts", "0");
  int users = (int)number(arguments, "users", "0");
  int shorts = users ? (int)number(arguments, "requests", "0") : (int)((to - from) * rate / SECOND);
  int pool = users ? users : shorts > 0 ? SHORT_CONNECTIONS : 0;
  struct plan plan = {.count = streams + shorts,
                      .scheduled = users ? users : streams + shorts,
                      .connections = streams + pool,
                      .tokens = (int64_t)streams * tokens + shorts,
                      .requests = calloc((size_t)(streams + shorts), sizeof(struct request)),
                      .connection = calloc((size_t)(streams + pool), sizeof(struct connection))};
  if (!plan.requests || !plan.connection) fail("memory");
  for (int i = 0; i < plan.connections; i++)
    plan.connection[i] = (struct connection){-1, NO_STAMP, 0, 0, i < streams ? tokens : 1};
  for (int i = 0; i < streams; i++)
    plan.requests[i] = (struct request){ramp * i / streams, plan.connection + i, tokens};
  for (int i = 0; i < shorts; i++)
    plan.requests[streams + i] = (struct request){users ? from : from + i * SECOND / rate,
                                                  plan.connection + streams + i % pool, 1};
  return plan;
}

static inline void open_all(struct plan *plan, int epoll, int port, int with_kernel_stamps) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int i = 0, yes = 1; i < plan->connections; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (with_kernel_stamps) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
    plan->connection[i].fd = fd;
    watch(epoll, fd, &plan->connection[i]);
  }
}

static inline int write_request(char *into, int id, int tokens) {
  char body[128];
  int length = sprintf(body,
                       "{\"model\":\"stamped\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"}],"
                       "\"stream\":true,\"max_tokens\":%d}",
                       tokens);
  return sprintf(into,
                 "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                 "x-request-id: %d\r\ncontent-length: %d\r\n\r\n%s",
                 id, length, body);
}

#endif
