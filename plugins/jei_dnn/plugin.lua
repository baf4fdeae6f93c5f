return {
  name = "jei_dnn",
  version = "1.0",
  summary = "JEI-DNN: gates that are learned to weigh an answer's loss against what going on costs",
  requires = "gfnet >= 0.1",
  provides = { exits = { "jei_dnn" }, schedulers = { "jei_dnn" } },
  capabilities = {},
  limits = { memory = "2G", seconds = 600 },
}
