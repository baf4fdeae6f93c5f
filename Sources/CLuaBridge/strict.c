// Global variables of a script, checked: reading one that nothing assigned is an error, as is making one inside a function.
// Only names that are not in the table come here, so a script pays nothing for it.
#include "CLuaBridge.h"

#include <string.h>

// Upvalues of both functions: a table whose keys are the chunk names of the script, names assigned (also to nil), functions
// that are cells, the box of the Swift function that raises.
enum { SOURCES = 1, ASSIGNED, CELLS, FAIL };

int gf_call_fallback(lua_State *L, int upvalue);

// Whether the function that reads or assigns belongs to the script itself: a module or a loaded text has its own habits.
// Leaves the function's description in `caller`.
static bool is_checked(lua_State *L, lua_Debug *caller) {
  if (gf_host_of(L)->lenient || lua_type(L, 2) != LUA_TSTRING || !lua_getstack(L, 1, caller)) return false;
  lua_getinfo(L, "S", caller);
  lua_pushstring(L, caller->source);
  bool is = lua_rawget(L, lua_upvalueindex(SOURCES)) != LUA_TNIL;
  lua_pop(L, 1);
  return is;
}

static bool is_assigned(lua_State *L) {
  lua_pushvalue(L, 2);
  bool is = lua_rawget(L, lua_upvalueindex(ASSIGNED)) != LUA_TNIL;
  lua_pop(L, 1);
  return is;
}

// Arguments: the globals, the name.
static int read_global(lua_State *L) {
  lua_Debug caller;
  if (is_checked(L, &caller) && !is_assigned(L)) return gf_call_fallback(L, FAIL);
  lua_pushnil(L);
  return 1;
}

static bool is_cell(lua_State *L, lua_Debug *caller) {
  if (strcmp(caller->what, "main") == 0) return true;
  lua_getinfo(L, "f", caller);
  bool is = lua_rawget(L, lua_upvalueindex(CELLS)) != LUA_TNIL;
  lua_pop(L, 1);
  return is;
}

// Arguments: the globals, the name, the value.
static int make_global(lua_State *L) {
  lua_Debug caller;
  if (is_checked(L, &caller) && !is_assigned(L)) {
    if (!is_cell(L, &caller)) return gf_call_fallback(L, FAIL);
    lua_pushvalue(L, 2);
    lua_pushboolean(L, 1);
    lua_rawset(L, lua_upvalueindex(ASSIGNED));
  }
  lua_rawset(L, 1);
  return 0;
}

// Arguments: globals, table of chunk names, table of cells, box, and a pointer that nobody needs.
static int do_check_globals(lua_State *L) {
  lua_settop(L, 4);
  lua_newtable(L);
  lua_insert(L, 3);  // globals, names, assigned, cells, box
  lua_createtable(L, 0, 2);
  for (int i = 0; i < 2; i++) {
    for (int k = 2; k <= 5; k++) lua_pushvalue(L, k);
    lua_pushcclosure(L, i == 0 ? read_global : make_global, 4);
    lua_setfield(L, 6, i == 0 ? "__index" : "__newindex");
  }
  lua_setmetatable(L, 1);
  return 0;
}

void gf_check_globals(lua_State *L) { gf_attempt(L, do_check_globals, NULL, 4, 0); }
