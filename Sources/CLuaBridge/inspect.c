// What values are, for those who compare the values of two runs.
#define _GNU_SOURCE
#include "CLuaBridge.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  void (*take)(void *context, const void *bytes, size_t count);
  void *context;
} dump_target;

static int write_dump(lua_State *L, const void *bytes, size_t count, void *context) {
  (void)L;
  const dump_target *target = context;
  target->take(target->context, bytes, count);
  return 0;
}

void gf_dump(lua_State *L, int index, void (*take)(void *context, const void *bytes, size_t count), void *context) {
  dump_target target = {take, context};
  lua_pushvalue(L, index);
  lua_dump(L, write_dump, &target, 1);
  lua_pop(L, 1);
}

void gf_c_function_name(lua_CFunction function, char *name, size_t room) {
  Dl_info info;
  void *address;
  memcpy(&address, &function, sizeof address);
  name[0] = 0;
  if (dladdr(address, &info) == 0 || info.dli_fname == NULL) return;
  const char *file = strrchr(info.dli_fname, '/');
  snprintf(name, room, "%s+%zx", file == NULL ? info.dli_fname : file + 1,
           (size_t)((const char *)address - (const char *)info.dli_fbase));
}
