#pragma once
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>

// Swift cannot call functions with a variable number of arguments, so each use of them has a name here.

// An editor on the standard streams; NULL where the terminal is not known.
static inline EditLine *gf_edit_open(const char *program) { return el_init(program, stdin, stdout, stderr); }

typedef unsigned char (*gf_edit_function)(EditLine *, int);

static inline void gf_edit_set_client(EditLine *edit, void *client) { el_set(edit, EL_CLIENTDATA, client); }
static inline void *gf_edit_client(EditLine *edit) {
  void *client = NULL;
  el_get(edit, EL_CLIENTDATA, &client);
  return client;
}
// The prompt; what stands between two of the bytes `escape` takes no room on the line.
static inline void gf_edit_set_prompt(EditLine *edit, char *(*prompt)(EditLine *), char escape) {
  el_set(edit, EL_PROMPT_ESC, prompt, escape);
}
static inline void gf_edit_set_reader(EditLine *edit, int (*read)(EditLine *, wchar_t *)) {
  el_wset(edit, EL_GETCFN, read);
}
static inline void gf_edit_set_editor(EditLine *edit, const char *name) { el_set(edit, EL_EDITOR, name); }
// The library installs no handlers of signals.
static inline void gf_edit_without_signals(EditLine *edit) { el_set(edit, EL_SIGNAL, 0); }
static inline void gf_edit_set_history(EditLine *edit, History *list) { el_set(edit, EL_HIST, history, list); }
static inline void gf_edit_add(EditLine *edit, const char *name, const char *help, gf_edit_function function) {
  el_set(edit, EL_ADDFN, name, help, function);
}
static inline void gf_edit_bind(EditLine *edit, const char *key, const char *name) {
  el_set(edit, EL_BIND, key, name, NULL);
}
// The same for the command mode of vi.
static inline void gf_edit_bind_commands(EditLine *edit, const char *key, const char *name) {
  el_set(edit, EL_BIND, "-a", key, name, NULL);
}
// Has the terminal as the editor needs it, or as it was.
static inline void gf_edit_prepare(EditLine *edit, int on) { el_set(edit, EL_PREP_TERM, on); }
static inline void gf_edit_refresh(EditLine *edit) { el_set(edit, EL_REFRESH); }

static inline int gf_history_set_size(History *list, int size) {
  HistEvent event;
  return history(list, &event, H_SETSIZE, size);
}
static inline int gf_history_set_unique(History *list, int on) {
  HistEvent event;
  return history(list, &event, H_SETUNIQUE, on);
}
static inline int gf_history_enter(History *list, const char *text) {
  HistEvent event;
  return history(list, &event, H_ENTER, text);
}
