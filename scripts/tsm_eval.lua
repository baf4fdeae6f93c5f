-- %% [markdown]
-- # Evaluation of a TSM or AdaFocus checkpoint
--
-- Top-1 and top-5 of an encoder of clips on a list of videos, as the code of TSM evaluates it: the mean of the logits over
-- frames, then over the clips and crops of a video. The checkpoint is a file of that code or one that
-- `gfnet-lab models import` has written; what its name does not say, options do.
--
-- A checkpoint of AdaFocus on TSM (glancer, focuser, fc, policy) is evaluated as its code does: a glance at some frames of
-- the video and, where the policy looks, patches of others. As its answer after the glance may do, there is also how
-- accuracy goes with cost when videos that it is sure of leave there; the confidence that lets them go is
-- determined on a part of the videos and applied to the others.
--
--     gfnet-lab scripts/tsm_eval.lua checkpoint=TSM_somethingv2_RGB_resnet50_shift8_blockres_avg_segment8_e45.pth \
--       preset=something-v2 list=val_videofolder.txt root=frames classes=category.txt
--     gfnet-lab scripts/tsm_eval.lua checkpoint=adafocus-tsm-144.pth.tar patch=144 preset=something-v1 \
--       list=val_videofolder.txt root=frames
--
-- The published full-resolution figures are those of two clips and three crops: sampling=twice crops=3 resize=256 crop=256.
--
-- Missing and damaged frames are named at the end, and their clips left out: none is replaced by another.

-- %% [parameters]
local p = gfnet.params{
  checkpoint = { default = "", help = "a file of TSM or AdaFocus, or a name under models/" },
  frames     = { default = 0, min = 0, help = "frames of a clip; 0: as the file's name says" },
  divisor    = { default = 0, min = 0, help = "divisor of the shift; 0: as the file's name says, or 8" },
  list       = { default = "", help = "list of videos, one a line: folder, frames, class" },
  root       = { default = ".", help = "folder that the list's folders are in" },
  preset     = { default = "",
                 help = "data set whose lists these are, such as something-v1 or kinetics; if empty, img_00001.jpg and spaces" },
  classes    = { default = "", help = "text file of the classes, one a line; if empty, they are numbers" },
  sampling   = { default = "test", choices = { "test", "validation", "twice", "dense" }, help = "which frames" },
  crops      = { default = 1, choices = { 1, 3, 5, 10 }, help = "crops of each frame" },
  resize     = { default = 256, min = 8, help = "shorter side of the frames" },
  crop       = { default = 224, min = 8, help = "side of the crop" },
  mean       = { default = "logits", choices = { "logits", "probabilities" }, help = "what is averaged over clips and crops" },
  patch      = { default = 0, min = 0, help = "of AdaFocus, side of the patches; 0: as the file says, or 144" },
  focus      = { default = 0, min = 0, help = "of AdaFocus, frames that patches are cut from; 0: as the file says, or 12" },
  glance     = { default = 0, min = 0, help = "of AdaFocus, side of the glance; 0: as the policy's map says, or 224" },
  validation = { default = 0.5, min = 0, max = 0.9,
                 help = "of AdaFocus, share of the videos that the exit after the glance is determined on; 0: no exit" },
  batch      = { default = 8, min = 1, help = "videos that are run together" },
  limit      = { default = 1000000, min = 1, help = "videos at most, of each class its share" },
}
if p.checkpoint == "" then error("name a checkpoint: checkpoint=FILE, as TSM's code saves it", 0) end
if p.list == "" then error("name a list of videos: list=FILE with a line for each, such as val_videofolder.txt", 0) end

-- %% [markdown]
-- ## The network

-- %%
local function given(number) return number > 0 and number or nil end
local read, model = pcall(gfnet.load, p.checkpoint, {
  patch_size = given(p.patch), focus_frames = given(p.focus), glance_size = given(p.glance),
  image_size = p.crop ~= 224 and p.crop or nil, shift_divisor = given(p.divisor),
})
if not read and not tostring(model):find("one network's weights", 1, true) then error(model, 0) end
model = read and model or nil
if model and model.frames == 1 then
  error(p.checkpoint .. " is a network of single images: scripts/imagenet_eval.lua evaluates those", 0)
end
local encoder = not model and gfnet.encoder(p.checkpoint, {
  frames = given(p.frames), shift_divisor = given(p.divisor),
}) or nil
if encoder and not encoder.frames then
  error(p.checkpoint .. " is an encoder of single images; frames=8 makes one of clips of it", 0)
end
local network = model or encoder
local segments = model and model.frame_parts or encoder.frames
local name = encoder and encoder.backbone
  or ("%s, then %s"):format(model.glance_backbone, model.backbone)
print(("%s: %s, clips of %s frames, %d classes"):format(p.checkpoint, name,
  model and table.concat(segments, " + ") or segments, network.classes))

-- %% The videos
local data = gfnet.dataset("frames", {
  list = p.list, root = p.root, preset = p.preset ~= "" and p.preset or nil, segments = segments,
  sampling = p.sampling, crops = p.crops, resize = p.resize, crop = model and model.image_size or p.crop,
  classes = p.classes ~= "" and p.classes or nil, limit = p.limit,
})
if data.classes > network.classes then
  error(("the list has %d classes, the network %d"):format(data.classes, network.classes), 0)
end
data

-- %% Evaluation
local views = data.views
local top = math.min(5, network.classes)
-- By step, of which an encoder has one: of the videos so far, those whose class is the first, or one of the first five.
local videos, first, fifth = 0, {}, {}

-- Takes the answers on one video, steps × classes.
local function enter(label, answer)
  videos = videos + 1
  for step = 1, answer:size(1) do
    local _, places = answer[step]:topk(top)
    first[step] = (first[step] or 0) + (places[1] == label and 1 or 0)
    fifth[step] = (fifth[step] or 0) + (places:eq(label):any() and 1 or 0)
  end
end

-- Frames are normalised as TSM does it, by the statistics of ImageNet; a model does so itself.
local mean = gfnet.tensor{ 0.485, 0.456, 0.406 }:reshape(1, 1, 3, 1, 1)
local deviation = gfnet.tensor{ 0.229, 0.224, 0.225 }:reshape(1, 1, 3, 1, 1)

-- The logits of a batch of clips after each step, a list of clips × classes.
local function answers(batch)
  if encoder then return { encoder:logits((batch.clips - mean) / deviation) } end
  local seen = model:glance(batch)
  local logits = { seen.logits }
  for step = 2, model.steps do
    seen = model:focus(model:crop(batch, (model:propose(seen.memory))), seen.memory)
    logits[step] = seen.logits
  end
  return logits
end

-- Where a clip is one look at a video, an exit after the glance is of interest: then traces give all answers, one of the
-- videos that its threshold is determined on, one of the others. Every second, third, … video is of the first.
local determined, applied
if model and model.steps == 2 and views == 1 and p.validation > 0 and #data >= 4 then
  local parts = { {}, {} }
  for i = 1, #data do
    local part = math.floor(i * p.validation) > math.floor((i - 1) * p.validation) and parts[1] or parts[2]
    part[#part + 1] = i
  end
  if #parts[1] == 0 then error("validation=" .. p.validation .. " leaves no video to determine the exit on", 0) end
  determined = model:trace(data:subset(parts[1]), { batch = p.batch })
  applied = model:trace(data:subset(parts[2]), { batch = p.batch })
  for _, trace in ipairs{ determined, applied } do
    for i = 1, trace.images do enter(trace.labels[i], trace.logits[{ {}, i }]) end
  end
else
  -- With several views a batch has whole videos.
  local batches = data:batches{ size = p.batch * views, even = views == 1 }
  for batch in gfnet.progress(batches, { label = "videos" }) do
    local steps, seen = answers(batch), nil
    for step, logits in ipairs(steps) do
      steps[step], seen = data:over_views(logits, batch.indices, { mean = p.mean })
    end
    local labels = {}
    for i, item in ipairs(batch.indices) do labels[(item - 1) // views + 1] = batch.labels[i] end
    local answered = gfnet.tensor.stack(steps)
    for i, video in ipairs(seen) do enter(labels[video], answered[{ {}, i }]) end
  end
end
if videos == 0 then error("none of the videos can be read", 0) end

-- %% In short
local madds = model and model.madds or {}
local function percent(count) return 100 * count / videos end
local rows, results = {}, { videos = videos, top1 = percent(first[#first]), top5 = percent(fifth[#fifth]) }
for step = 1, #first do
  local what = encoder and name or step == 1 and "after the glance" or step == #first and name or "after step " .. step
  rows[step] = { what, videos, percent(first[step]), percent(fifth[step]), madds[step] and madds[step] / 1e9 or nil }
end
local columns = { "network", "videos", "top-1 (%)", ("top-%d (%%)"):format(top) }
local digits = { ["top-1 (%)"] = 2, [("top-%d (%%)"):format(top)] = 2 }
if model then
  columns[5], digits["10⁹ MAdds a view"] = "10⁹ MAdds a view", 2
  results.glance_top1, results.madds = percent(first[1]), madds[#madds]
end
gfnet.report.table{
  name = "accuracy", columns = columns, rows = rows, digits = digits,
  caption = ("%d videos, %d clips or crops each, %s frames a clip."):format(videos, views,
    model and table.concat(segments, " + ") or segments),
}

-- %% Exit after the glance
if determined then
  local curve = applied:budgeted{ points = 19, calibration = determined }
  local shown, cost = {}, {}
  for i, count in ipairs(curve.madds) do
    cost[i] = count / 1e9
    if i % 3 == 1 then
      shown[#shown + 1] = {
        ("%.4f"):format(curve.thresholds[i][1]), 100 * curve.exits[i][1] / applied.images, cost[i], curve.accuracy[i],
      }
    end
  end
  gfnet.report.table{
    name = "exits", columns = { "confidence", "left after the glance (%)", "10⁹ MAdds", "top-1 (%)" }, rows = shown,
    digits = { ["left after the glance (%)"] = 1, ["10⁹ MAdds"] = 2, ["top-1 (%)"] = 2 },
    caption = ("Thresholds from %d videos, applied to %d others."):format(determined.images, applied.images),
  }
  local fig = gfnet.plot.figure{
    xlabel = "10⁹ Multiply-Adds per video", ylabel = "top-1 (%)", title = "Exit after the glance",
  }
  fig:line(cost, curve.accuracy)
  gfnet.report.figure(fig, { name = "exits", caption = "Accuracy when videos that the glance is sure of leave there." })
end

gfnet.report.results(results)
