-- %% [markdown]
-- # Frame by frame or clip by clip
--
-- A network of clips that looks at the past alone, on frames that come one by one, and on windows of the same frames.

-- %% [parameters]
local p = gfnet.params{
  backbone = { default = "mobilenetv2_100", help = "a backbone that takes a temporal shift" },
  size = { default = 224, min = 32, help = "side of the frames" },
  frames = { default = 8, min = 2, help = "frames of a clip" },
  count = { default = 64, min = 8, help = "frames of the stream" },
  rounds = { default = 5, min = 1, help = "of all, in turn; medians are shown" },
  precision = { default = "f32", help = "f32 or bf16" },
  weights = { default = "", help = "a file that the model is written to, for others to compute the same" },
  answers = { default = "", help = "a file of seconds a frame, and of the answers to all frames (safetensors)" },
}

-- %% Model and frames
local backbone = gfnet.backbones[p.backbone]{ frames = p.frames, past_only = true }
local model = gfnet.model{
  backbone = backbone, image_size = p.size, patch_size = p.size, steps = 1, classes = 27, seed = 5,
}
-- Classifiers begin with small weights, which give all classes about as much: larger ones tell frames apart.
local larger = {}
for name, array in pairs(model:state()) do
  if name:match("^model_prime%.classifier%.weight$") or name:match("^model_prime%.fc%.weight$") then
    larger[name] = 30 * array
  end
end
model:load_state(larger)
if p.weights ~= "" then model:save(p.weights) end

-- Level (7r + 13c + 29k + 5n) mod 256 at row r, column c, channel k of frame n, all from 0.
local pictures = {}
local across = (gfnet.tensor.arange(0, p.size - 1) * 13):reshape{ 1, 1, p.size }
local down = (gfnet.tensor.arange(0, p.size - 1) * 7):reshape{ 1, p.size, 1 }
local deep = (gfnet.tensor.arange(0, 2) * 29):reshape{ 3, 1, 1 }
for n = 1, p.count do
  local levels = down + across + deep + 5 * (n - 1)
  pictures[n] = (levels - (levels / 256):floor() * 256) / 255
end

local function run(options)
  local n = 0
  options.source = function()
    n = n + 1
    return pictures[n]
  end
  options.precision = p.precision
  local found = {}
  local stream = model:stream(options)
  for a in stream do found[#found + 1] = a end
  return stream.seconds, found
end

-- %% Times
local ways = {
  { "frame by frame", {} },
  { "a clip for each frame", { stride = 1, batch = 1 } },
  { "clips side by side", { stride = p.frames, batch = 1 } },
}
local times, answers = {}, nil
for round = 0, p.rounds do
  for i, way in ipairs(ways) do
    local options = {}
    for key, value in pairs(way[2]) do options[key] = value end
    local seconds, found = run(options)
    if i == 1 then answers = found end
    times[i] = times[i] or {}
    -- The first round makes the plans.
    if round > 0 then table.insert(times[i], seconds / #found) end
  end
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local first = median(times[1])
for i, way in ipairs(ways) do
  local seconds = median(times[i])
  print(string.format("%-24s %8.2f ms an answer, %6.1f a second, %5.2f times the first", way[1], 1000 * seconds,
    1 / seconds, seconds / first))
end

if p.answers ~= "" then
  local predictions, confidences = {}, {}
  for i, a in ipairs(answers) do predictions[i], confidences[i] = a.prediction, a.confidence end
  gfnet.tensor.save(p.answers, {
    seconds = gfnet.tensor{ first }, predictions = gfnet.tensor(predictions), confidences = gfnet.tensor(confidences),
  })
end
