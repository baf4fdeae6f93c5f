// The C between Swift and Lua. It exists for one reason: lua_error and failed allocations jump over the
// frames below them, and a Swift frame that is jumped over never releases what it holds. So:
//
//  - Swift functions called by Lua return a status; call_swift (bridge.c) alone raises, after Swift has returned.
//  - Whatever may raise is called from Swift under a protected call: what runs scripts through gf_pcall, with a status;
//    what only needs memory through the functions under "What Swift pushes", which leave nil and remember why.
//  - So the allocator may refuse at any time: above the budget, and when the machine has no more.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

// What a Swift function returns instead of a count of results.
enum {
  GF_RAISE = -1,      // the error message is on top of the stack
  GF_INTERRUPT = -2,  // Swift ended early: the user or a time limit wants a stop
};

// Why a script is being stopped; once not GF_RUNNING, no pcall of the script catches anything.
enum { GF_RUNNING = 0, GF_INTERRUPTED = 1, GF_TIMED_OUT = 2 };

// How much room `room` granted last. GF_TIGHT: objects that nobody reaches must not hold what is left, so all is collected at
// the next look at the stop flag; GF_SWEPT: it was.
enum { GF_WIDE = 0, GF_TIGHT = 1, GF_SWEPT = 2 };

// What the bridge asks of Swift. None of these may raise.
typedef struct {
  void *context;  // handed back as it is: the LuaState
  int32_t (*call)(void *function, lua_State *L, void *context);
  void (*release)(void *object, size_t external_bytes, void *context);
  int32_t (*stop)(void *context);  // GF_RUNNING, or why the script must stop; remembered by Swift
  void (*write)(void *context, int32_t stream, const char *bytes, size_t count);
  // Bytes that Lua may still take beside all else that the run holds; asked for before it takes `more`. It collects nothing.
  size_t (*room)(size_t more, void *context);
} gf_callbacks;

// Bytes that functions of C walk between two looks at the stop flag: a millisecond at most.
enum { GF_WALK = 1 << 20 };

// What a script has done since somebody cleared gf_host.events: its results may then depend on more than its values.
enum {
  GF_CAUGHT_ERROR = 1,  // an error was caught, whose text may name lines
  GF_READ_CLOCK = 2,    // os.clock, os.date, os.time; math.randomseed without a seed
  GF_SAW_ADDRESS = 4,   // the text of a table, function or the like without __tostring
  GF_SAW_MEMORY = 8,    // how much memory is in use, or that it was short
  GF_LOOKED_INSIDE = 16, // debug.getinfo, debug.traceback
};

// One coroutine that runs another, in the frame of the function that resumes it.
typedef struct gf_resumption {
  lua_State *resumer;
  struct gf_resumption *outer;
} gf_resumption;

// Per-state bookkeeping, reached from every coroutine.
typedef struct {
  size_t used, limit;        // bytes of Lua memory, without tensors
  size_t granted;            // bytes up to which `room` need not be asked again
  bool confined;             // the last refusal was by `room`
  uint8_t tightness;         // GF_WIDE, …: how little room is left
  size_t unpolled;           // bytes of large blocks asked for since the last look at the stop flag
  size_t unwalked;           // bytes that functions of C have walked since one of them looked
  struct gf_long *longs;     // the blocks that one instruction can take long to walk: long texts, large tables
  size_t long_count, long_room;
  int stride;                // instructions between two looks at the stop flag: fewer while such blocks are there
  int unlooked;              // instructions since the last look, while there are fewer than usual between two
  int64_t tick;              // the coarse clock at the last hook then
  int64_t refuse_after;      // for tests: allocations until all are refused; < 0: never
  bool in_warning;           // a warning in pieces that is not shown
  bool exhausted;            // the system granted no memory since somebody asked, though the limit allowed it
  int32_t starved;           // a Lua status: something that Swift pushed failed with it; LUA_OK: nothing did
  int32_t swift_depth;       // active Swift frames since the innermost protected call
  volatile int32_t kill;     // GF_RUNNING or the reason to stop
  lua_State *main, *current; // current: the coroutine that called Swift last
  lua_CFunction format;      // the library's string.format, and so on
  lua_CFunction string_char, string_pack, utf8_char, math_max, math_min;
  bool lenient;              // gfnet.strict(false): globals are not checked
  uint32_t events;           // GF_CAUGHT_ERROR and the like
  lua_State *running;        // the innermost coroutine
  gf_resumption *resumed;    // who runs it, and whom that one runs for; NULL for the main thread
  struct gf_code *codes;     // whose chunks are whose
  lua_State *wall;           // below so many functions of this thread, and the threads that run it, nobody's code counts
  int wall_depth;
  void *display;             // a retained Swift closure: the text that print shows of a table; NULL: as tostring
  uint64_t secret;           // in every box, so that no text of a script looks like one
  size_t box_offset;         // from the start of a userdata's block to the box; 0 until known
  size_t box_size;           // bytes of that block; 0 until known
  struct gf_spare *spares;   // blocks of that size that wait for a box
  size_t spare_count;
  void *fresh;               // the last block that was allocated
  struct gf_swept *swept;    // boxes that Lua has freed, whose objects are still to be released
  gf_callbacks callbacks;
  char traceback[4096];      // of the last error that reached gf_pcall
  char coroutine_traceback[2048];
  int32_t error_line;        // line of the innermost script frame, or 0
  char place[256];           // where the script was when its memory ran short; "" when it did not
  char unknown[256];         // names of Lua's library that are neither on the list of what scripts get nor on that of what they do not
  const char *extra_name;    // for tests: a function that every library has beside its own; NULL: none
} gf_host;

// A userdata that holds a Swift object; scripts never see another kind. It has no finaliser: the allocator sees it go.
typedef struct {
  uint64_t secret;         // the state's
  const void *type;        // identifies the Swift type
  void *object;            // one retained reference; NULL once emptied
  size_t external_bytes;   // memory that Lua does not see
} gf_box;

// State
// NULL when the machine has no memory. A thread with a stack of its own is left as "gfnet.side" in the registry.
lua_State *gf_open(const gf_callbacks *callbacks, size_t limit);
void gf_close(lua_State *L);
static inline gf_host *gf_host_of(lua_State *L) { return *(gf_host **)lua_getextraspace(L); }
// Remembers where the script is: Lua runs no handler when an allocation fails, so it must be known before.
void gf_note_place(lua_State *L);
// Lets a state run again after it was stopped.
void gf_revive(lua_State *L);
// Collects everything that nobody reaches, or takes one step, and releases what was in the boxes.
void gf_collect(lua_State *L);
bool gf_step(lua_State *L);

// Protected calls; all return a Lua status and leave one message on failure.
int gf_pcall(lua_State *L, int arguments, int results);
int gf_load_text(lua_State *L, const char *text, size_t size, const char *chunk_name);
int gf_get_table(lua_State *L, int index);           // key on top → value
int gf_set_table(lua_State *L, int index);           // key, value → nothing
int gf_length(lua_State *L, int index);              // → length
int gf_to_text(lua_State *L, int index);             // → string, as tostring
int gf_arith(lua_State *L, int op);                  // a, b → result
int gf_compare(lua_State *L, int op);                // a, b → boolean
int gf_concat(lua_State *L);                         // a, b → string

// What Swift pushes. Each leaves what it is asked for, or nil when there is no memory (or C calls are nested too deeply):
// then gf_host.starved is set, and the next protected call fails with it, or else the call from Lua that Swift is in, when
// Swift has returned. The caller has room on the stack.
void gf_push_text(lua_State *L, const char *bytes, size_t size);
void gf_push_table(lua_State *L, int array, int fields);
// Pops what gf_host.starved says, as a message; LUA_OK and no message when nothing failed.
int gf_take_failure(lua_State *L);
void gf_push_doubles(lua_State *L, const double *values, size_t count);  // a list
void gf_push_floats(lua_State *L, const float *values, size_t count);    // a list
void gf_raw_set(lua_State *L, int index);                                // key, value → nothing
int gf_reference(lua_State *L);                                          // value → nothing; LUA_REFNIL without memory
bool gf_push_metafield(lua_State *L, int index, const char *name);       // pushes nothing when there is none
// A key of metatables that says what the table is: the values of declared parameters.
void *gf_parameters_key(void);
// Hands the bytecode of the Lua function at `index`, without what is for debugging, to `take`.
void gf_dump(lua_State *L, int index, void (*take)(void *context, const void *bytes, size_t count), void *context);
// A name for a function of C that is the same in each run of one build: its library and its place there; "" where the system
// does not say.
void gf_c_function_name(lua_CFunction function, char *name, size_t room);
// Whether the function of C at `index` runs a closure of Swift; then `closure` is set.
bool gf_swift_closure(lua_State *L, int index, void **closure);
// A key of metatables: of a table that has one with it, rawset changes nothing.
void *gf_read_only_key(void);
// Scripts' global tables, complete but for `require` and `gfnet`. The names of the chunks that its `load` compiles begin with
// `mark`; NULL: as they were given.
void gf_push_environment(lua_State *L, const char *mark);

// Whose code runs (code.c)
// Has chunks belong to `owner`: that of the name `text`, with its "@"; or, as `is_mark`, those whose names begin with the
// text, after "@" or "=" where there is one. false without memory.
bool gf_note_code(lua_State *L, const char *text, bool is_mark, void *owner);
// The owners of the functions that are being called on L and on the coroutines that run it, innermost first and each once; -1
// where there are more than `room`, or too many functions to be looked at.
int gf_owners(lua_State *L, void **owners, int room);
// The number of functions that are being called on L.
int gf_depth(lua_State *L);

// Has the globals of a script checked (strict.c). Pops the table of globals, a table whose keys are the names of the script's
// chunks with their "@", a table whose keys are the functions that may make globals, and a box: the Swift function that
// raises, called with globals, name and, when it was an assignment, the value.
void gf_check_globals(lua_State *L);

// Swift functions and objects
// Pushes a box with the metatable that the registry has under `metatable`; false without memory, then nil is pushed and
// the object still belongs to the caller.
bool gf_push_box(lua_State *L, int metatable, const void *type, void *object, size_t external_bytes);
// The box at an index, or NULL when the value is something else.
gf_box *gf_box_at(lua_State *L, int index);
// Empties a box and releases its object; harmless when it was empty.
void gf_box_free(lua_State *L, gf_box *box);
// Pushes a function that runs the retained Swift closure `function`, which it owns from then on. false: as gf_push_box.
bool gf_push_function(lua_State *L, void *function);
// Pushes a box that owns the retained Swift closure `function`, for the metamethods below. false: as gf_push_box.
bool gf_push_closure_box(lua_State *L, void *function);
// Pushes a function of C without upvalues.
static inline void gf_push_c_function(lua_State *L, lua_CFunction function) { lua_pushcfunction(L, function); }
// An element on its way between an object and Lua, and what it is; GF_NO_ELEMENT: the class's own `index` answers.
enum { GF_NO_ELEMENT = 0, GF_NUMBER_ELEMENT, GF_WHOLE_ELEMENT, GF_TRUTH_ELEMENT };
typedef struct {
  double number;
  int64_t whole;
} gf_element;
// How object[place] is read and written where the key is a whole number and the value a number: without Lua, and without an
// error. What they leave alone goes the long way.
typedef int32_t (*gf_read_element)(void *object, int64_t place, gf_element *element);
typedef bool (*gf_write_element)(void *object, int64_t place, double number);
typedef struct {
  const void *type;  // of the boxes whose objects these are
  gf_read_element read;  // NULL: all go the long way
  gf_write_element write;
} gf_elements;
// Pops a methods table, a getters table (name → closure box) and a fallback box; pushes __index.
void gf_push_index(lua_State *L, gf_elements elements);
// Pops a fallback box; pushes __newindex.
void gf_push_assign(lua_State *L, gf_elements elements);
int gf_close_metamethod(lua_State *L);  // __close
int gf_ipairs(lua_State *L);  // ipairs, and __pairs of objects with a length
// "file:line: " of the innermost script frame, or nothing.
void gf_push_where(lua_State *L);
int32_t gf_current_line(lua_State *L);

// Rows: a userdata whose fields are read from columns in place, for functions called once per image.
enum { GF_FLOAT32, GF_FLOAT64, GF_INT32, GF_INDEX32 /* shown 1-based */, GF_BOOL8 };
typedef struct {
  const void *data;
  int32_t kind;
  int32_t stride;  // elements between rows; 0: one value for all rows
} gf_column;
typedef struct {
  gf_box box;
  int64_t row;  // -1: no call is active
  int32_t count;
  gf_column columns[];
} gf_row;
static inline gf_column *gf_row_columns(gf_row *row) { return row->columns; }  // Swift cannot see them
// Pushes the row; NULL without memory, then nil is pushed.
gf_row *gf_new_row(lua_State *L, int32_t columns);
// Pops a table name → column number (1-based) and a fallback box; pushes __index.
void gf_push_row_index(lua_State *L);
typedef struct {
  gf_row *row;
  const int32_t *rows;  // which rows, or NULL for 0..<count
  int64_t count;
  int32_t results;      // 0: one boolean; n: n numbers
  uint8_t *booleans;
  double *numbers;      // count × results
  int64_t position;     // the call that runs, or that failed, from 0
} gf_row_loop;
// Calls the function below `arguments` further arguments once per row; function and arguments are popped.
int gf_map_rows(lua_State *L, int arguments, gf_row_loop *loop);

// Pushes where the function at `index` is defined, as "file.lua:12"; an empty string for one of C.
void gf_push_function_place(lua_State *L, int index);

#define GF_STREAM_NAME "output stream"

// Inside the bridge only
void gf_lock_strings(lua_State *L);
void gf_fill_environment(lua_State *L, const char *mark);  // pushes it; may raise
void gf_forget_codes(gf_host *host);
const char *gf_mark_of_caller(lua_State *L, const char *mark);  // may raise
bool gf_attempt(lua_State *L, lua_CFunction operation, void *operand, int arguments, int results);
void gf_poll(lua_State *L);
// Has the coroutine that runs next look as often as the blocks that are there now call for.
void gf_keep_stride(lua_State *L);
// Looks at the stop flag for each megabyte that functions of C are about to walk.
static inline void gf_walk(lua_State *L, size_t bytes) {
  gf_host *host = gf_host_of(L);
  if ((host->unwalked += bytes) < GF_WALK) return;
  host->unwalked = 0;
  gf_poll(L);
}
int gf_raise_stop(lua_State *L);
int gf_string_find(lua_State *L);
int gf_string_match(lua_State *L);
int gf_string_gmatch(lua_State *L);
int gf_string_gsub(lua_State *L);
int gf_table_insert(lua_State *L);
int gf_table_remove(lua_State *L);
int gf_table_move(lua_State *L);
int gf_table_concat(lua_State *L);
int gf_table_unpack(lua_State *L);
int gf_table_sort(lua_State *L);
int gf_compile(lua_State *L, const char *text, size_t size, const char *chunk_name);
int gf_display(lua_State *L);
int gf_call_fallback(lua_State *L, int upvalue);  // runs the closure whose box is that upvalue

// Macros that Swift cannot see
static inline int gf_registry_index(void) { return LUA_REGISTRYINDEX; }
static inline void gf_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }
static inline void gf_remove(lua_State *L, int i) { lua_rotate(L, i, -1); lua_settop(L, -2); }
static inline void gf_insert(lua_State *L, int i) { lua_rotate(L, i, 1); }
static inline void gf_replace(lua_State *L, int i) { lua_copy(L, -1, i); lua_settop(L, -2); }
static inline int gf_upvalue_index(int i) { return lua_upvalueindex(i); }
static inline const char *gf_lua_release(void) { return LUA_RELEASE; }
