/* Any place of a log at once: by transition, by instruction, by position. */
#ifndef LOG_SEEK_H
#define LOG_SEEK_H

#include "log/reader.h"

/* Where an event stands: positions grow with the run. All zeros: the first one. */
struct log_position {
  uint32_t frame; /* of those that hold events */
  uint32_t event; /* how many stand before it in its frame */
};

/* <0, 0 or >0. */
int log_position_compare(struct log_position a, struct log_position b);

/* Whether the log's file can be read back and forth; without that all that follow fail with RS_IO_ERROR. */
bool log_can_go(const struct rs_log *log);

/* Of the event that log_next gives next. */
struct log_position log_here(const struct rs_log *log);

/* The next log_next gives the event at `position`, which log_here or a log_find_ gave, as it would have, had
 * the log been read from its beginning. After a failure no place is known until the next log_go. */
enum rs_status log_go(struct rs_log *log, struct log_position position, struct rs_error *error);

/* Those that find leave the log anywhere: log_go comes next. */

/* The first event of transition `number` or later (0: the first of all); the last event when there is none.
 */
enum rs_status log_find_transition(struct rs_log *log, uint64_t number, struct log_position *out,
                                   struct rs_error *error);

/* The first event with at least so many instructions executed before it; the last event when there is none.
 */
enum rs_status log_find_instruction(struct rs_log *log, uint64_t instructions, struct log_position *out,
                                    struct rs_error *error);

/* The event before `position`; false in `*there` at the first one. */
enum rs_status log_find_previous(struct rs_log *log, struct log_position position, struct log_position *out,
                                 bool *there, struct rs_error *error);

/* The last event: the run's end, or, of a log that was cut off or damaged, the last whole one. */
enum rs_status log_find_last(struct rs_log *log, struct log_position *out, struct rs_error *error);

/* How many frames of events there are (at least 1), and what had come about before one of them: to look over
 * a long log without reading it. */
enum rs_status log_count_frames(struct rs_log *log, uint32_t *count, struct rs_error *error);
enum rs_status log_find_frame(struct rs_log *log, uint32_t frame, struct log_here *here,
                              struct rs_error *error);

/* Gives `follow` the entries into the kernel that nothing had returned from `here`, the oldest first: what
 * comes later may be told with them. */
enum rs_status log_follow_entries(struct rs_log *log, const struct log_here *here,
                                  void (*follow)(void *context, const struct rs_transition_event *event),
                                  void *context, struct rs_error *error);

#endif
