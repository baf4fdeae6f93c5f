-- %% [markdown]
-- # Evaluation of a TSM checkpoint
--
-- Top-1 and top-5 of an encoder of clips on a list of videos, as the code of TSM evaluates it: the mean of the logits over
-- frames, then over the clips and crops of a video. The checkpoint is a file of that code or one that
-- `gfnet-lab models import` has written; what its name does not say, options do.
--
--     gfnet-lab scripts/tsm_eval.lua checkpoint=TSM_somethingv2_RGB_resnet50_shift8_blockres_avg_segment8_e45.pth \
--       preset=something-v2 list=val_videofolder.txt root=frames classes=category.txt
--
-- The published full-resolution figures are those of two clips and three crops: sampling=twice crops=3 resize=256 crop=256.
--
-- Missing and damaged frames are named at the end, and their clips left out: none is replaced by another.

-- %% [parameters]
local p = gfnet.params{
  checkpoint = { default = "", help = "a file of TSM, or a name under models/" },
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
  batch      = { default = 8, min = 1, help = "videos that are run together" },
  limit      = { default = 1000000, min = 1, help = "videos at most, of each class its share" },
}
if p.checkpoint == "" then error("name a checkpoint: checkpoint=FILE, as TSM's code saves it", 0) end
if p.list == "" then error("name a list of videos: list=FILE with a line for each, such as val_videofolder.txt", 0) end

-- %% The encoder
local encoder = gfnet.encoder(p.checkpoint, {
  frames = p.frames > 0 and p.frames or nil, shift_divisor = p.divisor > 0 and p.divisor or nil,
})
if not encoder.frames then error(p.checkpoint .. " is an encoder of single images; frames=8 makes one of clips of it", 0) end
print(("%s: %s, clips of %d frames, %d classes"):format(p.checkpoint, encoder.backbone, encoder.frames, encoder.classes))

-- %% The videos
local data = gfnet.dataset("frames", {
  list = p.list, root = p.root, preset = p.preset ~= "" and p.preset or nil, segments = encoder.frames,
  sampling = p.sampling, crops = p.crops, resize = p.resize, crop = p.crop,
  classes = p.classes ~= "" and p.classes or nil, limit = p.limit,
})
if data.classes > encoder.classes then
  error(("the list has %d classes, the encoder %d"):format(data.classes, encoder.classes), 0)
end
data

-- %% Evaluation
local views = data.views
-- Frames are normalised as TSM does it, by the statistics of ImageNet.
local mean = gfnet.tensor{ 0.485, 0.456, 0.406 }:reshape(1, 1, 3, 1, 1)
local deviation = gfnet.tensor{ 0.229, 0.224, 0.225 }:reshape(1, 1, 3, 1, 1)
local top = math.min(5, encoder.classes)
local videos, first, fifth = 0, 0, 0

-- With several views a batch has whole videos.
local batches = data:batches{ size = p.batch * views, even = views == 1 }
for batch in gfnet.progress(batches, { label = "videos" }) do
  local logits, seen = data:over_views(encoder:logits((batch.clips - mean) / deviation), batch.indices, { mean = p.mean })
  local labels = {}
  for i, item in ipairs(batch.indices) do labels[(item - 1) // views + 1] = batch.labels[i] end
  for i, video in ipairs(seen) do
    local _, places = logits[i]:topk(top)
    videos = videos + 1
    if places[1] == labels[video] then first = first + 1 end
    if places:eq(labels[video]):any() then fifth = fifth + 1 end
  end
end
if videos == 0 then error("none of the videos can be read", 0) end

-- %% In short
gfnet.report.table{
  name = "accuracy", caption = ("%d videos, %d clips or crops each, %d frames a clip."):format(videos, views, encoder.frames),
  columns = { "encoder", "videos", "top-1 (%)", ("top-%d (%%)"):format(top) },
  rows = { { encoder.backbone, videos, 100 * first / videos, 100 * fifth / videos } },
  digits = { ["top-1 (%)"] = 2, [("top-%d (%%)"):format(top)] = 2 },
}
gfnet.report.results{ videos = videos, top1 = 100 * first / videos, top5 = 100 * fifth / videos }
