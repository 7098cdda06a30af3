/* The one table of commands and keys: the window, the help and docs/viewer.md have it from here. */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <stddef.h>

/* X(COMMAND, keys, what they do). Keys by the names that SDL gives them, separated by spaces; one character
 * stands for what types it, whatever key that is. */
#define VIEWER_COMMANDS(X)                                                                                   \
  X(STEP_FORWARD, "Right Space l", "one micro-step on, into the next event at the last one")                 \
  X(STEP_BACK, "Left Backspace h", "one micro-step back")                                                    \
  X(EVENT_FORWARD, ".", "the next event: an instruction, an operation, a transition")                        \
  X(EVENT_BACK, ",", "the event before")                                                                     \
  X(TRANSITION_FORWARD, "] t", "the next transition")                                                        \
  X(TRANSITION_BACK, "[ T", "the transition before")                                                         \
  X(FAULT_FORWARD, "f", "the next fault")                                                                    \
  X(FAULT_BACK, "F", "the fault before")                                                                     \
  X(FIRST, "Home g", "the first event")                                                                      \
  X(LAST, "End G", "the last event")                                                                         \
  X(DOWN, "Down j", "down in the panel that has the focus")                                                  \
  X(UP, "Up k", "up in it")                                                                                  \
  X(PAGE_DOWN, "PageDown", "ten rows down in it")                                                            \
  X(PAGE_UP, "PageUp", "ten rows up in it")                                                                  \
  X(FOCUS_FORWARD, "Tab", "the focus to the next panel")                                                     \
  X(FOCUS_BACK, "Shift+Tab", "the focus to the panel before")                                                \
  X(SEARCH, "/", "search: #12, a check's id, a system call, a vector, a symbol, a register")                 \
  X(SEARCH_FORWARD, "n", "the next place found")                                                             \
  X(SEARCH_BACK, "N", "the place found before")                                                              \
  X(ZOOM_IN, "+ =", "less time in the timeline, drawn wider")                                                \
  X(ZOOM_OUT, "-", "more time in it")                                                                        \
  X(FONT_LARGER, "Ctrl+= Ctrl++", "a larger font")                                                           \
  X(FONT_SMALLER, "Ctrl+-", "a smaller font")                                                                \
  X(FONT_DEFAULT, "Ctrl+0", "the font that suits the window")                                                \
  X(THEME, "c", "the other theme: dark, light")                                                              \
  X(HELP, "? F1", "this help")                                                                               \
  X(LEAVE, "q Escape", "closes help, search or the viewer")

enum viewer_command {
#define X(name, keys, text) VIEW_##name,
  VIEWER_COMMANDS(X)
#undef X
      VIEW_COUNT
};

/* The command of a key; VIEW_COUNT when it has none. */
enum viewer_command viewer_key_command(const char *name);

const char *viewer_command_keys(enum viewer_command command);
const char *viewer_command_text(enum viewer_command command);

#endif
