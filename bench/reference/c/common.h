/* What the reference programs share: clocks, options, cores, and a wait that ends to the nanosecond. Linux only. */
#ifndef METRON_REFERENCE_COMMON_H
#define METRON_REFERENCE_COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { STAMP_DIGITS = 16, MOST_EVENTS = 512 };
#define SECOND 1000000000LL

static inline int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

static inline int64_t now(void) { return read_clock(CLOCK_MONOTONIC); }

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The value of `name=value` among the arguments. */
static inline const char *option(char **arguments, const char *name, const char *otherwise) {
  size_t length = strlen(name);
  for (; *arguments; arguments++)
    if (strncmp(*arguments, name, length) == 0 && (*arguments)[length] == '=') return *arguments + length + 1;
  return otherwise;
}

static inline int64_t number(char **arguments, const char *name, const char *otherwise) {
  return atoll(option(arguments, name, otherwise));
}

/* The first of the cores this process may use, or the last of them: sender and reader do not meet. */
static inline void keep_to_core(int is_last) {
  cpu_set_t allowed, one;
  int chosen = -1;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int core = 0; core < CPU_SETSIZE && (is_last || chosen < 0); core++)
    if (CPU_ISSET(core, &allowed)) chosen = core;
  CPU_ZERO(&one);
  CPU_SET(chosen, &one);
  sched_setaffinity(0, sizeof one, &one);
}

static inline void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* Timers to the nanosecond, and the core at once from who has longer turns (EEVDF, Linux 6.12 and later). */
static inline void wake_exactly(void) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } turns = {.size = sizeof turns, .runtime = 100000};
  prctl(PR_SET_TIMERSLACK, 1UL);
  syscall(SYS_sched_setattr, 0, &turns, 0);
}

static inline void watch(int epoll, int fd, void *whose) {
  struct epoll_event wish = {.events = EPOLLIN, .data.ptr = whose};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wish) != 0) fail("epoll_ctl");
}

/* Sockets with something to read, after `nanoseconds` at the latest. */
static inline int wait_for(int epoll, struct epoll_event *events, int64_t nanoseconds) {
  struct timespec time = {.tv_sec = nanoseconds / SECOND, .tv_nsec = nanoseconds % SECOND};
  if (nanoseconds < 0) time = (struct timespec){0};
  return (int)syscall(SYS_epoll_pwait2, epoll, events, MOST_EVENTS, &time, NULL, 0);
}

#endif
