-- A sure answer leaves at once; a less sure one leaves when it repeats the answer of the step before.
return gfnet.exits.define{
  name = "settled",
  summary = "leave when sure, or when less sure but unchanged since the last step",
  params = {
    threshold = { default = 0.9, min = 0, max = 1, help = "confidence that is enough by itself" },
    relief    = { default = 0.2, min = 0, max = 1, help = "how much less is enough for a repeated answer" },
  },
  decide = function(s, p)
    local enough = p.threshold
    if s.step > 1 and s.predictions[s.step - 1] == s.prediction then enough = enough - p.relief end
    return s.confidence >= enough
  end,
}
