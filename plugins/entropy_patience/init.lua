-- One certain answer may be luck; an answer that stays certain as patches come in is worth more.
gfnet.exits.define{
  name = "entropy_patience",
  summary = "leave when the entropy has been below a bound for some steps in a row",
  params = {
    bound    = { default = 0.5, min = 0, help = "greatest entropy in nats (log C when all C classes are alike)" },
    patience = { default = 2, min = 1, max = 64, help = "steps in a row, this one included" },
    same     = { default = true, help = "whether the answer must be the same in all of these steps" },
  },
  decide = function(s, p)
    -- Checked first, as it is the cheapest and fails most often.
    if s.step < p.patience or s.entropy > p.bound then return false end
    if p.patience == 1 then return true end
    local entropies, predictions = s.entropies, s.predictions
    for step = s.step - p.patience + 1, s.step - 1 do
      if entropies[step] > p.bound then return false end
      if p.same and predictions[step] ~= s.prediction then return false end
    end
    return true
  end,
}
