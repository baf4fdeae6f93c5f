-- %% [markdown]
-- # Memory of streams and of training
--
-- Resident memory of two processes that ran at the same time: streams (data set, Lua function, single images) and the
-- three stages of training, in turn.

-- %% Memory
-- make soak copies this script to where it writes memory.lua.
local memory = require("memory")
local minutes = {}
for i, seconds in ipairs(memory.seconds) do minutes[i] = seconds / 60 end
local figure = gfnet.plot.figure{
  name = "memory", xlabel = "time (minutes)", ylabel = "resident memory (MB)", ymin = 0, legend = "lower-right",
  caption = "Resident memory while streams and training go on.",
}
figure:line(minutes, memory.stream, { label = "streams" })
figure:line(minutes, memory.train, { label = "training" })
figure

-- %% Growth
gfnet.report.table{
  name = "memory", caption = "Megabytes, medians of thirds of the time after a warm-up.",
  columns = { "", "first third", "last third" }, rows = memory.rows, digits = { ["first third"] = 1, ["last third"] = 1 },
}
