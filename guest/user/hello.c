/* Greets by a bare write and by printf, and ends with the number of its arguments. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **arguments) {
  static const char greeting[] = "hi\n";
  volatile double two = 2;
  if (write(1, greeting, sizeof greeting - 1) != sizeof greeting - 1) return 99;
  for (int i = 0; i < count; i++)
    printf("argument %d: %s\n", i, arguments[i]);
  printf("the square root of %.0f is %.15f\n", two, sqrt(two));
  return count;
}
