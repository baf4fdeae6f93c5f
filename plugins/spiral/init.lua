-- Patches circle the centre at a growing distance, a golden angle apart.
local golden = math.pi * (3 - math.sqrt(5))

return gfnet.samplers.define{
  name = "spiral",
  summary = "outwards from the centre, a golden angle at a time",
  params = { spread = { default = 0.35, min = 0, max = 0.5, help = "distance of the last patch from the centre" } },
  propose = function(s, p, rng)
    local k = s.step - 1
    local radius = p.spread * math.sqrt(k / math.max(s.steps - 1, 1))
    return 0.5 + radius * math.cos(k * golden), 0.5 + radius * math.sin(k * golden)
  end,
}
