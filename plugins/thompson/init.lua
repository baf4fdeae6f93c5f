-- Thompson sampling (Biometrika 25, 1933): every place has a belief about how much surer a patch there makes the answer.
-- A belief is a normal distribution; one number is drawn of each, and the place with the largest is looked at. What is
-- little known is thus tried, and what has helped is looked at again.
--
-- The belief starts from the prior. The patches so far are its evidence: each has changed the confidence by its gain,
-- which speaks for places near it, the less the farther they are. The sums are those of a Gaussian with known noise.

gfnet.samplers.define{
  name = "thompson",
  summary = "Thompson sampling over places, by how much surer the patches so far made the answer",
  params = {
    cells  = { default = 7, min = 2, max = 33, help = "places that are weighed, in each direction" },
    reach  = { default = 0.25, min = 0.01, max = 2, help = "how far a patch speaks for its neighbours, in fractions" },
    spread = { default = 0.2, min = 0.001, max = 10, help = "how uncertain the gain of a place is before it was tried" },
    noise  = { default = 0.1, min = 0.001, max = 10, help = "how uncertain one patch leaves it" },
    centre = { default = 0.1, min = -10, max = 10, help = "how much more is expected of the centre than of a corner" },
  },
  propose = function(s, p, rng)
    -- The patch of step k lies at locations[k - 1] and has raised the confidence from confidences[k - 1].
    local locations, confidences = s.locations, s.confidences
    local gains = {}
    for k = 1, #locations do gains[k] = confidences[k + 1] - confidences[k] end

    local best, best_row, best_column = -math.huge, 0.5, 0.5
    for i = 0, p.cells - 1 do
      for j = 0, p.cells - 1 do
        local row, column = i / (p.cells - 1), j / (p.cells - 1)
        -- Precisions add up, and means are weighed by them.
        local precision = 1 / p.spread ^ 2
        local weighed = precision * p.centre * (1 - 2 * ((row - 0.5) ^ 2 + (column - 0.5) ^ 2))
        for k, place in ipairs(locations) do
          local distance = (row - place[1]) ^ 2 + (column - place[2]) ^ 2
          local weight = math.exp(-distance / (2 * p.reach ^ 2)) / p.noise ^ 2
          precision, weighed = precision + weight, weighed + weight * gains[k]
        end
        local drawn = weighed / precision + rng:normal() / math.sqrt(precision)
        if drawn > best then best, best_row, best_column = drawn, row, column end
      end
    end
    return best_row, best_column
  end,
}
