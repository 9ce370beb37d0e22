/*
 * What a client in C can do: sends a plan, reads stamped tokens by epoll and recvmsg, and prints one line of JSON with
 * the errors of its stamps, the lateness of its sends and the processor time it took. All times are nanoseconds.
 *
 *   reader port=N streams=1000 tokens=50 ramp=1e9 from=.. to=..   streams, and the window that is judged
 *          shorts=1000                                            short requests a second within the window
 *          users=64 requests=60000                                or so many users, each of whom asks again when answered
 *          stamps=kernel|user                                     SO_TIMESTAMPNS, or the clock after the read
 *          sender=thread|loop                                     sends from a thread of their own (clock_nanosleep)
 *          spin=100000                                            how long before a send to stop sleeping
 */
#define _GNU_SOURCE
#include "plan.h"
#include <pthread.h>

enum { READ_BYTES = 65536, OFFSET_TRIES = 9 };

struct token {
  double sent, stamp, read;
};

static struct plan plan;
static struct token *tokens;
static double *lateness, *first_errors;
static size_t found, firsts;
static int asked;
static int64_t origin, from, to, spin, spun, wall_offset;
static int with_kernel_stamps;

/* Wall clock − monotonic clock, from the narrowest of some brackets. */
static int64_t offset_of_wall_clock(void) {
  int64_t offset = 0, narrowest = INT64_MAX;
  for (int i = 0; i < OFFSET_TRIES; i++) {
    int64_t before = now(), wall = read_clock(CLOCK_REALTIME), width = now() - before;
    if (width >= narrowest) continue;
    narrowest = width;
    offset = wall - before - width / 2;
  }
  return offset;
}

/* In a closed loop an answer, which is one token, makes its user ask again. */
static void ask_again(struct connection *connection) {
  char bytes[REQUEST_BYTES];
  int length = write_request(bytes, asked++, 1);
  if (send(connection->fd, bytes, (size_t)length, MSG_NOSIGNAL) != length) fail("send");
}

static void take_token(struct connection *connection, int64_t sent, int64_t stamp, int64_t read) {
  if (found == (size_t)plan.tokens) return;
  if (connection->tokens_seen++ % connection->tokens_per_answer == 0) first_errors[firsts++] = (double)(stamp - sent);
  tokens[found++] = (struct token){(double)(sent - origin), (double)(stamp - origin), (double)(read - origin)};
  if (asked < plan.count) ask_again(connection);
}

/* A stamp is a blank and sixteen digits; nothing else in an answer is. */
static void take_bytes(struct connection *connection, const char *at, const char *end, int64_t stamp, int64_t read) {
  while (at < end) {
    if (connection->digits == NO_STAMP) {
      at = memchr(at, ' ', (size_t)(end - at));
      if (!at) return;
      at++;
      connection->digits = 0;
      connection->value = 0;
      continue;
    }
    int digit = *at - '0';
    if (digit < 0 || digit > 9) {
      connection->digits = NO_STAMP;
      continue;
    }
    at++;
    connection->value = connection->value * 10 + digit;
    if (++connection->digits < STAMP_DIGITS) continue;
    take_token(connection, connection->value, stamp, read);
    connection->digits = NO_STAMP;
  }
}

static void read_from(struct connection *connection) {
  static char bytes[READ_BYTES];
  char control[CMSG_SPACE(sizeof(struct timespec))];
  struct iovec into = {bytes, sizeof bytes};
  struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(connection->fd, &message, MSG_DONTWAIT);
  int64_t read = now(), stamp = read;
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) {
    close(connection->fd);
    return;
  }
  struct cmsghdr *header = with_kernel_stamps ? CMSG_FIRSTHDR(&message) : NULL;
  if (header && header->cmsg_type == SCM_TIMESTAMPNS) {
    struct timespec time;
    memcpy(&time, CMSG_DATA(header), sizeof time);
    stamp = time.tv_sec * SECOND + time.tv_nsec - wall_offset;
  }
  take_bytes(connection, bytes, bytes + length, stamp, read);
}

/* A request laid out ahead, so that nothing but the send is left when it is due. */
struct sending {
  int next, length;
  char bytes[REQUEST_BYTES];
};

static void lay_out(struct sending *sending) {
  if (sending->next < plan.scheduled)
    sending->length = write_request(sending->bytes, sending->next, plan.requests[sending->next].tokens);
}

static int64_t due_of(const struct sending *sending) {
  return sending->next < plan.scheduled ? origin + plan.requests[sending->next].due : INT64_MAX;
}

static void send_next(struct sending *sending) {
  struct request *request = &plan.requests[sending->next];
  lateness[sending->next++] = (double)(now() - origin - request->due);
  if (send(request->connection->fd, sending->bytes, (size_t)sending->length, MSG_NOSIGNAL) != sending->length)
    fail("send");
  lay_out(sending);
}

static void *send_all(void *unused) {
  struct sending sending = {0};
  wake_exactly();
  for (lay_out(&sending); sending.next < plan.scheduled; send_next(&sending)) {
    int64_t wake = due_of(&sending) - spin;
    struct timespec time = {.tv_sec = wake / SECOND, .tv_nsec = wake % SECOND};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    while (now() < due_of(&sending)) continue;
  }
  return unused;
}

static void send_due(struct sending *sending) {
  while (due_of(sending) <= now()) send_next(sending);
}

/* Reads, and sends what is due between two reads, until all has come or nothing will any more. Returns processor time in the window. */
static int64_t run(int epoll, struct sending *sending, int64_t give_up) {
  int64_t cpu_before = -1, cpu = -1, offset_until = 0;
  while (found < (size_t)plan.tokens) {
    struct epoll_event events[MOST_EVENTS];
    int64_t time = now(), wait = due_of(sending) - time - spin;
    if (time > give_up) break;
    if (cpu_before < 0 && time >= origin + from) cpu_before = read_clock(CLOCK_PROCESS_CPUTIME_ID) - spun;
    if (cpu < 0 && time >= origin + to) cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - spun - cpu_before;
    if (time > offset_until) {
      wall_offset = offset_of_wall_clock();
      offset_until = time + SECOND;
    }
    int ready = wait_for(epoll, events, wait < SECOND / 100 ? wait : SECOND / 100);
    if (ready <= 0 && wait <= 0) spun += now() - time;
    for (int i = 0; i < ready; i++) {
      read_from(events[i].data.ptr);
      send_due(sending);
    }
    send_due(sending);
  }
  return cpu >= 0 ? cpu : read_clock(CLOCK_PROCESS_CPUTIME_ID) - spun - cpu_before;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_spread(const char *name, double *values, size_t count) {
  double sum = 0;
  if (count == 0) return;
  qsort(values, count, sizeof *values, ascending);
  for (size_t i = 0; i < count; i++) sum += values[i];
  const double shares[] = {0.5, 0.99, 0.999, 1};
  const char *names[] = {"p50", "p99", "p999", "max"};
  printf("\"%s\":{\"n\":%zu,\"mean\":%.0f", name, count, sum / (double)count);
  for (int i = 0; i < 4; i++) {
    size_t rank = (size_t)(shares[i] * (double)count + 0.999999);
    printf(",\"%s\":%.0f", names[i], values[(rank > 0 ? rank : 1) - 1]);
  }
  printf("},");
}

/* The most this program held, bytes; getrusage would count what the parent held before exec. */
static long long peak_memory(void) {
  char line[256];
  long long kibibytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  if (!status) fail("/proc/self/status");
  while (fgets(line, sizeof line, status)) sscanf(line, "VmHWM: %lld", &kibibytes);
  fclose(status);
  return kibibytes * 1024;
}

static void print_result(int64_t cpu) {
  double *errors = malloc((found + 1) * sizeof *errors), *read_errors = malloc((found + 1) * sizeof *errors);
  size_t inside = 0;
  if (!errors || !read_errors) fail("memory");
  for (size_t i = 0; i < found; i++) {
    if (tokens[i].sent < (double)from || tokens[i].sent >= (double)to) continue;
    errors[inside] = tokens[i].stamp - tokens[i].sent;
    read_errors[inside++] = tokens[i].read - tokens[i].sent;
  }
  printf("{");
  print_spread("error", errors, inside);
  print_spread("userError", read_errors, inside);
  print_spread("lateness", lateness, (size_t)plan.scheduled);
  print_spread("firstTokenErrors", first_errors, firsts);
  printf("\"tokens\":%zu,\"cpu\":%lld,\"memory\":%lld,\"lost\":%lld}\n", inside, (long long)cpu, peak_memory(),
         (long long)plan.tokens - (long long)found);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  from = number(arguments, "from", "0");
  to = number(arguments, "to", "0");
  spin = number(arguments, "spin", "100000");
  with_kernel_stamps = strcmp(option(arguments, "stamps", "kernel"), "kernel") == 0;
  int has_sender = strcmp(option(arguments, "sender", "loop"), "thread") == 0, epoll = epoll_create1(EPOLL_CLOEXEC);
  raise_file_limit();
  plan = plan_of(arguments, from, to);
  tokens = calloc((size_t)plan.tokens, sizeof *tokens);
  lateness = calloc((size_t)plan.count, sizeof *lateness);
  first_errors = calloc((size_t)plan.count, sizeof *first_errors);
  if (!tokens || !lateness || !first_errors) fail("memory");
  open_all(&plan, epoll, (int)number(arguments, "port", "0"), with_kernel_stamps);

  struct sending sending = {0};
  pthread_t sender;
  origin = now() + SECOND / 20;
  if (has_sender && pthread_create(&sender, NULL, send_all, NULL) != 0) fail("thread");
  if (has_sender) sending.next = plan.scheduled;
  asked = plan.scheduled;
  lay_out(&sending);
  keep_to_core(1);
  wake_exactly();
  int64_t cpu = run(epoll, &sending, origin + to + number(arguments, "grace", "5000000000"));
  if (has_sender) pthread_join(sender, NULL);
  print_result(cpu);
  return 0;
}
