/* The drawing of progress, beside the work. */
#include "cli/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_AFTER = 2000, AGAIN_AFTER = 250, LINE_MAX_LENGTH = 120 }; /* milliseconds; columns */

#define ERASE_AFTER "\033[K\r"
#define ERASE "\r" ERASE_AFTER

static void terminal_write(const char *bytes, size_t size) {
  while (size) {
    ssize_t written = write(STDERR_FILENO, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    size -= (size_t)written;
  }
}

static void line_erase(struct progress *progress) {
  if (progress->drawn) terminal_write(ERASE, sizeof ERASE - 1);
  progress->drawn = false;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* "1.2 GB" */
static void size_format(char *text, size_t room, uint64_t size) {
  static const char *const unit[] = { "B", "kB", "MB", "GB", "TB" };
  unsigned i = 0;
  double value = (double)size;
  for (; value >= 1000 && i < 4; i++)
    value /= 1000;
  snprintf(text, room, "%.*f %s", i && value < 100 ? 1 : 0, value, unit[i]);
}

/* "34% of 1.2 GB read, 310 MB/s", or "12 million instructions, 45 MB written, 12 MB/s". */
static void line_format(const struct progress *progress, uint64_t milliseconds, char *text, size_t room) {
  off_t offset = lseek(fileno(progress->file), 0, SEEK_CUR);
  uint64_t done = offset < 0 ? 0 : (uint64_t)offset;
  char size[16], rate[16];
  size_format(size, sizeof size, progress->total ? progress->total : done);
  size_format(rate, sizeof rate, done * 1000 / (milliseconds ? milliseconds : 1));
  if (progress->total) {
    uint64_t percent = done >= progress->total ? 100 : done * 100 / progress->total;
    snprintf(text, room, "ringside: %" PRIu64 "%% of %s read, %s/s", percent, size, rate);
  } else {
    double millions = (double)atomic_load_explicit(&progress->instructions, memory_order_relaxed) / 1e6;
    snprintf(text, room, "ringside: %.1f million instructions, %s written, %s/s", millions, size, rate);
  }
}

/* No longer than the terminal is wide, so that one line is what there is to erase; the cursor goes back to
 * its beginning for those who write without asking. */
static void line_draw(struct progress *progress, uint64_t milliseconds) {
  char text[LINE_MAX_LENGTH + sizeof ERASE_AFTER];
  struct winsize window;
  line_format(progress, milliseconds, text, LINE_MAX_LENGTH);
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col && strlen(text) >= window.ws_col)
    text[window.ws_col - 1] = '\0';
  size_t length = strlen(text);
  memcpy(text + length, ERASE_AFTER, sizeof ERASE_AFTER - 1);
  terminal_write(text, length + sizeof ERASE_AFTER - 1);
  progress->drawn = true;
}

/* Until then, or until it ends; false when it ends. */
static bool wait_until(struct progress *progress, uint64_t time) {
  const struct timespec until = { .tv_sec = (time_t)(time / 1000), .tv_nsec = (long)(time % 1000) * 1000000 };
  while (!progress->ending && now() < time)
    pthread_cond_timedwait(&progress->ends, &progress->lock, &until);
  return !progress->ending;
}

static void *progress_run(void *argument) {
  struct progress *progress = argument;
  uint64_t begun = now(), next = begun + FIRST_AFTER;
  pthread_mutex_lock(&progress->lock);
  while (wait_until(progress, next)) {
    if (!progress->within_line) line_draw(progress, now() - begun);
    next = now() + AGAIN_AFTER;
  }
  line_erase(progress);
  pthread_mutex_unlock(&progress->lock);
  return NULL;
}

static void count_instructions(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct progress *progress = (struct progress *)sink;
  atomic_store_explicit(&progress->instructions, event->instructions, memory_order_relaxed);
}

void progress_init(struct progress *progress) {
  pthread_condattr_t attributes;
  memset(progress, 0, sizeof *progress);
  progress->sink.level = RS_TRACE_TRANSITIONS;
  progress->sink.transition = count_instructions;
  progress->wanted = isatty(STDERR_FILENO) == 1;
  pthread_mutex_init(&progress->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&progress->ends, &attributes);
  pthread_condattr_destroy(&attributes);
}

/* Signals are the main thread's. */
static void progress_begin(struct progress *progress) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  progress->running = pthread_create(&progress->thread, NULL, progress_run, progress) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* What scrolls by on a terminal tells enough. */
static bool is_terminal(FILE *file) {
  return isatty(fileno(file)) == 1;
}

void progress_read(struct progress *progress, FILE *log, FILE *output) {
  struct stat facts;
  if (!progress->wanted || is_terminal(output)) return;
  if (fstat(fileno(log), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) return;
  progress->file = log;
  progress->total = (uint64_t)facts.st_size;
  progress_begin(progress);
}

bool progress_write(struct progress *progress, FILE *trace) {
  if (!progress->wanted || is_terminal(stdout) || is_terminal(trace)) return false;
  progress->file = trace;
  progress_begin(progress);
  return progress->running;
}

void progress_end(struct progress *progress) {
  if (!progress->running) return;
  pthread_mutex_lock(&progress->lock);
  progress->ending = true;
  pthread_cond_signal(&progress->ends);
  pthread_mutex_unlock(&progress->lock);
  pthread_join(progress->thread, NULL);
  progress->running = false;
}

static ssize_t errors_write(void *context, const char *bytes, size_t size) {
  struct progress *progress = context;
  pthread_mutex_lock(&progress->lock);
  line_erase(progress);
  terminal_write(bytes, size);
  if (size) progress->within_line = bytes[size - 1] != '\n';
  pthread_mutex_unlock(&progress->lock);
  return (ssize_t)size;
}

static FILE *errors_duplicate(void) {
  int descriptor = dup(STDERR_FILENO);
  FILE *errors = descriptor < 0 ? NULL : fdopen(descriptor, "w");
  if (!errors && descriptor >= 0) close(descriptor);
  return errors;
}

FILE *progress_errors(struct progress *progress) {
  const cookie_io_functions_t functions = { .write = errors_write };
  FILE *errors = progress->wanted ? fopencookie(progress, "w", functions) : errors_duplicate();
  if (errors) setvbuf(errors, NULL, _IOLBF, BUFSIZ);
  return errors;
}
