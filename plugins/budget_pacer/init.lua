-- A controller: it knows what was spent on the images so far, and asks for more certainty while there is money left.
--
-- What it says of an image depends on those before it, which is its purpose; hence `stateful`. Each run has a table of
-- parameters of its own, and so a purse of its own: the table is the key, and goes when the run has ended.
local purses = setmetatable({}, { __mode = "k" })

local function purse(p)
  local known = purses[p]
  if not known then
    known = { images = 0, spent = 0, threshold = p.start }
    purses[p] = known
  end
  return known
end

gfnet.exits.define{
  name = "budget_pacer",
  summary = "spend a mean budget: the confidence that is enough rises while money is left and falls when it is not",
  params = {
    budget = { default = 0.5, min = 0, max = 1,
      help = "mean Multiply-Adds of an image: 0 those of the glance, 1 those of all steps" },
    start  = { default = 0.7, min = 0, max = 1, help = "the confidence that is enough at first" },
    gain   = { default = 0.05, min = 0, max = 1, help = "how fast that changes: by so much when all the budget is off" },
    seconds = { default = 0.0, min = 0, help = "live, no image goes on that would need longer than this; 0: no limit" },
  },
  stateful = true,
  decide = function(s, p)
    local own = purse(p)
    if s.step == 1 then
      -- The glance is always paid. What later steps cost is known when they are taken; the first tells the scale.
      own.images, own.spent = own.images + 1, own.spent + s.madds
      own.glance = s.madds
      own.step = s.next_madds - s.madds
    end
    -- Steps after the glance cost alike, so that the whole way is the glance and as many of them as there are left.
    local whole = own.glance + own.step * (s.steps - 1)
    local wanted = own.glance + p.budget * (whole - own.glance)
    local mean = own.spent / own.images
    -- What is left per image, as a share of what there is to decide about: from -1 (all is overspent) to 1.
    local left = (wanted - mean) / math.max(whole - own.glance, 1)
    own.threshold = math.min(math.max(own.threshold + p.gain * left, 0), 1)

    if p.seconds > 0 and s.elapsed then
      -- Another step takes about as long as those before it.
      if s.elapsed * (s.step + 1) / s.step > p.seconds then return true end
    end
    if s.confidence >= own.threshold then return true end
    own.spent = own.spent + s.next_madds - s.madds
    return false
  end,
}
