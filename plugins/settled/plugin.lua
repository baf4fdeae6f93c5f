return {
  name = "settled",
  version = "1.0",
  summary = "an exit rule that waits until the answer has settled",
  requires = "gfnet >= 0.1",
  provides = { exits = { "settled" } },
  capabilities = {},
}
