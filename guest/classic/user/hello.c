/* Says hello, shows its arguments and its environment, and ends with the number of arguments. */
#include "library.h"

int main(int argc, char **argv, char **environment);

int main(int argc, char **argv, char **environment) {
  write(1, "hi\n", 3);
  for (int i = 1; i < argc; i++)
    print("%u: %s\n", i, argv[i]);
  for (; *environment; environment++)
    print("%s\n", *environment);
  return argc;
}
