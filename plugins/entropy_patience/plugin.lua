return {
  name = "entropy_patience",
  version = "1.0",
  summary = "an exit rule that waits until the answer has been certain for some steps",
  requires = "gfnet >= 0.1",
  provides = { exits = { "entropy_patience" } },
  capabilities = {},
  limits = { memory = "200M", seconds = 10 },
}
