/* Exchanges programs: runs itself again in every way there is, and asks for what cannot be run. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

extern char **environ;

static void say_error(const char *title, int result) {
  printf("%s: %d %s\n", title, result, result < 0 ? strerror(errno) : "");
  fflush(stdout);
}

static void await(const char *title, pid_t id) {
  int status = 0;
  waitpid(id, &status, 0);
  printf("%s: %s %d\n", title, WIFEXITED(status) ? "exited with" : "ended by signal",
         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  fflush(stdout);
}

/* The new program: what did it get? */
static int shown(int count, char **arguments) {
  int closed, kept;
  struct sigaction ignored, handled;
  for (int i = 0; i < count; i++)
    printf("argument %d: '%s'\n", i, arguments[i]);
  for (char **variable = environ; *variable; variable++)
    printf("variable '%s'\n", *variable);
  closed = count > 2 ? fcntl(atoi(arguments[2]), F_GETFD) : 0;
  kept = count > 3 ? fcntl(atoi(arguments[3]), F_GETFD) : 0;
  printf("files: %d %d\n", closed, kept);
  sigaction(SIGUSR1, NULL, &ignored);
  sigaction(SIGUSR2, NULL, &handled);
  printf("signals: %d %d\n", ignored.sa_handler == SIG_IGN, handled.sa_handler == SIG_DFL);
  return 17;
}

static void nothing(int number) {
  (void)number;
}

static void by_fork(void) {
  int closed = fcntl(1, F_DUPFD, 20), kept = fcntl(1, F_DUPFD, 30);
  char closed_text[16], kept_text[16];
  char *arguments[] = { "the new name", "shown", closed_text, kept_text, "", "two words", NULL };
  char *variables[] = { "ONE=1", "EMPTY=", NULL };
  pid_t id;
  snprintf(closed_text, sizeof closed_text, "%d", closed);
  snprintf(kept_text, sizeof kept_text, "%d", kept);
  fcntl(closed, F_SETFD, FD_CLOEXEC);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR2, nothing);
  id = fork();
  if (id == 0) {
    execve(SELF, arguments, variables);
    _exit(99);
  }
  await("by fork", id);
  printf("here: %d %d\n", fcntl(closed, F_GETFD), fcntl(kept, F_GETFD));
  id = vfork();
  if (id == 0) {
    execve(SELF, arguments, variables);
    _exit(99);
  }
  await("by vfork", id);
  close(closed);
  close(kept);
}

static void by_spawn(void) {
  char *arguments[] = { "spawned", "status", "5", NULL };
  posix_spawn_file_actions_t actions;
  pid_t id = -1;
  int error = posix_spawn(&id, SELF, NULL, NULL, arguments, environ);
  printf("posix_spawn: %d\n", error);
  await("spawned", id);
  error = posix_spawn(&id, "/no/such/program", NULL, NULL, arguments, environ);
  printf("posix_spawn of nothing: %s\n", strerror(error));
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, 1);
  arguments[1] = "write";
  error = posix_spawn(&id, SELF, &actions, NULL, arguments, environ);
  printf("posix_spawn with a file closed: %d\n", error);
  await("it", id);
}

static void refusals(void) {
  char **volatile nowhere = (char **)16;
  char *arguments[] = { "x", NULL };
  char path[] = "/tmp/ringside-XXXXXX";
  int file = mkstemp(path);
  static const char text[] = "this is no program, and longer than the header of one would be, if it were one";
  fchmod(file, 0700);
  if (write(file, text, sizeof text) != sizeof text) printf("write: %s\n", strerror(errno));
  close(file);
  say_error("nothing there", execve("/no/such/program", arguments, environ));
  say_error("no name", execve("", arguments, environ));
  say_error("a directory", execve("/tmp", arguments, environ));
  say_error("no program", execve(path, arguments, environ));
  chmod(path, 0600);
  say_error("not executable", execve(path, arguments, environ));
  say_error("through a file", execve("/proc/self/exe/x", arguments, environ));
  unlink(path);
  say_error("a bad path", execve((const char *)16, arguments, environ));
  say_error("bad arguments", execve(SELF, nowhere, environ));
  arguments[0] = (char *)16;
  say_error("a bad argument", execve(SELF, arguments, environ));
  arguments[0] = malloc(300000);
  memset(arguments[0], 'a', 299999);
  arguments[0][299999] = 0;
  say_error("an argument too long", execve(SELF, arguments, environ));
  printf("and it goes on\n");
}

/* Two processes and what flows between them. */
static void by_pipe(void) {
  char *arguments[] = { "writer", "write", NULL };
  char bytes[64];
  int ends[2], total = 0;
  ssize_t count;
  pid_t id;
  if (pipe(ends) < 0) return;
  id = fork();
  if (id == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    execve(SELF, arguments, environ);
    _exit(99);
  }
  close(ends[1]);
  while ((count = read(ends[0], bytes, sizeof bytes)) > 0)
    total += (int)count;
  printf("%d bytes through a pipe, then %zd\n", total, count);
  await("its writer", id);
  close(ends[0]);
}

static int write_much(void) {
  static char line[1000];
  memset(line, 'x', sizeof line);
  for (int i = 0; i < 20; i++)
    if (write(1, line, sizeof line) != sizeof line) return 3;
  return 4;
}

/* Itself once more without another process: the number stays. */
static int again(char **arguments) {
  char number[16];
  char *next[] = { "once more", "same", number, NULL };
  (void)arguments;
  snprintf(number, sizeof number, "%d", getpid());
  fflush(stdout);
  execve(SELF, next, environ);
  return 98;
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (strcmp(what, "shown") == 0) return shown(count, arguments);
  if (strcmp(what, "status") == 0) return atoi(arguments[2]);
  if (strcmp(what, "write") == 0) return write_much();
  if (strcmp(what, "same") == 0) {
    printf("the same number: %d\n", atoi(arguments[2]) == getpid());
    return 23;
  }
  by_fork();
  by_spawn();
  refusals();
  by_pipe();
  return again(arguments);
}
