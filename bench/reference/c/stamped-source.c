/*
 * A source of token streams: answers every POST with server-sent events in HTTP/1.1 chunks, each of which carries
 * CLOCK_MONOTONIC read directly before its own send. Prints its port; when standard input ends it writes what it
 * sent to the file `log`, doubles only: request, received, count, count times sent.
 *
 *   stamped-source tokens=50 gap=20000000 first=5000000 phases=random|in-step burst=1 log=FILE      (nanoseconds)
 */
#define _GNU_SOURCE
#include "common.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

enum { INPUT_BYTES = 4096, EVENT_BYTES = 1024 };

struct connection {
  int fd;
  size_t filled;
  char input[INPUT_BYTES + 1];
};

struct stream {
  struct connection *connection;
  int64_t due, received_at;
  int request, tokens, sent;
  double *sent_at;
};

static int64_t default_tokens, gap, first_after, burst;
static int in_step, epoll;
static struct stream **log_of_streams, **heap;
static size_t logged, log_room, heaped, heap_room;

static void *grown(void *array, size_t count, size_t *room) {
  if (count < *room) return array;
  *room = *room ? *room * 2 : 1024;
  array = realloc(array, *room * sizeof(void *));
  if (!array) fail("memory");
  return array;
}

/* The stream that is due first is at the top. */
static void push(struct stream *stream) {
  heap = grown(heap, heaped, &heap_room);
  size_t at = heaped++;
  for (; at > 0 && heap[(at - 1) / 2]->due > stream->due; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = stream;
}

static struct stream *pop(void) {
  struct stream *top = heap[0], *last = heap[--heaped];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < heaped; at = child) {
    if (child + 1 < heaped && heap[child + 1]->due < heap[child]->due) child++;
    if (heap[child]->due >= last->due) break;
    heap[at] = heap[child];
  }
  heap[at] = last;
  return top;
}

static void cut_off(struct connection *connection) {
  if (connection->fd >= 0) close(connection->fd);
  connection->fd = -1;
}

/* A reader so slow that its socket is full is cut off: it would hold up the others. */
static void send_all(struct connection *connection, const char *bytes, size_t length) {
  if (connection->fd < 0) return;
  if (send(connection->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length) cut_off(connection);
}

/* One chunk; with the number of tokens of the answer its end comes too. Marks where the stamp goes. */
static int write_event(char *into, int last_of, char **stamp_at) {
  static const char *mark = "################";
  char body[EVENT_BYTES];
  int length = sprintf(body,
                       "data: {\"id\":\"chatcmpl-stamped\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                       "\"model\":\"stamped\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" %s\"},"
                       "\"logprobs\":null,\"finish_reason\":%s}]}\n\n",
                       mark, last_of ? "\"length\"" : "null");
  if (last_of)
    length += sprintf(body + length,
                      "data: {\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,"
                      "\"completion_tokens\":%d,\"total_tokens\":%d}}\n\ndata: [DONE]\n\n",
                      last_of, last_of + 1);
  length = sprintf(into, "%x\r\n%s\r\n%s", length, body, last_of ? "0\r\n\r\n" : "");
  *stamp_at = strchr(into, *mark);
  return length;
}

static void put_stamp(char *at, int64_t time) {
  for (int i = STAMP_DIGITS - 1; i >= 0; i--, time /= 10) at[i] = (char)('0' + time % 10);
}

static void tick(struct stream *stream) {
  char event[EVENT_BYTES + 32], *stamp_at;
  for (int i = 0; i < burst && stream->sent < stream->tokens; i++) {
    int is_last = stream->sent == stream->tokens - 1;
    int length = write_event(event, is_last ? stream->tokens : 0, &stamp_at);
    int64_t time = now();
    put_stamp(stamp_at, time);
    send_all(stream->connection, event, (size_t)length);
    stream->sent_at[stream->sent++] = (double)time;
  }
  if (stream->sent == stream->tokens) return;
  stream->due += gap;
  push(stream);
}

static void begin(struct connection *connection, int request, int tokens) {
  static const char head[] =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  struct stream *stream = malloc(sizeof *stream);
  double *sent_at = calloc((size_t)tokens, sizeof *sent_at);
  if (!stream || !sent_at) fail("memory");
  int64_t received_at = now(), earliest = received_at + first_after;
  int64_t phase = in_step ? gap - earliest % gap : (int64_t)(drand48() * (double)gap);
  *stream = (struct stream){connection, earliest + phase, received_at, request, tokens, 0, sent_at};
  log_of_streams = grown(log_of_streams, logged, &log_room);
  log_of_streams[logged++] = stream;
  send_all(connection, head, sizeof head - 1);
  push(stream);
}

static int64_t field(const char *text, const char *name, int64_t otherwise) {
  const char *found = strcasestr(text, name);
  return found ? atoll(found + strlen(name)) : otherwise;
}

/* Begins an answer for every whole request that has come. */
static void take_requests(struct connection *connection) {
  char *from = connection->input, *head_end;
  while ((head_end = strstr(from, "\r\n\r\n"))) {
    *head_end = 0;
    char *body = head_end + 4, *end = body + field(from, "\r\ncontent-length:", 0);
    int request = (int)field(from, "\r\nx-request-id:", 0);
    *head_end = '\r';
    if (end > connection->input + connection->filled) break;
    char after = *end;
    *end = 0;
    int tokens = (int)field(body, "\"max_tokens\":", default_tokens);
    *end = after;
    begin(connection, request, tokens > 0 ? tokens : 1);
    from = end;
  }
  connection->filled -= (size_t)(from - connection->input);
  memmove(connection->input, from, connection->filled + 1);
}

static void read_from(struct connection *connection) {
  if (connection->fd < 0) return;
  ssize_t count =
      recv(connection->fd, connection->input + connection->filled, INPUT_BYTES - connection->filled, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return cut_off(connection);
  connection->filled += (size_t)count;
  connection->input[connection->filled] = 0;
  take_requests(connection);
}

static void accept_from(int listener) {
  int fd = accept(listener, NULL, NULL), yes = 1;
  struct connection *connection = calloc(1, sizeof *connection);
  if (fd < 0 || !connection) fail("accept");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  connection->fd = fd;
  watch(epoll, fd, connection);
}

static int listen_and_tell(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 4096) != 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void write_log(const char *path) {
  FILE *file = fopen(path, "wb");
  if (!file) fail(path);
  for (size_t i = 0; i < logged; i++) {
    struct stream *stream = log_of_streams[i];
    double head[] = {stream->request, (double)stream->received_at, stream->sent};
    fwrite(head, sizeof *head, 3, file);
    fwrite(stream->sent_at, sizeof(double), (size_t)stream->sent, file);
  }
  fclose(file);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  default_tokens = number(arguments, "tokens", "1");
  gap = number(arguments, "gap", "20000000");
  first_after = number(arguments, "first", "0");
  burst = number(arguments, "burst", "1");
  in_step = strcmp(option(arguments, "phases", "random"), "in-step") == 0;
  srand48(now());
  raise_file_limit();
  keep_to_core(0);
  wake_exactly();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_and_tell(), is_open = 1;
  watch(epoll, listener, &listener);
  watch(epoll, STDIN_FILENO, NULL);
  while (is_open) {
    struct epoll_event events[MOST_EVENTS];
    int ready = wait_for(epoll, events, heaped ? heap[0]->due - now() : SECOND);
    for (int i = 0; i < ready; i++) {
      void *whose = events[i].data.ptr;
      if (!whose) is_open = 0;
      else if (whose == &listener) accept_from(listener);
      else read_from(whose);
    }
    for (int64_t time = now(); heaped && heap[0]->due <= time;) tick(pop());
  }
  write_log(option(arguments, "log", "/dev/null"));
  return 0;
}
