-- From shares of exits to thresholds, as EENet and the paper of GFNet have it: the surest images leave first.
local shares = {}

--- The mean cost of `p`, the shares of images that leave after each step.
function shares.cost(p, madds)
  local sum = 0
  for step = 1, #p do sum = sum + p[step] * madds[step] end
  return sum
end

--- The shares p(k)·e^(t·madds(k)), normalised, whose mean cost is `budget`: those nearest to `p` in the sense of
--- Kullback and Leibler. The budget must be between the costs of the first and the last step.
function shares.tilted(p, madds, budget)
  local whole = madds[#madds]
  local function at(t)
    local q, sum = {}, 0
    for step = 1, #p do
      -- The largest exponent is 0, so that nothing overflows.
      local exponent = t * (madds[step] - (t > 0 and whole or madds[1])) / whole
      q[step] = math.max(p[step], 1e-12) * math.exp(exponent)
      sum = sum + q[step]
    end
    for step = 1, #q do q[step] = q[step] / sum end
    return q
  end
  local low, high = -2000.0, 2000.0
  for _ = 1, 100 do
    local middle = (low + high) / 2
    if shares.cost(at(middle), madds) > budget then high = middle else low = middle end
  end
  return at(low)
end

--- Thresholds of the scores by step, so that of all images the share p(k) leaves after step k, the surest of those that are
--- left. `scores` has a list for each step but the last. A threshold lies between the last image that leaves and the first
--- that stays, so that it does not depend on the last digits of a score.
function shares.thresholds(p, scores)
  local images = #scores[1]
  local left, thresholds = {}, {}
  for i = 1, images do left[i] = i end
  for step = 1, #scores do
    local own = scores[step]
    table.sort(left, function(a, b)
      if own[a] ~= own[b] then return own[a] > own[b] end
      return a < b
    end)
    -- Rounded up: more that leave early never cost more than the budget.
    local leaving = math.min(math.ceil(p[step] * images - 1e-6), #left)
    if leaving <= 0 then
      thresholds[step] = math.huge
    elseif leaving == #left then
      thresholds[step] = -math.huge
    else
      local last, first = own[left[leaving]], own[left[leaving + 1]]
      -- Of equal scores all leave or none: here all do, which costs less.
      thresholds[step] = last > first and (last + first) / 2 or last
    end
    local staying = {}
    for _, i in ipairs(left) do
      if own[i] < thresholds[step] then staying[#staying + 1] = i end
    end
    left = staying
  end
  return thresholds
end

return shares
