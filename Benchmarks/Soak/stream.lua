-- %% [markdown]
-- # Streams without end
--
-- In turn: a data set with the paper's thresholds, a Lua function that makes images, with a rule in Lua and a deadline,
-- and single images with a held rate.

-- %% [parameters]
local p = gfnet.params{ minutes = { default = 30, min = 0.01, help = "after which the turn at hand is the last" } }

-- %% Streams
local model = gfnet.load("clutter-fashion")
local thresholds = model:trace(gfnet.dataset(model.dataset, { split = "validation", limit = 1000 })):thresholds{ q = 0.7 }
local test = gfnet.dataset(model.dataset, { split = "test", limit = 2000 })
local function by_number() return gfnet.tensor.rand(3, 128, 128) end
local turns = {
  function() return model:stream(test, { batch = 32, exit = thresholds, passes = 5 }) end,
  function()
    local left = 2000
    return model:stream(function()
      left = left - 1
      if left > 0 then return by_number() end
    end, { batch = 16, deadline = 0.5, exit = function(s) return s.confidence >= thresholds[s.step] end })
  end,
  function() return model:stream(test, { batch = 1, exit = gfnet.exits.rate{ madds = 16e6 } }) end,
}
local start, images, turn = gfnet.clock(), 0, 0
while gfnet.clock() - start < 60 * p.minutes do
  for _ in turns[turn % #turns + 1]() do images = images + 1 end
  turn = turn + 1
  print(("%d turns, %d images, %.0f s"):format(turn, images, gfnet.clock() - start))
end
