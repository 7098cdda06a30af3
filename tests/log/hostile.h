/* Hostile logs, for everything that reads logs. */
#ifndef TESTS_LOG_HOSTILE_H
#define TESTS_LOG_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives `attempt` a sample's log with some of its records' bytes changed or left out, any bytes as records
 * and as a log (`rounds` of each), and a log that ends anywhere. It aborts where something is not as it must
 * be, and says whether the bytes were a log; as many were is returned. */
unsigned hostile_logs(bool (*attempt)(const uint8_t *bytes, size_t size), unsigned rounds);

#endif
