-- Attention as Itti and Koch have it (IEEE PAMI 20, 1998), as simple as it can be: a place is salient when the pixels of
-- its patch differ, and once it was looked at it is inhibited, so that the next patch goes elsewhere.

-- Sums over all pixels above and to the left, with a row and a column of zeros before them: the sum over any rectangle
-- is then four numbers.
local function table_of_sums(rows, power)
  local sums, width = { {} }, #rows[1]
  for column = 1, width + 1 do sums[1][column] = 0 end
  for r, row in ipairs(rows) do
    local above, here, sum = sums[r], { 0 }, 0
    for c = 1, width do
      sum = sum + row[c] ^ power
      here[c + 1] = above[c + 1] + sum
    end
    sums[r + 1] = here
  end
  return sums
end

local function over(sums, top, left, side)
  local bottom, right = top + side, left + side
  return sums[bottom][right] - sums[top][right] - sums[bottom][left] + sums[top][left]
end

gfnet.samplers.define{
  name = "saliency_inhibition",
  summary = "where the glance varies most, and not where a patch has been",
  params = {
    window = { default = 0.375, min = 0.05, max = 1, help = "side of a patch as a share of the image's" },
    reach  = { default = 0.3, min = 0.01, max = 2, help = "how far around a patch others are inhibited, in fractions" },
    cells  = { default = 9, min = 2, max = 33, help = "places that are weighed, in each direction" },
  },
  propose = function(s, p)
    -- The brightness of the glance: the mean of its channels, P × P.
    local rows = s.glance:mean(1):totable()
    local sums, squares = table_of_sums(rows, 1), table_of_sums(rows, 2)
    local size = #rows
    local side = math.min(math.max(math.floor(p.window * size + 0.5), 1), size)
    local room = size - side
    local locations = s.locations
    local best, best_row, best_column = -1, 0.5, 0.5
    for i = 0, p.cells - 1 do
      for j = 0, p.cells - 1 do
        local row, column = i / (p.cells - 1), j / (p.cells - 1)
        local top, left = math.floor(row * room + 0.5) + 1, math.floor(column * room + 0.5) + 1
        local count = side * side
        local mean = over(sums, top, left, side) / count
        -- The variance may be a little below 0 by rounding.
        local worth = math.sqrt(math.max(over(squares, top, left, side) / count - mean * mean, 0)) + 1e-9
        for _, place in ipairs(locations) do
          local distance = (row - place[1]) ^ 2 + (column - place[2]) ^ 2
          worth = worth * (1 - math.exp(-distance / (2 * p.reach * p.reach)))
        end
        if worth > best then best, best_row, best_column = worth, row, column end
      end
    end
    return best_row, best_column
  end,
}
