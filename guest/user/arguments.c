/* Tells its arguments and its environment, byte for byte. */
#include <stdio.h>

static void tell(const char *what, char **list) {
  for (int i = 0; list[i]; i++) {
    printf("%s %d:", what, i);
    for (const char *c = list[i]; *c; c++)
      printf(*c > ' ' && *c < 127 ? " %c" : " %02x", (unsigned char)*c);
    putchar('\n');
  }
}

int main(int count, char **arguments, char **environment) {
  printf("%d arguments\n", count);
  tell("argument", arguments);
  tell("variable", environment);
  fprintf(stderr, "to the errors\n");
  return 0;
}
