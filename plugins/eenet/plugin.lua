return {
  name = "eenet",
  version = "1.0",
  summary = "EENet: exit scores and thresholds that are learned for a budget",
  requires = "gfnet >= 0.1",
  provides = { exits = { "eenet" }, schedulers = { "eenet" } },
  capabilities = {},
  limits = { memory = "2G", seconds = 600 },
}
